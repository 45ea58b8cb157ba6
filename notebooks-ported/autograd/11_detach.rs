//! Title: Detached, copied, or the same tensor
//! Idea: A second name for a tensor, a detached tensor, and a copy differ in what they share: the
//!   values, the history, or neither.
//! tch: `x.shallow_clone()`, `x.detach()`, `x.copy()`, `x.detach().copy()`
//! Differs: `Tensor` has no `Clone`: what Python's `=` does to a second name is `shallow_clone`,
//!   and Python's `clone` is `copy`. The borrow checker doesn't see that two handles share storage.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn show(name: &str, x: &Tensor, random_inverse: &Tensor) {
    let shares = x.data_ptr() == random_inverse.data_ptr();
    let flags = format!("requires grad {}, leaf {}", x.requires_grad(), x.is_leaf());
    let value = x.double_value(&[0, 0]);
    println!("{name}: shares {shares}, {flags}, {value:.4}");
}
fn main() {
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let same = random_inverse.shallow_clone();
    let detached = random_inverse.detach();
    let copied = random_inverse.copy();
    let best = random_inverse.detach().copy();
    no_grad(|| random_inverse += 1);

    show("same", &same, &random_inverse);
    show("detached", &detached, &random_inverse);
    show("copied", &copied, &random_inverse);
    show("best", &best, &random_inverse);

    // gradients pass through the copy; the same tensor has the same gradient
    (copied * 3).sum(None).backward();
    println!("gradient of same: {:.4}", same.grad().double_value(&[0, 0]));
    println!("detached has one: {}", detached.grad().defined());
}

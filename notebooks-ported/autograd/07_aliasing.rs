//! Title: The gradient is shared, not copied
//! Idea: `grad` is the gradient itself, not a copy: an in-place operation on it acts.
//! tch: `let mut gradient = x.grad()`, `gradient *= 0.5`, `gradient.fill_(1)`
//! Differs: `x.grad() *= 0.5` doesn't compile: name it first, `let mut`. An in-place call returns a
//!   second handle: `let _ =`. Beside `fill_` there is a `fill`, which changes nothing.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn show(name: &str, x: &Tensor) {
    println!("{name}: {:.4}", x.double_value(&[0, 1]));
}
fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    mse(&Y_true, &random_inverse.matmul(&M1234)).backward();
    let mut gradient = random_inverse.grad();
    let (kept, copied) = (gradient.shallow_clone(), gradient.copy());
    let same = gradient.data_ptr() == random_inverse.grad().data_ptr();
    println!("same storage: {same}");

    let halved = &gradient * 0.5;
    show("halved, out of place", &halved);
    show("gradient", &random_inverse.grad());
    gradient *= 0.5;
    show("gradient, halved in place", &random_inverse.grad());

    let ones = gradient.fill(1);
    show("filled, out of place", &ones);
    show("gradient", &random_inverse.grad());
    let _ = gradient.fill_(1);
    show("gradient, filled in place", &random_inverse.grad());
    show("kept", &kept);
    show("copied", &copied);
}

//! Title: Asking for gradients: leaves
//! Idea: Gradients arrive in leaves: tensors that require them and that no recorded operation made.
//! tch: `Tensor::rand(..).set_requires_grad(true)`, `x.requires_grad()`, `x.is_leaf()`
//! Differs: no constructor takes `requires_grad`. `set_requires_grad` changes the tensor itself,
//!   through `&self`; on a computed tensor it does nothing and says nothing. Python raises for False.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn show(name: &str, x: &Tensor) {
    let flags = format!("requires grad {}, leaf {}", x.requires_grad(), x.is_leaf());
    println!("{name}: {flags}");
}
fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let Y_hat = random_inverse.matmul(&M1234);
    show("M1234", &M1234);
    show("random_inverse", &random_inverse);
    show("Y_hat", &Y_hat);

    // the trap, and the way out of it
    let scaled = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true) * 2;
    show("scaled, wrong", &scaled);
    let scaled = (Tensor::rand([4, 4], FLOAT_CPU) * 2).set_requires_grad(true);
    show("scaled, right", &scaled);

    // the wrong program: only a leaf's flag can be changed; detach() is the way for the others
    match Y_hat.f_set_requires_grad(false) {
        Ok(_) => println!("no error"),
        Err(error) => println!("error: {error}"),
    }
    show("Y_hat", &Y_hat);
}

//! Title: A backward of one's own
//! Idea: One can write an operation's backward oneself, or change a gradient on its way back.
//! tch: `value.detach() + (x - x.detach())`, `x / 2 + x.detach() / 2`
//! Differs: tch has neither. Write the value and the gradient as one sum: `x - x.detach()` is 0 with
//!   a gradient of 1. This works only for factors that are known in forward. A backward that looks
//!   at the incoming gradient, such as clipping it, needs C++: `../shim`.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn through(x: &Tensor) -> Tensor {
    x.detach().round() + (x - x.detach())
}
fn halve_gradient(x: &Tensor) -> Tensor {
    x / 2 + x.detach() / 2
}
fn show(name: &str, x: &Tensor) {
    println!("{name}: {:.4}", x.double_value(&[0, 1]));
}
fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    mse(&Y_true, &random_inverse.round().matmul(&M1234)).backward();
    show("round", &random_inverse.grad());
    // a backward of one's own: rounded forward, as if not rounded backward
    random_inverse.zero_grad();
    mse(&Y_true, &through(&random_inverse).matmul(&M1234)).backward();
    show("through", &random_inverse.grad());

    // a hook: half the gradient goes back
    random_inverse.zero_grad();
    let Y_hat = halve_gradient(&random_inverse.matmul(&M1234));
    mse(&Y_true, &Y_hat).backward();
    show("halved", &random_inverse.grad());
}

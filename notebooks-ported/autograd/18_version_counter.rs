//! Title: A change that backward notices
//! Idea: A tensor that backward still needs mustn't change; a version counter tells.
//! tch: `x.internal_version()`
//! Differs: the graph holds handles of its own, which the borrow checker doesn't see: this
//!   compiles. The message names the C++ type.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}
fn main() {
    let mut M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let loss = mse(&Y_true, &random_inverse.matmul(&M1234));
    M1234 *= 2;
    println!("version {}", M1234.internal_version());

    // the wrong program: the gradient of the product needs M1234 as it was
    match loss.f_backward() {
        Ok(()) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }

    // a detached tensor shares the counter
    let _ = M1234.detach().g_mul_scalar_(0.5);
    println!("version {}", M1234.internal_version());

    // the data doesn't: twice M1234, twice the gradient
    let loss = mse(&Y_true, &random_inverse.matmul(&M1234));
    let right = Tensor::run_backward(&[&loss], &[&random_inverse], true, false).remove(0);
    let _ = M1234.data().g_mul_scalar_(2);
    println!("version {}", M1234.internal_version());
    loss.backward();
    let wrong = random_inverse.grad();
    let [right, wrong] = [right, wrong].map(|gradient| gradient.double_value(&[0, 1]));
    println!("right {right:.4}, wrong {wrong:.4}");
}

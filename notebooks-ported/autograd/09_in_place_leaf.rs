//! Title: In-place updates of a leaf
//! Idea: A leaf is updated in place, and under no_grad.
//! tch: `no_grad(|| x.g_sub_(&(learning_rate * x.grad())))`, or `no_grad(|| x -= …)`
//! Differs: Python's `sub_` is `g_sub_` here, since `sub` is Rust's own name for `-`, and `f_sub_` in
//!   the form that returns a `Result`; so with add, mul and div. `random_inverse` must be `mut`.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let learning_rate = 0.9;
    mse(&Y_true, &random_inverse.matmul(&M1234)).backward();

    // the wrong program
    match random_inverse.f_sub_(&(learning_rate * random_inverse.grad())) {
        Ok(_) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }

    // the trap
    let replaced: Tensor = &random_inverse - learning_rate * random_inverse.grad();
    println!("replaced is a leaf: {}", replaced.is_leaf());

    // the update
    no_grad(|| {
        let _ = random_inverse.g_sub_(&(learning_rate * random_inverse.grad()));
    });
    println!("updated is a leaf: {}", random_inverse.is_leaf());
    println!("replaced: {:.4}", replaced.double_value(&[0, 1]));
    println!("updated: {:.4}", random_inverse.double_value(&[0, 1]));
}

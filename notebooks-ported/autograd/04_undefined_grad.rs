//! Title: Before there is a gradient
//! Idea: Before the first backward there is no gradient: None in Python, undefined in tch.
//! tch: `!x.grad().defined()`
//! Differs: `grad()` gives a `Tensor` either way, so the compiler can't help: ask `defined()`, or
//!   make an `Option` of it, as below. On an undefined one nearly every call panics, even `kind()`.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let unused = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    println!("before backward: {}", random_inverse.grad().defined());

    // the wrong program: a gradient used before there is one
    match random_inverse.grad().f_add(&M1234) {
        Ok(sum) => println!("{sum}"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }

    let Y_hat = random_inverse.matmul(&M1234);
    mse(&Y_true, &Y_hat).backward();
    println!("after backward: {}", random_inverse.grad().defined());
    println!("unused leaf: {}", unused.grad().defined());
    println!("computed tensor: {}", Y_hat.grad().defined());

    let gradient = Some(random_inverse.grad()).filter(Tensor::defined);
    if let Some(gradient) = gradient {
        println!("{:.4}", gradient.double_value(&[0, 1]));
    }
}

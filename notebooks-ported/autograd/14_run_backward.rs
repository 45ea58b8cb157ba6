//! Title: Gradients returned, not stored
//! Idea: `autograd.grad` returns the gradients of chosen tensors and leaves every `grad` alone.
//! tch: `Tensor::run_backward(&[&loss], &[&random_inverse, &Y_hat], keep_graph, create_graph)`
//! Differs: an unused input gets an undefined tensor; sixteen outputs are summed without a word
//!   (their gradient is all ones). An output that requires no grad crashes the process: ask before.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let unused = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let Y_hat = random_inverse.matmul(&M1234);
    let loss = mse(&Y_true, &Y_hat);
    let inputs = [&random_inverse, &Y_hat, &unused];
    let gradients = Tensor::f_run_backward(&[&loss], &inputs, true, false)?;
    println!("random_inverse: {:.4}", gradients[0].double_value(&[0, 1]));
    println!("Y_hat: {:.4}", gradients[1].double_value(&[0, 1]));
    println!("unused has one: {}", gradients[2].defined());
    println!("grad is filled: {}", random_inverse.grad().defined());

    // two wrong programs: an input that requires no gradient, and an output of sixteen numbers
    match Tensor::f_run_backward(&[&loss], &[&M1234], true, false) {
        Ok(gradients) => println!("{}", gradients[0].double_value(&[0, 1])),
        Err(error) => println!("error: {error}"),
    }
    match Tensor::f_run_backward(&[&Y_hat], &[&random_inverse], false, false) {
        Ok(gradients) => println!("{}", gradients[0].double_value(&[0, 1])),
        Err(error) => println!("error: {error}"),
    }
    Ok(())
}

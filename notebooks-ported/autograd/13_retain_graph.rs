//! Title: One graph, two backward passes
//! Idea: Backward frees the graph's saved tensors; a graph that is needed twice must be kept.
//! tch: `Tensor::run_backward(&[&loss], &[&x], true, false)`
//! Differs: `backward` takes no arguments: it always frees. `run_backward` has `keep_graph`; it
//!   returns the gradients and adds nothing to `grad`.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let Y_hat = random_inverse.matmul(&M1234);
    let loss = mse(&Y_true, &Y_hat);
    let first = &Tensor::run_backward(&[&loss], &[&random_inverse], true, false)[0];
    println!("first, keeps it: {:.4}", first.double_value(&[0, 1]));
    loss.backward();
    let second = random_inverse.grad();
    println!("second, frees it: {:.4}", second.double_value(&[0, 1]));

    // the wrong program: the graph is gone
    match loss.f_backward() {
        Ok(()) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }

    // two losses over one graph, one backward
    let Y_hat = random_inverse.matmul(&M1234);
    let both = mse(&Y_true, &Y_hat) + Y_hat.mean(None);
    random_inverse.zero_grad();
    both.backward();
    println!("both: {:.4}", random_inverse.grad().double_value(&[0, 1]));
}

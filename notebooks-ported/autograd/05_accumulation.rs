//! Title: Gradients add up
//! Idea: Backward adds to `grad`: two calls leave the sum of two gradients.
//! tch: `loss.backward()` twice, on two graphs
//! Differs: `Optimizer::backward_step` clears the gradients first, so it can't add up parts: call
//!   `zero_grad`, `backward` for each part, and `step` yourself.
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
    for t in 0..3 {
        mse(&Y_true, &random_inverse.matmul(&M1234)).backward();
        let gradient = random_inverse.grad();
        println!("after {}: {:.4}", t + 1, gradient.double_value(&[0, 1]));
    }
    // in parts: a quarter of the loss from each row; four calls leave the gradient of the whole
    let in_parts = random_inverse.detach().set_requires_grad(true);
    for i in 0..4 {
        let Y_hat = in_parts.get(i).matmul(&M1234);
        let loss = mse(&Y_true.get(i), &Y_hat) / 4;
        loss.backward();
    }
    println!("in parts: {:.4}", in_parts.grad().double_value(&[0, 1]));
}

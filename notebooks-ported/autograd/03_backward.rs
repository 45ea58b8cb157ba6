//! Title: Backward: a gradient arrives
//! Idea: Backward leaves in each leaf's `grad` the derivative of one number, the loss.
//! tch: `loss.backward()`, `random_inverse.grad()`
//! Differs: `Y_hat - Y_true` gives both tensors away, which is allowed because it is their last
//!   use; `&` would keep them. `backward` panics where Python raises; `f_backward` returns a
//!   `Result`, whose first line is the message. A C++ backtrace follows it.
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
    let Y_hat = random_inverse.matmul(&M1234);
    let loss = mse(&Y_true, &Y_hat);
    loss.backward();
    let by_hand = (Y_hat - Y_true).matmul(&M1234.tr()) * 2 / 16;
    for i in 0..4 {
        let gradient = random_inverse.grad().double_value(&[0, i]);
        println!("{gradient:.4} {:.4}", by_hand.double_value(&[0, i]));
    }
    let same = random_inverse.grad().equal(&by_hand);
    println!("equal to the bit: {same}");

    // the wrong program: sixteen numbers
    match random_inverse.matmul(&M1234).f_backward() {
        Ok(()) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }
}

//! Title: Gradient descent by hand
//! Idea: Gradient descent with a gradient derived by hand: the work that autograd takes over.
//! tch: `(&Y_hat - &Y_true).matmul(&M1234.tr()) * 2 / 16`
//! Differs: Rust has three ways to hand on a tensor. `x` gives it away: there is no `x` afterwards.
//!   `&x` lends it for reading. `&mut x` lends it for changing; `x -= …` does this too. There is no
//!   `@`: use `matmul`. `f64::try_from` reads a number.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU);
    let learning_rate = 0.9;
    for t in 0..101 {
        // forward, loss
        let Y_hat = random_inverse.matmul(&M1234);
        let loss = mse(&Y_true, &Y_hat);
        // gradient: d loss / d Y_hat is 2/16 (Y_hat - Y_true); the product with M1234 adds M1234.T
        let gradient = (Y_hat - &Y_true).matmul(&M1234.tr()) * 2 / 16;
        // update
        random_inverse -= learning_rate * gradient;
        if t < 50 && t % 10 == 0 {
            println!("{t} {:.4}", f64::try_from(&loss)?);
        }
    }
    // the diagonal of the inverse
    for i in 0..4 {
        println!("{:.4}", random_inverse.double_value(&[i, i]));
    }
    Ok(())
}

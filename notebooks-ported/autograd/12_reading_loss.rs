//! Title: Reading the loss
//! Idea: Keep numbers, not tensors: a loss that is kept keeps its graph.
//! tch: `f64::try_from(&loss)?`, `loss.detach()`
//! Differs: `f64::from(&loss)` doesn't compile: reading can fail (sixteen elements, no element), so
//!   it is `try_from`. It takes any dtype and converts: `i64::try_from` cuts the decimals off.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let learning_rate = 0.9;
    let mut losses = Vec::new();
    let mut total = Tensor::from(0f32);
    for _ in 0..3 {
        let loss = mse(&Y_true, &random_inverse.matmul(&M1234));
        loss.backward();
        losses.push(f64::try_from(&loss)?); // right: a number
        total += loss; // the trap: a sum of three graphs
        no_grad(|| random_inverse -= learning_rate * random_inverse.grad());
        random_inverse.zero_grad();
    }
    for loss in &losses {
        println!("{loss:.4}");
    }
    println!("sum of the numbers: {:.4}", losses.iter().sum::<f64>());
    println!("sum of the tensors: {:.4}", f64::try_from(&total)?);
    println!("total requires grad: {}", total.requires_grad());
    total = total.detach();
    println!("total requires grad, detached: {}", total.requires_grad());
    Ok(())
}

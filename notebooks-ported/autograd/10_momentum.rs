//! Title: Momentum by scaling the gradient
//! Idea: A gradient that is scaled instead of zeroed is a velocity: momentum without an optimizer.
//! tch: `let mut gradient = x.grad(); gradient *= momentum;` after the update
//! Differs: `random_inverse.grad() *= momentum` doesn't compile, so the gradient gets a name; and
//!   `Optimizer::backward_step` would clear it before each step: no momentum would be left.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}
fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    let learning_rate = 0.1;
    for momentum in [0., 0.9] {
        manual_seed(314);
        let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
        let mut by_velocity = random_inverse.detach().copy().set_requires_grad(true);
        let mut velocity = Tensor::zeros([4, 4], FLOAT_CPU);
        for t in 0..81 {
            // the notebook's way
            let loss = mse(&Y_true, &random_inverse.matmul(&M1234));
            loss.backward();
            no_grad(|| random_inverse -= learning_rate * random_inverse.grad());
            let mut gradient = random_inverse.grad();
            gradient *= momentum;
            // the textbook's way
            by_velocity.zero_grad();
            mse(&Y_true, &by_velocity.matmul(&M1234)).backward();
            velocity = momentum * velocity + by_velocity.grad();
            no_grad(|| by_velocity -= learning_rate * &velocity);
            if t % 40 == 0 {
                let same = random_inverse.equal(&by_velocity);
                println!("{momentum:?} {t} {:.4} same to the bit: {same}", f64::try_from(&loss)?);
            }
        }
    }
    Ok(())
}

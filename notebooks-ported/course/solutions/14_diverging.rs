//! Solution: With e ← -e the recursion says αλ = 2 + 2β, so α = (2 + 2 · 0.9) / 2 = 1.9.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::{Tensor, kind::DOUBLE_CPU, no_grad};

// the learning rate, and the formula for any eigenvalue and momentum
const LEARNING_RATE: f64 = 1.9;

fn bound(largest_eigenvalue: f64, momentum: f64) -> f64 {
    (2. + 2. * momentum) / largest_eigenvalue
}

/// Whether the loss of M1234 is lower after 400 steps than at the first.
fn falls(learning_rate: f64, momentum: f64) -> bool {
    let M1234 = Tensor::from_slice(&[1f64, 2., 3., 4.]).diag(0);
    let mut x = Tensor::zeros([4, 4], DOUBLE_CPU).set_requires_grad(true);
    let mut losses = vec![];
    for _ in 0..400 {
        let loss = (x.matmul(&M1234) - Tensor::eye(4, DOUBLE_CPU)).square().mean(None);
        loss.backward();
        losses.push(loss.double_value(&[]));
        no_grad(|| {
            x -= learning_rate * x.grad();
            let mut gradient = x.grad();
            gradient *= momentum;
        });
    }
    losses[399] < losses[0]
}

fn main() -> anyhow::Result<()> {
    ensure!(falls(0.99 * LEARNING_RATE, 0.9), "at 0.99 times your learning rate {LEARNING_RATE} it already diverges");
    ensure!(!falls(1.01 * LEARNING_RATE, 0.9), "at 1.01 times your learning rate {LEARNING_RATE} the loss still falls");
    for momentum in [0., 0.1, 0.5, 0.9] {
        let bound = bound(2., momentum);
        let holds = falls(0.99 * bound, momentum) && !falls(1.01 * bound, momentum);
        ensure!(
            holds,
            "with momentum {momentum} your formula gives {bound}, and the descent doesn't begin to diverge there"
        );
    }
    println!("solved");
    Ok(())
}

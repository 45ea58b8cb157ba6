//! Task: Find the learning rate at which the descent on M1234 with momentum 0.9 begins to diverge, and the formula
//!   that gives it. The curvature's largest eigenvalue is 2 (it is 2/16 · 4²).
//! Fails with: at 1.01 times your learning rate 1 the loss still falls
//! Hint 1: Try a few: `cargo run --bin reproduce -- descend --learning-rate 1.5` says below which learning rate it
//!   is stable.
//! Hint 2: Along one eigenvector with the eigenvalue λ a step is e ← (1 + β - αλ) e - β e₋₁. Its worst case is e ←
//!   -e, an oscillation that stays: -1 = (1 + β - αλ) + β. Solve this for α.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::{Tensor, kind::DOUBLE_CPU, no_grad};

// YOUR TURN: the learning rate, and the formula for any eigenvalue and momentum
const LEARNING_RATE: f64 = 1.;

fn bound(_largest_eigenvalue: f64, _momentum: f64) -> f64 {
    0.
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

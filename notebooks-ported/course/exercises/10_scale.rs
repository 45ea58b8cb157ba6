//! Task: This loop should have momentum, but whoever wrote it clears the gradient after each step. Let it keep
//!   `momentum` times the gradient, as the notebook does. Think first: which number of steps does momentum 0.9 need,
//!   more or fewer?
//! Fails with: with momentum 0.9 the loss was below 1e-10 after 85 steps
//! Hint 1: The gradient isn't set to zero but multiplied: what remains of it is added to the next one.
//! Hint 2: `let mut gradient = x.grad();` and then `gradient *= momentum;` in the place of `x.zero_grad();`. Under
//!   no_grad, where it already stands.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

/// The steps until the loss is below 1e-10.
fn steps(_momentum: f64) -> usize {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    manual_seed(314);
    let mut x = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    for t in 0..1000 {
        let loss = (x.matmul(&M1234) - Tensor::eye(4, FLOAT_CPU)).pow_tensor_scalar(2).mean(None);
        if loss.double_value(&[]) < 1e-10 {
            return t;
        }
        loss.backward();
        no_grad(|| {
            x -= 0.9 * x.grad();
            // YOUR TURN: this line
            x.zero_grad();
        });
    }
    1000
}

fn main() -> anyhow::Result<()> {
    for (momentum, expected) in [(0., 85), (0.9, 216), (0.1, 75)] {
        let steps = steps(momentum);
        ensure!(
            steps == expected,
            "with momentum {momentum} the loss was below 1e-10 after {steps} steps; expected is after {expected}"
        );
    }
    println!("solved");
    Ok(())
}

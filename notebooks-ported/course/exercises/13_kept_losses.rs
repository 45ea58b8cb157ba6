//! Task: Each loss of 10,000 steps is kept for a chart, and with each its graph: memory grows, as it would in
//!   Python. Keep numbers instead.
//! Fails with: 10000 of 10000 kept losses still hold their graph
//! Hint 1: A tensor that requires a gradient knows the operations that made it, and keeps them alive. See pair
//!   12_reading_loss.
//! Hint 2: Push `loss.detach()`. (A `Vec<f64>` of `f64::try_from(&loss)?` would be smaller still; the check here
//!   wants tensors.)
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU, no_grad};

fn main() -> anyhow::Result<()> {
    let mut x = Tensor::ones([4], FLOAT_CPU).set_requires_grad(true);
    let mut losses = vec![];
    for _ in 0..10_000 {
        let loss = x.pow_tensor_scalar(2).mean(None);
        loss.backward();
        // YOUR TURN: this line
        losses.push(loss);
        no_grad(|| x -= 0.1 * x.grad());
        x.zero_grad();
    }
    let holding = losses.iter().filter(|loss| loss.requires_grad()).count();
    ensure!(holding == 0, "{holding} of {} kept losses still hold their graph", losses.len());
    println!("solved");
    Ok(())
}

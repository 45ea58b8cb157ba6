//! Task: Here the gradient is scaled before the update, and the two loops part. Put the lines of the update in the
//!   right order. Say why the scaling has to follow before you run it.
//! Fails with: step 1: the loss isn't that of a velocity kept by hand
//! Hint 1: Write two steps down by hand: with which number is the fresh gradient multiplied in each order?
//! Hint 2: First `x -= …`, then `gradient *= momentum`. The fresh gradient must act whole once; only what is
//!   carried on is scaled.
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU, no_grad};

fn loss(x: &Tensor) -> Tensor {
    (x * 2 - 1).pow_tensor_scalar(2).mean(None)
}

fn main() -> anyhow::Result<()> {
    let (learning_rate, momentum) = (0.1, 0.5);
    let mut x = Tensor::zeros([3], FLOAT_CPU).set_requires_grad(true);
    let mut by_hand = Tensor::zeros([3], FLOAT_CPU).set_requires_grad(true);
    let mut velocity = Tensor::zeros([3], FLOAT_CPU);
    for t in 0..20 {
        let (here, there) = (loss(&x), loss(&by_hand));
        ensure!(here == there, "step {t}: the loss isn't that of a velocity kept by hand");
        here.backward();
        no_grad(|| {
            // YOUR TURN: the order of these lines
            let mut gradient = x.grad();
            gradient *= momentum;
            x -= learning_rate * x.grad();
        });

        by_hand.zero_grad();
        there.backward();
        velocity = momentum * velocity + by_hand.grad();
        no_grad(|| by_hand -= learning_rate * &velocity);
    }
    println!("solved");
    Ok(())
}

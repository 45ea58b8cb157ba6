//! Solution: Scaled first, each fresh gradient acts with momentum times the learning rate from the start: a smaller
//!   step, and another descent.
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
            // the order of these lines
            x -= learning_rate * x.grad();
            let mut gradient = x.grad();
            gradient *= momentum;
        });

        by_hand.zero_grad();
        there.backward();
        velocity = momentum * velocity + by_hand.grad();
        no_grad(|| by_hand -= learning_rate * &velocity);
    }
    println!("solved");
    Ok(())
}

//! Solution: `detach` gives the number without its history.
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU, no_grad};

fn main() -> anyhow::Result<()> {
    let mut x = Tensor::ones([4], FLOAT_CPU).set_requires_grad(true);
    let mut losses = vec![];
    for _ in 0..10_000 {
        let loss = x.pow_tensor_scalar(2).mean(None);
        loss.backward();
        // this line
        losses.push(loss.detach());
        no_grad(|| x -= 0.1 * x.grad());
        x.zero_grad();
    }
    let holding = losses.iter().filter(|loss| loss.requires_grad()).count();
    ensure!(holding == 0, "{holding} of {} kept losses still hold their graph", losses.len());
    println!("solved");
    Ok(())
}

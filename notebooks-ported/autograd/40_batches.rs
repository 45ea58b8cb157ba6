//! Title: Accumulation over batches, with an optimizer
//! Idea: Batches that are too large for the memory are taken in parts, and one step follows them all.
//! tch: `optimizer.zero_grad()`, `(loss / parts).backward()` for each part, `optimizer.step()`
//! Differs: `backward_step` clears the gradient first, so it keeps only the last part's. Use the
//!   three calls. Each optimizer needs a `VarStore` here.
use tch::{Device, Tensor, kind::FLOAT_CPU, manual_seed, nn, nn::Optimizer, nn::OptimizerConfig};

fn loss_of(weight: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    (x.matmul(weight) - y).pow_tensor_scalar(2).mean(None)
}
fn parameter() -> anyhow::Result<(Tensor, Optimizer)> {
    let vs = nn::VarStore::new(Device::Cpu);
    let weight = vs.root().add("weight", Tensor::zeros([2], FLOAT_CPU), true);
    Ok((weight, nn::Sgd::default().build(&vs, 0.5)?))
}
fn main() -> anyhow::Result<()> {
    manual_seed(314);
    let x = Tensor::rand([8, 2], FLOAT_CPU);
    let y = x.matmul(&Tensor::from_slice(&[1f32, -2.]));
    let (whole, mut one) = parameter()?;
    let (in_parts, mut four) = parameter()?;
    let (undivided, mut wrong) = parameter()?;
    for t in 0..3 {
        one.backward_step(&loss_of(&whole, &x, &y));
        four.zero_grad();
        wrong.zero_grad();
        for part in [0, 2, 4, 6] {
            let [x, y] = [&x, &y].map(|data| data.narrow(0, part, 2));
            (loss_of(&in_parts, &x, &y) / 4).backward();
            loss_of(&undivided, &x, &y).backward();
        }
        four.step();
        wrong.step();
        let [a, b, c] = [&whole, &in_parts, &undivided].map(|w| w.double_value(&[0]));
        println!("{t} whole {a:.4}, in parts {b:.4}, undivided {c:.4}");
    }
    Ok(())
}

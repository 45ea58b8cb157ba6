//! Title: Freezing and tying weights
//! Idea: A frozen parameter gets no gradient; a tied one is one tensor in two places.
//! tch: `x.set_requires_grad(false)`, `let decoder = encoder.shallow_clone();`
//! Differs: a tied tensor is one name in the store and two handles. Under two names, `add` would
//!   count it twice as trained, and the optimizer would move it twice.
use tch::{Device, Tensor, nn, nn::OptimizerConfig};

fn number(x: &Tensor) -> f64 {
    x.double_value(&[0])
}

fn main() -> anyhow::Result<()> {
    let vs = nn::VarStore::new(Device::Cpu);
    let shared = vs.root().add("shared", Tensor::from_slice(&[3f32]), true);
    let tied = shared.shallow_clone();
    let frozen = vs.root().add("frozen", Tensor::from_slice(&[2f32]), true);
    let mut optimizer = nn::sgd(0.9, 0., 0., false).build(&vs, 0.1)?;
    let loss_of = || (&shared * &frozen * &tied).sum(None);
    // both are trained; the tied one gets the sum of two gradients, 2 * 3 * 2
    loss_of().backward();
    println!("shared: {:.1}, frozen: {:.1}", number(&shared.grad()), number(&frozen.grad()));
    optimizer.step();
    // frozen, but its old gradient is still there
    let _ = frozen.set_requires_grad(false);
    optimizer.step();
    println!("frozen, moves all the same: {:.4}", number(&frozen));
    optimizer.zero_grad();
    loss_of().backward();
    optimizer.step();
    println!("frozen, and cleared: {:.4}", number(&frozen));
    println!("has a gradient: {}", frozen.grad().defined());
    // a store counts a tensor once for each name
    let model = nn::VarStore::new(Device::Cpu);
    let encoder = model.root().add("encoder", shared.detach(), true);
    let _ = model.root().add("decoder", encoder, true);
    println!("names: decoder encoder parameters: {}", model.trainable_variables().len());
    Ok(())
}

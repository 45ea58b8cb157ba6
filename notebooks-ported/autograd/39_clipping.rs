//! Title: Clipping a gradient
//! Idea: Clipping shortens a gradient that is too long; all parameters count as one vector.
//! tch: `optimizer.clip_grad_norm(1.)`, `clip_grad_value`, `backward_step_clip_norm(&loss, 1.)`
//! Differs: the calls belong to the optimizer and take all of its parameters. The norm isn't
//!   returned: compute it first. Without any gradient `clip_grad_norm` panics; Python returns 0.
use tch::{Device, Tensor, nn, nn::OptimizerConfig};

fn show(name: &str, x: &Tensor, y: &Tensor) {
    let [x, y] = [x.grad(), y.grad()];
    let numbers = [x.double_value(&[0]), x.double_value(&[1]), y.double_value(&[0])];
    println!("{name}: {:.4} {:.4} {:.4}", numbers[0], numbers[1], numbers[2]);
}

fn main() -> anyhow::Result<()> {
    let vs = nn::VarStore::new(Device::Cpu);
    let x = vs.root().add("x", Tensor::from_slice(&[1f32, 2.]), true);
    let y = vs.root().add("y", Tensor::from_slice(&[2f32]), true);
    let mut optimizer = nn::Sgd::default().build(&vs, 0.5)?;
    let loss = x.pow_tensor_scalar(2).sum(None) + y.pow_tensor_scalar(2).sum(None);
    loss.backward();
    show("gradient", &x, &y);
    let norm = Tensor::cat(&[x.grad(), y.grad()], 0).norm();
    println!("norm before: {:.4}", f64::try_from(norm)?);
    optimizer.clip_grad_norm(3.);
    show("clipped by norm", &x, &y);
    optimizer.clip_grad_norm(30.);
    show("short enough", &x, &y);
    optimizer.clip_grad_value(1.5);
    show("clipped by value", &x, &y);
    optimizer.step();
    println!("x: {:.4} {:.4}", x.double_value(&[0]), x.double_value(&[1]));
    Ok(())
}

//! Title: Clearing the gradient
//! Idea: Backward adds, so the gradient is cleared between steps: filled with zeros, or removed.
//! tch: `x.zero_grad()`, `optimizer.zero_grad()`, `x.detach().set_requires_grad(true)`
//! Differs: `Tensor::zero_grad` writes zeros; `Optimizer::zero_grad` removes the gradient. tch
//!   can't assign `grad`. `x.detach().set_requires_grad(true)` makes a second leaf on the same
//!   storage, without a gradient; an optimizer goes on with the first leaf.
#![allow(non_snake_case)] // the notebook's names
use tch::{Device, Tensor, kind::FLOAT_CPU, manual_seed, nn, nn::OptimizerConfig};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let vs = nn::VarStore::new(Device::Cpu);
    let mut random_inverse = vs.root().add("R", Tensor::rand([4, 4], FLOAT_CPU), true);
    let mut optimizer = nn::Sgd::default().build(&vs, 0.9)?;
    mse(&Y_true, &random_inverse.matmul(&M1234)).backward();
    let gradient = random_inverse.grad();
    println!("gradient: {:.4}", gradient.double_value(&[0, 1]));
    random_inverse.zero_grad();
    println!("zeroed: {:.4}", gradient.double_value(&[0, 1]));

    mse(&Y_true, &random_inverse.matmul(&M1234)).backward();
    optimizer.zero_grad();
    println!("defined afterwards: {}", random_inverse.grad().defined());

    mse(&Y_true, &random_inverse.matmul(&M1234)).backward();
    // a second leaf on the same storage; the store and the optimizer keep the first one
    let random_inverse = random_inverse.detach().set_requires_grad(true);
    println!("defined afterwards: {}", random_inverse.grad().defined());
    Ok(())
}

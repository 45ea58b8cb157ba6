//! Title: SGD with momentum, by the optimizer and by hand
//! Idea: The optimizer's SGD with momentum is the hand-written update.
//! tch: `nn::sgd(momentum, 0., 0., false).build(&vs, lr)`, `optimizer.backward_step(&loss)`
//! Differs: `backward_step` is zero_grad, backward and step in one. An optimizer takes its
//!   parameters from a `VarStore`, not from a list.
#![allow(non_snake_case)] // the notebook's names
use tch::{Device, Tensor, kind::FLOAT_CPU, manual_seed, nn, nn::OptimizerConfig, no_grad};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    let momentum = 0.9;
    for learning_rate in [0.5, 0.9] {
        manual_seed(314);
        let vs = nn::VarStore::new(Device::Cpu);
        let random_inverse = vs.root().add("R", Tensor::rand([4, 4], FLOAT_CPU), true);
        let mut by_hand = random_inverse.detach().copy().set_requires_grad(true);
        let mut optimizer = nn::sgd(momentum, 0., 0., false).build(&vs, learning_rate)?;
        let mut loss = Tensor::new();
        for _ in 0..41 {
            loss = mse(&Y_true, &random_inverse.matmul(&M1234));
            optimizer.backward_step(&loss); // zero_grad, backward, step
            // by hand
            mse(&Y_true, &by_hand.matmul(&M1234)).backward();
            no_grad(|| by_hand -= learning_rate * by_hand.grad());
            let mut gradient = by_hand.grad();
            gradient *= momentum;
        }
        let close = random_inverse.allclose(&by_hand, 1e-4, 1e-6, false);
        println!("{learning_rate} {:.4} nearly the same: {close}", f64::try_from(&loss)?);
        if learning_rate == 0.5 {
            println!("same to the bit: {}", random_inverse.equal(&by_hand));
        }
    }
    Ok(())
}

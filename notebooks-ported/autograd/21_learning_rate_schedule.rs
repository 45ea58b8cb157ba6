//! Title: A learning rate that changes
//! Idea: A schedule gives each step its learning rate; here it is halved every two steps.
//! tch: `optimizer.set_lr(learning_rate * schedule(t))`
//! Differs: there are no schedulers: a function and `set_lr` make one. The optimizer doesn't tell
//!   its learning rate, so keep it.
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
    let random_inverse = vs.root().add("R", Tensor::rand([4, 4], FLOAT_CPU), true);
    let learning_rate = 0.9;
    let mut optimizer = nn::Sgd::default().build(&vs, learning_rate)?;

    fn schedule(t: i32) -> f64 {
        0.5f64.powi(t / 2)
    }

    for t in 0..6 {
        let loss = mse(&Y_true, &random_inverse.matmul(&M1234));
        let lr = learning_rate * schedule(t);
        optimizer.set_lr(lr);
        optimizer.backward_step(&loss);
        println!("{t} {lr:.4} {:.4}", f64::try_from(&loss)?);
    }
    Ok(())
}

//! Idea: A gradient is checked against central differences of the loss, in f64.
//! tch: by hand
//! Differs: there is no `gradcheck`. `mean(None)` keeps the dtype; `mean(Kind::Float)`, which much
//!   tch code has, would round these losses to f32.
#![allow(non_snake_case)] // the notebook's names
use tch::{Device, Kind, Tensor, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn check(kind: Kind, eps: f64) -> f64 {
    let M1234 = Tensor::from_slice(&[1., 2., 3., 4.]).to_kind(kind).diag(0);
    let Y_true = Tensor::eye(4, (kind, Device::Cpu));
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (kind, Device::Cpu)).set_requires_grad(true);
    mse(&Y_true, &random_inverse.matmul(&M1234)).backward();
    let mut largest = 0f64;
    for i in 0..16 {
        let direction = Tensor::zeros([16], (kind, Device::Cpu));
        let _ = direction.get(i).fill_(eps);
        let direction = direction.view([4, 4]);
        let up = mse(&Y_true, &(&random_inverse + &direction).matmul(&M1234)).double_value(&[]);
        let down = mse(&Y_true, &(&random_inverse - &direction).matmul(&M1234)).double_value(&[]);
        let by_difference = (up - down) / (2. * eps);
        let gradient = random_inverse.grad().double_value(&[i / 4, i % 4]);
        largest = largest.max((gradient - by_difference).abs());
    }
    largest
}

fn main() {
    println!("f64, equal to 1e-8: {}", check(Kind::Double, 1e-4) < 1e-8);
    println!("f32, equal to 1e-8: {}", check(Kind::Float, 1e-4) < 1e-8);
}

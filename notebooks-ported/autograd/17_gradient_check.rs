//! Title: Checking a gradient by differences
//! Idea: A gradient is checked against central differences of the loss, in f64.
//! tch: by hand
//! Differs: there is no `gradcheck`. `mean(None)` keeps the dtype; `mean(Kind::Float)`, which much
//!   tch code has, would round these losses to f32.
#![allow(non_snake_case)] // the notebook's names
use tch::{Device, Kind, Tensor, manual_seed};

fn loss_of(x: &Tensor, M: &Tensor, y: &Tensor) -> Tensor {
    (x.matmul(M) - y).pow_tensor_scalar(4).mean(None)
}

fn check(kind: Kind, eps: f64) -> bool {
    let M1234 = Tensor::from_slice(&[1., 2., 3., 4.]).to_kind(kind).diag(0);
    let Y_true = Tensor::eye(4, (kind, Device::Cpu));
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (kind, Device::Cpu)).set_requires_grad(true);
    loss_of(&random_inverse, &M1234, &Y_true).backward();
    let mut largest = 0f64;
    for i in 0..16 {
        let direction = Tensor::zeros([16], (kind, Device::Cpu));
        let _ = direction.get(i).fill_(eps);
        let direction = direction.view([4, 4]);
        let up = loss_of(&(&random_inverse + &direction), &M1234, &Y_true).double_value(&[]);
        let down = loss_of(&(&random_inverse - &direction), &M1234, &Y_true).double_value(&[]);
        let by_difference = (up - down) / (2. * eps);
        let gradient = random_inverse.grad().double_value(&[i / 4, i % 4]);
        largest = largest.max((gradient - by_difference).abs());
    }
    largest < 1e-6
}

fn main() {
    for digits in [1, 3, 5, 7, 12] {
        let [f64, f32] = [Kind::Double, Kind::Float].map(|kind| check(kind, 10f64.powi(-digits)));
        println!("eps 1e-{digits}, equal to 1e-6: f64 {f64}, f32 {f32}");
    }
}

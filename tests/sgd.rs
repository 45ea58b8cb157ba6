//! The library's SGD against the notebook's way, which scales the gradient instead of zeroing it.
//!
//! With momentum m and dampening 0 both keep the same v ← m·v + g, rounded after the product and after the sum. The
//! steps differ: the notebook's `random_inverse.sub_(lr * grad)` rounds the product and then the difference; SGD's
//! `add_(v, alpha=-lr)` is one fused multiply-add in ATen's AVX2 kernels and rounds once.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::{Experiment, Gradient};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use inverse_by_descent::notebook::mse;
use std::ops::ControlFlow;
use tch::{Device::Cpu, Kind::Float, Tensor, no_grad};

const STEPS: usize = 2000;

/// The losses of the notebook's way with another rounding of the step: `step(lr, v, parameter)`.
fn losses(experiment: &Experiment, step: impl Fn(f32, f32, f32) -> f32) -> Vec<f32> {
    let lr = experiment.learning_rate as f32;
    let started = start::<f32>(Libtorch::settle(None).unwrap(), experiment).unwrap();
    let mut random_inverse = started.random_inverse.set_requires_grad(true);
    let identity = Tensor::eye(4, (Float, Cpu));
    let one_step = |_| {
        let loss = mse(&identity, &random_inverse.matmul(&started.matrix));
        loss.backward();
        let values = |tensor: &Tensor| Vec::<f32>::try_from(tensor.flatten(0, -1)).unwrap();
        no_grad(|| {
            let v = values(&random_inverse.grad());
            let stepped: Vec<_> =
                v.into_iter().zip(values(&random_inverse)).map(|(v, parameter)| step(lr, v, parameter)).collect();
            random_inverse.copy_(&Tensor::from_slice(&stepped).reshape([4, 4]));
            let mut grad = random_inverse.grad();
            grad *= experiment.momentum;
        });
        f32::try_from(loss).unwrap()
    };
    (0..STEPS).map(one_step).collect()
}

#[test]
fn sgd_is_the_notebooks_way_with_a_fused_step() {
    Libtorch::settle(Some(Arithmetic::Notebook)).unwrap();
    for (name, experiment) in Experiment::of_the_notebook() {
        let by = |gradient| {
            let experiment = Experiment { gradient, steps: STEPS, ..experiment.clone() };
            let run = descend::<f32>(Libtorch::settle(None).unwrap(), &experiment, |_, _| ControlFlow::Continue(()));
            run.unwrap().losses
        };
        let (scaled, optimizer) = (by(Gradient::Scaled), by(Gradient::Optimizer));
        let fused = losses(&experiment, |lr, v, parameter| (-lr).mul_add(v, parameter));
        let rounded_twice = losses(&experiment, |lr, v, parameter| parameter - lr * v);
        assert_eq!(optimizer, fused, "{name}: SGD isn't the fused step");
        assert_eq!(scaled, rounded_twice, "{name}: the notebook's step is fused");
        assert_ne!(scaled, optimizer, "{name}: the two roundings can't be told apart");
    }
}

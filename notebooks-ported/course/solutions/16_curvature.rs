//! Solution: The derivative of g · v by x is the Hessian times v. No 16×16 matrix is ever made.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::{Tensor, kind::DOUBLE_CPU};

fn loss(x: &Tensor) -> Tensor {
    let M1234 = Tensor::from_slice(&[1f64, 2., 3., 4.]).diag(0);
    (x.matmul(&M1234) - Tensor::eye(4, DOUBLE_CPU)).pow_tensor_scalar(2).mean(None)
}

/// The Hessian of the loss at x, times v.
fn curvature(x: &Tensor, v: &Tensor) -> Tensor {
    let loss = loss(x);
    // from the loss to the product
    let gradient = Tensor::run_backward(&[&loss], &[x], true, true);
    Tensor::run_backward(&[(&gradient[0] * v).sum(None)], &[x], false, false).remove(0)
}

fn main() -> anyhow::Result<()> {
    let x = Tensor::zeros([4, 4], DOUBLE_CPU).set_requires_grad(true);
    // power iteration: what the curvature stretches most remains
    let mut v = Tensor::ones([4, 4], DOUBLE_CPU);
    let mut eigenvalue = 0.;
    for _ in 0..100 {
        v = &v / v.norm();
        let product = curvature(&x, &v);
        eigenvalue = (&v * &product).sum(None).double_value(&[]);
        v = product;
    }
    ensure!(
        (eigenvalue - 2.).abs() < 1e-6,
        "the largest eigenvalue comes out as {eigenvalue:.4}; theory says 2 · 4² / 16"
    );
    println!("solved");
    Ok(())
}

//! Title: Jacobians and vector-Jacobian products
//! Idea: A vector-Jacobian product is one backward; the Jacobian takes one for each output.
//! tch: `Tensor::run_backward(&[(&y * &v).sum(None)], &[&x], true, false)`
//! Differs: nothing takes `grad_outputs`; the gradient of `(y * v).sum()` is the same product. No
//!   `jacobian` either: a loop over the outputs makes one.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn main() {
    manual_seed(314);
    let x = Tensor::rand([4, 4], FLOAT_CPU).get(0).set_requires_grad(true);
    let M_random = Tensor::rand([4, 4], FLOAT_CPU);
    let y = x.matmul(&M_random);
    let v = Tensor::from_slice(&[1f32, 0., 0., 10.]);
    let output = (&y * &v).sum(None);
    let product = Tensor::run_backward(&[&output], &[&x], true, false).remove(0);
    for i in 0..4 {
        println!("{:.4}", product.double_value(&[i]));
    }
    // row i of the Jacobian: v is 1 at i
    let mut rows = Vec::new();
    for i in 0..4 {
        let row = Tensor::run_backward(&[y.get(i)], &[&x], true, false).remove(0);
        rows.push(row);
    }
    let jacobian = Tensor::stack(&rows, 0);
    println!("equal to M_random: {}", jacobian.equal(&M_random));
    println!("equal to M_random.T: {}", jacobian.equal(&M_random.tr()));
    let close = |x: &Tensor| x.allclose(&product, 1e-5, 1e-8, false);
    println!("v @ J is the product: {}", close(&v.matmul(&jacobian)));
    println!("J @ v is the product: {}", close(&jacobian.matmul(&v)));
}

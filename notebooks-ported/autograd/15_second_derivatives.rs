//! Title: Second derivatives
//! Idea: A gradient that was made with create_graph can be differentiated again.
//! tch: `Tensor::run_backward(&[&loss], &[&x], true, true)`
//! Differs: in Python create_graph keeps the graph too; here `keep_graph` must be true as well. The
//!   wrong program is no error: it crashes (segmentation fault). Look at `requires_grad()` first.
#![allow(non_snake_case)] // the notebook's names
use tch::{IndexOp, Tensor, kind::FLOAT_CPU, manual_seed};

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let loss = mse(&Y_true, &random_inverse.matmul(&M1234));
    let gradient = &Tensor::run_backward(&[&loss], &[&random_inverse], true, true)[0];
    println!("has a graph: {}", gradient.requires_grad());
    for i in 0..4 {
        let output = gradient.i((0, i));
        let second = &Tensor::run_backward(&[&output], &[&random_inverse], true, false)[0];
        let by_hand = 2. / 16. * M1234.double_value(&[i, i]).powi(2);
        println!("{:.4} {by_hand:.4}", second.double_value(&[0, i]));
    }
    // the wrong program: no create_graph
    let gradient = &Tensor::run_backward(&[&loss], &[&random_inverse], false, false)[0];
    println!("has a graph: {}", gradient.requires_grad());
    if gradient.requires_grad() {
        let output = gradient.i((0, 0));
        let second = &Tensor::run_backward(&[&output], &[&random_inverse], false, false)[0];
        println!("{:.4}", second.double_value(&[0, 0]));
    }
}

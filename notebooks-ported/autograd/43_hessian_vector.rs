//! Title: Hessian times vector, and the stable learning rate
//! Idea: The Hessian times a vector takes two backwards and no Hessian; repeated, it gives the largest
//!   eigenvalue, and this tells which learning rates are stable.
//! tch: `Tensor::run_backward(&[&loss], &[&x], true, true)`, then of `(&gradient * &v).sum(None)`
//! Differs: there is no `torch.autograd.functional.hvp`; this loop needs no more than `run_backward`.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn loss_of(x: &Tensor) -> Tensor {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    (Tensor::eye(4, FLOAT_CPU) - x.matmul(&M1234)).pow_tensor_scalar(2).mean(None)
}
fn hessian_times(v: &Tensor, x: &Tensor) -> Tensor {
    let gradient = Tensor::run_backward(&[loss_of(x)], &[x], true, true).remove(0);
    Tensor::run_backward(&[(gradient * v).sum(None)], &[x], false, false).remove(0)
}
fn main() {
    manual_seed(314);
    let x = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let (mut v, mut eigenvalue) = (Tensor::ones([4, 4], FLOAT_CPU), 0.);
    for _ in 0..40 {
        let product = hessian_times(&v, &x);
        eigenvalue = product.norm().double_value(&[]);
        v = product / eigenvalue;
    }
    println!("largest eigenvalue: {eigenvalue:.4}, by hand: {:.4}", 2. / 16. * 4f64.powi(2));
    let [plain, momentum] = [2. / eigenvalue, 3.8 / eigenvalue];
    println!("stable below {plain:.4}, with momentum 0.9 below {momentum:.4}");
    for learning_rate in [0.99, 1.01] {
        let mut y = x.detach().copy().set_requires_grad(true);
        for _ in 0..600 {
            y.zero_grad();
            loss_of(&y).backward();
            no_grad(|| y -= learning_rate * y.grad());
        }
        let falls = loss_of(&y).double_value(&[]) < loss_of(&x).double_value(&[]);
        println!("learning rate {learning_rate}, it falls: {falls}");
    }
}

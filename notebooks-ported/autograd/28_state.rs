//! Title: State in a struct around the update
//! Idea: What an update changes lives in an object; its method takes the object and changes it.
//! tch: `struct Descent { … }`, `fn update(&mut self)`
//! Differs: `&mut self` says that the method changes the struct; the variable must be `let mut`.
//!   `backward` needs only `&self`, since libtorch changes the gradient behind the compiler's back.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

struct Descent<'a> {
    M: &'a Tensor, // lent: two descents may share one matrix
    random_inverse: Tensor,
    learning_rate: f64,
    momentum: f64,
    steps: usize,
}
impl<'a> Descent<'a> {
    fn new(M: &'a Tensor, learning_rate: f64, momentum: f64) -> Self {
        manual_seed(314);
        let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
        Descent { M, random_inverse, learning_rate, momentum, steps: 0 }
    }
    fn update(&mut self) -> f64 {
        let Y_hat = self.random_inverse.matmul(self.M);
        let loss = (Tensor::eye(4, FLOAT_CPU) - Y_hat).pow_tensor_scalar(2).mean(None);
        loss.backward();
        no_grad(|| self.random_inverse -= self.learning_rate * self.random_inverse.grad());
        let _ = self.random_inverse.grad().g_mul_scalar_(self.momentum);
        self.steps += 1;
        loss.double_value(&[])
    }
}
fn main() {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let mut first = Descent::new(&M1234, 0.1, 0.9);
    (0..3).for_each(|_| println!("{:.4}", first.update()));
    let mut second = Descent::new(&M1234, 0.1, 0.);
    (0..2).for_each(|_| println!("{:.4}", second.update()));
    println!("steps: {} {}", first.steps, second.steps);
}

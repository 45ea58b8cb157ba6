//! Title: Many runs in one graph
//! Idea: Many runs share one graph: backward of the sum of their losses leaves each run its own gradient.
//! tch: `x` of shape [runs, 4, 4], `mean_dim([-2, -1].as_slice(), false, None)`, `losses.sum(None).backward()`
//! Differs: `mean` over some dimensions is another function, `mean_dim`, and takes them as a slice.
#![allow(non_snake_case)] // the notebook's names
use tch::{Kind, Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn losses_of(random_inverse: &Tensor) -> Tensor {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    (Y_true - random_inverse.matmul(&M1234)).pow_tensor_scalar(2).mean_dim([-2, -1].as_slice(), false, None)
}
fn main() {
    manual_seed(314);
    let start = Tensor::rand([4, 4], FLOAT_CPU);
    let pairs = [[0.9, 0.9], [0.9, 0.1], [0.3, 0.], [1.1, 0.]];
    let each =
        |which: usize| Tensor::from_slice(&pairs.map(|pair| pair[which])).to_kind(Kind::Float).reshape([4, 1, 1]);
    let mut together = start.repeat([4, 1, 1]).set_requires_grad(true);
    let mut losses = Tensor::new();
    for _ in 0..10 {
        losses = losses_of(&together);
        losses.sum(None).backward();
        no_grad(|| together -= each(0) * together.grad());
        let _ = together.grad().g_mul_(&each(1));
    }
    for (run, [learning_rate, momentum]) in (0..).zip(pairs) {
        let mut alone = start.copy().set_requires_grad(true);
        let mut loss = Tensor::new();
        for _ in 0..10 {
            loss = losses_of(&alone);
            loss.backward();
            no_grad(|| alone -= learning_rate * alone.grad());
            let _ = alone.grad().g_mul_scalar_(momentum);
        }
        let (loss, beside) = (loss.double_value(&[]), losses.double_value(&[run]));
        let same = together.get(run).equal(&alone);
        println!("alone {loss:.4}, together {beside:.4}, same parameters: {same}");
    }
}

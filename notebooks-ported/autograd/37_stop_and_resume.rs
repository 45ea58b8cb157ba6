//! Title: Stop, and resume with the same bits
//! Idea: To go on as if it had never stopped, a run needs all of its state: the parameter and its
//!   gradient, which is the velocity.
//! tch: `Tensor::save_multi(&[("x", &x), ("gradient", &x.grad())], path)`, `Tensor::load_multi`
//! Differs: nothing assigns `grad`. The loss `(x * gradient).sum()` has just this gradient, so one
//!   backward puts it back. tch can't save an optimizer's state: update by hand where it counts.
#![allow(non_snake_case)] // the notebook's names
use tch::{Tensor, kind::FLOAT_CPU, manual_seed, no_grad};

fn update(x: &mut Tensor) {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let loss = (Tensor::eye(4, FLOAT_CPU) - x.matmul(&M1234)).pow_tensor_scalar(2).mean(None);
    loss.backward();
    no_grad(|| *x -= 0.9 * x.grad());
    let _ = x.grad().g_mul_scalar_(0.9);
}
fn main() -> anyhow::Result<()> {
    manual_seed(314);
    let mut x = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    (0..10).for_each(|_| update(&mut x));
    let mut file = Vec::new();
    Tensor::save_multi_to_stream(&[("x", &x.detach()), ("gradient", &x.grad())], &mut file)?;
    (0..10).for_each(|_| update(&mut x)); // the run that never stopped

    let saved = Tensor::load_multi_from_stream(std::io::Cursor::new(file))?;
    let find = |name: &str| saved.iter().find(|(n, _)| n == name).map(|(_, x)| x.copy()).unwrap();
    let mut resumed = find("x").set_requires_grad(true);
    (&resumed * find("gradient")).sum(None).backward();
    let mut without = find("x").set_requires_grad(true);
    for _ in 0..10 {
        update(&mut resumed);
        update(&mut without);
    }
    println!("with its gradient, same to the bit: {}", x.equal(&resumed));
    println!("without, nearly the same: {}", x.allclose(&without, 1e-3, 1e-8, false));
    Ok(())
}

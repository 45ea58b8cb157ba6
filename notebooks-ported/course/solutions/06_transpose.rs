//! Solution: The chain rule multiplies by the transpose of M from the right. Test a gradient on a matrix that isn't
//!   symmetric.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

/// The gradient of the mean of (R M - I)² by R.
fn by_hand(R: &Tensor, M: &Tensor) -> Tensor {
    let difference = R.matmul(M) - Tensor::eye(4, FLOAT_CPU);
    // this line
    difference.matmul(&M.tr()) * 2 / 16
}

fn main() -> anyhow::Result<()> {
    manual_seed(314);
    let R = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let M_random = Tensor::rand([4, 4], FLOAT_CPU);
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    for (name, mut R, M) in [("diagonal", R.copy(), M1234), ("random", R.copy(), M_random)] {
        R = R.detach().set_requires_grad(true);
        (R.matmul(&M) - Tensor::eye(4, FLOAT_CPU)).pow_tensor_scalar(2).mean(None).backward();
        let same = R.grad().allclose(&by_hand(&R, &M), 1e-5, 1e-6, false);
        ensure!(same, "on the {name} matrix the gradient by hand isn't autograd's");
    }
    println!("solved");
    Ok(())
}

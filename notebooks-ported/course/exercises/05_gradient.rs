//! Task: Write the notebook's cell In [133] unaided: seed 314, a 4×4 start that requires a gradient, `Y_hat =
//!   random_inverse @ M1234`, the mean square of `Y_hat - Y_true`, backward. Return the gradient.
//! Fails with: entry (0, 0) is 0.0000e0, and the notebook printed -3.5046e-2
//! Hint 1: Pair 03_backward has every call that you need. The seed comes before the draw.
//! Hint 2: In order: `manual_seed(314)`, `Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true)`, `matmul`,
//!   `pow_tensor_scalar(2).mean(None)`, `backward()`, `grad()`.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU};

fn gradient() -> Tensor {
    // YOUR TURN: the gradient of the notebook's loss at its start
    Tensor::zeros([4, 4], FLOAT_CPU)
}

#[rustfmt::skip]
const PRINTED: [f64; 16] = [
    -3.5046e-02,  3.1475e-01,  7.5007e-01,  6.7699e-01,
     1.0653e-01, -9.3718e-02,  5.6315e-01,  9.2856e-01,
     1.0338e-03,  2.2346e-01,  5.2824e-01,  1.1024e+00,
     4.4448e-02,  1.8549e-01,  7.6836e-01,  1.1486e-01,
];

fn main() -> anyhow::Result<()> {
    let gradient = gradient();
    ensure!(gradient.size() == [4, 4], "a tensor of the size {:?}; expected is [4, 4]", gradient.size());
    for (at, printed) in PRINTED.iter().enumerate() {
        let (row, column) = (at as i64 / 4, at as i64 % 4);
        let entry = gradient.double_value(&[row, column]);
        let printed_alike = (entry - printed).abs() <= 1e-4 * printed.abs();
        ensure!(printed_alike, "entry ({row}, {column}) is {entry:.4e}, and the notebook printed {printed:.4e}");
    }
    println!("solved");
    Ok(())
}

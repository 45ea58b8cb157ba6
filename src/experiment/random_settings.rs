//! Random settings, to look for one in which two systems differ.

use crate::experiment::{Dtype, Experiment, Matrix};
use fastrand::Rng;

/// Random experiments from `seed`, without end: sizes 1 to 64, both matrices, learning rates from a thousandth of the stable
/// range to four times beyond it, momenta 0 to 0.99, both dtypes, 20 to 300 steps.
pub fn random(seed: i64) -> impl Iterator<Item = Experiment> {
    let mut rng = Rng::with_seed(seed as u64);
    std::iter::repeat_with(move || {
        let size = rng.usize(1..=64);
        let momentum = rounded(rng.f64() * 0.99);
        // The largest eigenvalue of H = (2/n²) M Mᵀ: exact for diag(1, …, n); for a random matrix, whose largest singular
        // value is near n/2, about right is enough.
        let (matrix, largest) =
            if rng.bool() { (Matrix::counting(size), 2.0) } else { (Matrix::Random, 0.5 + 1.5 / size as f64) };
        let stable = (2.0 + 2.0 * momentum) / largest;
        Experiment {
            matrix,
            size,
            momentum,
            learning_rate: rounded(stable * 10_f64.powf(rng.f64() * 3.6 - 3.0)),
            seed: rng.i64(0..1_000_000),
            steps: rng.usize(20..=300),
            dtype: if rng.bool() { Dtype::F32 } else { Dtype::F64 },
            ..Experiment::default()
        }
    })
}

/// Six digits: a command line that a person can copy.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

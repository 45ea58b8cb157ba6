//! The loop by hand as a witness: which order of summation gives a series of losses, for any experiment.

use crate::by_hand::{self, Identification, Problem};
use crate::descent::{Start, start};
use crate::experiment::{Dtype, Experiment, Scalar};
use crate::libtorch::Libtorch;
use crate::libtorch::flat;
use anyhow::Result;

/// The orders of summation that give `losses`, each exact in the experiment's dtype, or come closest.
///
/// # Errors
/// When libtorch can't draw the experiment's matrices.
pub fn identify(libtorch: Libtorch, experiment: &Experiment, losses: &[f64]) -> Result<Identification> {
    match experiment.dtype {
        Dtype::F32 => identify_in::<f32>(libtorch, experiment, losses),
        Dtype::F64 => identify_in::<f64>(libtorch, experiment, losses),
    }
}

fn identify_in<T: Scalar>(libtorch: Libtorch, experiment: &Experiment, losses: &[f64]) -> Result<Identification> {
    let losses: Vec<T> = losses.iter().map(|&loss| T::from_f64(loss)).collect();
    with_problem(libtorch, experiment, |problem| by_hand::identify(problem, &losses))
}

/// Hands `take` the experiment as the loop by hand starts from it: drawn by libtorch, in the dtype `T`.
///
/// # Errors
/// When libtorch can't draw, or `take` fails.
pub fn with_problem<T: Scalar, R>(
    libtorch: Libtorch,
    experiment: &Experiment,
    take: impl FnOnce(&Problem<T>) -> Result<R>,
) -> Result<R> {
    let Start { random_inverse, matrix } = start::<T>(libtorch, experiment)?;
    let (matrix, parameter) = (flat(&matrix)?, flat(&random_inverse)?);
    take(&Problem {
        size: experiment.size,
        matrix: &matrix,
        parameter: &parameter,
        learning_rate: experiment.learning_rate,
        momentum: experiment.momentum,
    })
}

//! The loop by hand as a witness: which order of summation gives a series of losses, for any experiment.

use crate::by_hand::{self, Identification, Problem, Real};
use crate::descent::{Float, Start, flat, start};
use crate::experiment::{Dtype, Experiment};
use anyhow::Result;

/// The orders of summation that give `losses`, each exact in the experiment's dtype, or come closest.
///
/// # Errors
/// When libtorch can't draw the experiment's matrices.
pub fn identify(experiment: &Experiment, losses: &[f64]) -> Result<Identification> {
    match experiment.dtype {
        Dtype::F32 => identify_in::<f32>(experiment, losses),
        Dtype::F64 => identify_in::<f64>(experiment, losses),
    }
}

fn identify_in<T: Real + Float>(experiment: &Experiment, losses: &[f64]) -> Result<Identification> {
    let losses: Vec<T> = losses.iter().map(|&loss| T::from_f64(loss)).collect();
    with_problem(experiment, |problem| by_hand::identify(problem, &losses))
}

/// Hands `take` the experiment as the loop by hand starts from it: drawn by libtorch, in the dtype `T`.
///
/// # Errors
/// When libtorch can't draw, or `take` fails.
pub fn with_problem<T: Real + Float, R>(
    experiment: &Experiment,
    take: impl FnOnce(&Problem<T>) -> Result<R>,
) -> Result<R> {
    let Start {
        random_inverse,
        matrix,
    } = start::<T>(experiment)?;
    let (matrix, parameter) = (flat(&matrix)?, flat(&random_inverse)?);
    take(&Problem {
        size: experiment.size,
        matrix: &matrix,
        parameter: &parameter,
        learning_rate: experiment.learning_rate,
        momentum: experiment.momentum,
    })
}

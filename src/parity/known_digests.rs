//! The digests of the runs that this machine can compute.

use crate::by_hand::witness::{trees_of_libtorch, with_problem};
use crate::by_hand::{self, Kernels};
use crate::experiment::digest::Digest;
use crate::experiment::{Dtype, Experiment, Gradient, Scalar};
use crate::libtorch::{Arithmetic, Libtorch};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One run of the notebook's, or its variant through SGD or in f64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The name of its losses: `losses1` to `losses4`.
    pub run: String,
    /// What the gradient becomes.
    pub gradient: Gradient,
    /// What it is computed in.
    pub dtype: Dtype,
}

/// The digest of each variant after so many steps, by hand: in the notebook's order of summation, or in native arithmetic in
/// the one in which this process's libtorch sums.
///
/// # Errors
/// When that order can't be read: see [`trees_of_libtorch`].
pub fn known_digests(libtorch: Libtorch, arithmetic: Arithmetic, steps: usize) -> Result<Vec<(Variant, Digest)>> {
    Ok([of::<f32>(libtorch, arithmetic, steps)?, of::<f64>(libtorch, arithmetic, steps)?].concat())
}

fn of<T: Scalar>(libtorch: Libtorch, arithmetic: Arithmetic, steps: usize) -> Result<Vec<(Variant, Digest)>> {
    let trees = match arithmetic {
        Arithmetic::Notebook => None,
        Arithmetic::Native => Some(trees_of_libtorch::<T>(libtorch, Experiment::default().size)?),
    };
    let kernels = trees.as_ref().map_or(Kernels::Notebook, Kernels::Trees);
    let mut digests = vec![];
    for (run, experiment) in Experiment::of_the_notebook() {
        for gradient in [Gradient::Scaled, Gradient::Optimizer] {
            let experiment = Experiment { gradient, dtype: T::DTYPE, ..experiment.clone() };
            let losses =
                with_problem::<T, _>(libtorch, &experiment, |problem| by_hand::run(problem, kernels, steps))?.losses;
            digests.push((Variant { run: run.to_owned(), gradient, dtype: T::DTYPE }, Digest::of(&losses)));
        }
    }
    Ok(digests)
}

/// `losses2 in f64 through SGD with momentum`.
impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let gradient = match self.gradient {
            Gradient::Scaled => "with the gradient scaled",
            Gradient::Optimizer => "through SGD with momentum",
        };
        write!(f, "{} in {} {gradient}", self.run, self.dtype)
    }
}

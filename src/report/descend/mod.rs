//! The report of one run: what it found out, as `run.json`; the text and the other files are rendered from it.

mod files;
mod text;

use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Dtype, Experiment, Pair, Scalar};
use crate::libtorch::device::Device;
use crate::libtorch::environment::Environment;
use crate::theory::Spectrum;
use crate::theory::distance::Distances;
use anyhow::Result;
use serde::{Serialize, Serializer};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    Finished,
    /// The loss that it was to reach.
    Reached,
    /// By the user.
    Stopped,
    /// At a loss that isn't finite.
    Diverged,
}

/// `run.json`.
#[derive(Debug, Serialize)]
pub struct DescentReport<'a> {
    pub outcome: Ending,
    pub settings: Settings,
    pub theory: Theory,
    pub measured: Measured,
    pub distances: Distances,
    pub environment: Environment,
    /// The command that repeats the run.
    pub again: String,
    /// The folder of the results.
    #[serde(skip)]
    pub out: &'a Path,
}

/// What the run was asked to do.
#[derive(Debug, Serialize)]
pub struct Settings {
    /// As the user named it.
    pub matrix: String,
    pub size: usize,
    pub seed: i64,
    pub learning_rate: f64,
    pub momentum: f64,
    /// At most.
    pub steps: usize,
    /// The loss that was to be reached.
    pub until: Option<f64>,
    pub dtype: Dtype,
    /// Who computed the gradient.
    pub gradient: String,
    pub device: Device,
    /// Whether an unstable learning rate was to run.
    pub force: bool,
}

/// What theory says about a run: see [`crate::theory`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Theory {
    pub greatest_singular_value: f64,
    pub least_singular_value: f64,
    pub condition_number: f64,
    pub learning_rate: f64,
    pub momentum: f64,
    /// The learning rates below this and above 0 are stable with this momentum.
    pub stability_limit: f64,
    /// Whether this pair, as it is in the run's dtype, is stable.
    pub is_stable: bool,
    /// The factor by which the residual shrinks a step.
    pub contraction: f64,
    pub best: Pair,
    pub best_contraction: f64,
}

/// What a run did.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    pub steps: usize,
    /// The loss at the start of the first step: the shortest decimal that reads back to it.
    #[serde(serialize_with = "number_or_name")]
    pub first_loss: String,
    /// Likewise of the last step.
    #[serde(serialize_with = "number_or_name")]
    pub last_loss: String,
    /// The factor by which the residual shrank a step; none for a run that is too short to tell.
    pub contraction: Option<f64>,
    pub seconds: f64,
}

/// A finite number as a number, another as "inf", "-inf" or "NaN".
fn number_or_name<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => serializer.serialize_f64(number),
        _ => serializer.serialize_str(text),
    }
}

impl Theory {
    /// For a matrix with this spectrum and this experiment's learning rate and momentum.
    pub fn of(spectrum: &Spectrum, experiment: &Experiment) -> Result<Theory> {
        let (curvature, pair) = (spectrum.curvature(), experiment.pair());
        let best = spectrum.best(None, None)?;
        Ok(Theory {
            greatest_singular_value: spectrum.greatest(),
            least_singular_value: spectrum.least(),
            condition_number: spectrum.condition_number(),
            learning_rate: pair.learning_rate,
            momentum: pair.momentum,
            stability_limit: curvature.stability_limit(pair.momentum),
            is_stable: curvature.is_stable(pair.rounded(experiment.dtype)),
            contraction: curvature.contraction(pair),
            best,
            best_contraction: curvature.contraction(best),
        })
    }
}

impl Measured {
    pub fn of<T: Scalar>(trajectory: &Trajectory<T>, contraction: Option<f64>, seconds: f64) -> Measured {
        let loss = |loss: Option<&T>| loss.map_or_else(String::new, |loss| format!("{loss:?}"));
        Measured {
            steps: trajectory.losses.len(),
            first_loss: loss(trajectory.losses.first()),
            last_loss: loss(trajectory.losses.last()),
            contraction,
            seconds,
        }
    }
}

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
use serde::Serialize;
use std::fmt::{self, Debug};
use std::path::Path;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// After its last step.
    Finished,
    /// At the loss that it was to reach.
    Reached,
    /// By Ctrl-C.
    Stopped,
    /// At a loss that isn't finite.
    Diverged,
}

/// Everything that one run found out: `run.json`.
#[derive(Debug, Serialize)]
pub struct DescentReport<'a> {
    /// How it ended.
    pub outcome: Ending,
    /// What it was asked to do.
    pub settings: Settings,
    /// What theory says about it.
    pub theory: Theory,
    /// What it did.
    pub measured: Measured,
    /// How far the parameter is from the inverse.
    pub distances: Distances,
    /// What it was computed with.
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
    /// The matrix, as the user named it.
    pub matrix: String,
    /// n.
    pub size: usize,
    /// The generator's seed.
    pub seed: i64,
    /// α.
    pub learning_rate: f64,
    /// β.
    pub momentum: f64,
    /// The most steps.
    pub steps: usize,
    /// The loss that was to be reached.
    pub until: Option<f64>,
    /// The type that everything was computed in.
    pub dtype: Dtype,
    /// Who computed the gradient.
    pub gradient: String,
    /// Where.
    pub device: Device,
    /// Whether an unstable learning rate was to run.
    pub force: bool,
}

/// What theory says about a run: see [`crate::theory`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Theory {
    /// σ₁ of M.
    pub greatest_singular_value: f64,
    /// σ_n of M.
    pub least_singular_value: f64,
    /// κ(M).
    pub condition_number: f64,
    /// α.
    pub learning_rate: f64,
    /// β.
    pub momentum: f64,
    /// The learning rates below this and above 0 are stable with this momentum.
    pub stability_limit: f64,
    /// Whether this pair, as it is in the run's dtype, is stable.
    pub is_stable: bool,
    /// The factor by which the residual shrinks a step.
    pub contraction: f64,
    /// The best pair: see [`Spectrum::best`].
    pub best: Pair,
    /// The best pair's contraction.
    pub best_contraction: f64,
}

/// What a run did.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Steps taken.
    pub steps: usize,
    /// The loss at the start of the first step.
    pub first_loss: Shortest,
    /// The loss at the start of the last step.
    pub last_loss: Shortest,
    /// The factor by which the residual shrank a step; none for a run that is too short to tell.
    pub contraction: Option<f64>,
    /// The time that the steps took.
    pub seconds: f64,
}

/// The shortest decimal that reads back to a number of the run's dtype; in JSON a number, or "inf", "-inf" or "NaN".
#[derive(Clone, Debug)]
pub struct Shortest(String);

impl fmt::Display for Shortest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Shortest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<f64>() {
            Ok(number) if number.is_finite() => serializer.serialize_f64(number),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

impl Theory {
    /// For a matrix with this spectrum and this experiment's learning rate and momentum.
    ///
    /// # Errors
    /// Those of [`Spectrum::best`].
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
    /// Of this trajectory, which took so many seconds.
    pub fn of<T: Scalar>(trajectory: &Trajectory<T>, contraction: Option<f64>, seconds: f64) -> Measured {
        let loss = |loss: Option<&T>| Shortest(loss.map_or_else(String::new, |loss| format!("{loss:?}")));
        Measured {
            steps: trajectory.losses.len(),
            first_loss: loss(trajectory.losses.first()),
            last_loss: loss(trajectory.losses.last()),
            contraction,
            seconds,
        }
    }
}

impl DescentReport<'_> {
    /// `run.json`, ended by a newline.
    ///
    /// # Errors
    /// When it can't be serialised.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

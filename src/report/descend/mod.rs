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
use std::fmt::{self, Debug, Write};
use std::path::Path;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// After its last step.
    Finished,
    /// At the loss that it was to reach.
    Reached,
    /// By Ctrl-C.
    Stopped,
    /// At a loss that isn't finite.
    Diverged,
}

/// Everything that one run found out.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// What it was asked to do.
    pub settings: Settings<'a>,
    /// What theory says about it.
    pub theory: Theory,
    /// What it did.
    pub measured: Measured,
    /// How far the parameter is from the inverse.
    pub distances: Distances,
    /// What it was computed with.
    pub environment: Environment,
}

/// What the run was asked to do.
#[derive(Debug)]
pub struct Settings<'a> {
    /// Matrix, seed, learning rate and so on.
    pub experiment: &'a Experiment,
    /// The value of `--matrix`.
    pub source: String,
    /// `--until`.
    pub until: Option<f64>,
    /// `--gradient`.
    pub gradient: String,
    /// `--device`.
    pub device: Device,
    /// `--force`.
    pub force: bool,
    /// `--out`.
    pub out: &'a Path,
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
    /// Whether this pair is stable.
    pub is_stable: bool,
    /// The factor by which the residual shrinks a step.
    pub contraction: f64,
    /// The best pair.
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
    pub fn of(spectrum: &Spectrum, experiment: &Experiment) -> Theory {
        let Experiment { learning_rate, momentum, .. } = *experiment;
        let (curvature, pair) = (spectrum.curvature(), Pair { learning_rate, momentum });
        let best = curvature.best_pair();
        Theory {
            greatest_singular_value: spectrum.greatest(),
            least_singular_value: spectrum.least(),
            condition_number: spectrum.condition_number(),
            learning_rate,
            momentum,
            stability_limit: curvature.stability_limit(momentum),
            is_stable: curvature.is_stable(pair),
            contraction: curvature.contraction(pair),
            best,
            best_contraction: curvature.contraction(best),
        }
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

impl Serialize for Settings<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            matrix: &'a str,
            size: usize,
            seed: i64,
            learning_rate: f64,
            momentum: f64,
            steps: usize,
            until: Option<f64>,
            dtype: Dtype,
            gradient: &'a str,
            device: Device,
            force: bool,
        }
        let Settings { experiment, source, until, gradient, device, force, .. } = self;
        Written {
            matrix: source,
            size: experiment.size,
            seed: experiment.seed,
            learning_rate: experiment.learning_rate,
            momentum: experiment.momentum,
            steps: experiment.steps,
            until: *until,
            dtype: experiment.dtype,
            gradient,
            device: *device,
            force: *force,
        }
        .serialize(serializer)
    }
}

impl Report<'_> {
    /// The command that repeats the run. A matrix from standard input is read from the copy beside the results.
    pub fn again(&self) -> String {
        let Settings { experiment, source, until, gradient, device, force, out } = &self.settings;
        let matrix = if source == "-" { out.join("matrix.npy").display().to_string() } else { source.clone() };
        let Environment { arithmetic, threads, .. } = &self.environment;
        let mut line = format!(
            "reproduce descend {} --gradient {gradient} --device {device} --threads {threads} --arithmetic {arithmetic}",
            experiment.options_with(&quoted(&matrix))
        );
        if let Some(until) = until {
            let _ = write!(line, " --until {until:e}");
        }
        if *force {
            line.push_str(" --force");
        }
        let _ = write!(line, " --out {}", quoted(&out.display().to_string()));
        line
    }

    /// `run.json`, ended by a newline.
    ///
    /// # Errors
    /// When it can't be serialised.
    pub fn json(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Written<'a> {
            #[serde(flatten)]
            report: &'a Report<'a>,
            again: String,
        }
        Ok(serde_json::to_string_pretty(&Written { report: self, again: self.again() })? + "\n")
    }
}

/// Quoted for a shell, where that is needed.
fn quoted(text: &str) -> String {
    // Only a NUL can't be quoted, and no argument of a process has one.
    shlex::try_quote(text).map_or_else(|_| text.to_string(), |quoted| quoted.into_owned())
}

//! The report of one run: text, `run.json` and the files beside it.

use crate::array_file::{csv, npy};
use crate::by_hand::Real;
use crate::descent::{Float, flat};
use crate::device::Device;
use crate::distance::Distances;
use crate::environment::Environment;
use crate::experiment::{Dtype, Experiment};
use crate::files::Folder;
use crate::plots::{Curve, HeatMap, LossChart};
use crate::report::{count, pictures::stage_both, short};
use crate::theory::{Pair, Spectrum};
use crate::trajectory::Trajectory;
use anyhow::Result;
use serde::Serialize;
use std::fmt::{self, Debug, Write};
use std::path::Path;
use tch::Tensor;

/// A number of a run: `f32` or `f64`.
pub trait Number: Float + Real + npyz::AutoSerialize + Debug + Into<f64> {}

impl Number for f32 {}
impl Number for f64 {}

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
        let Experiment {
            learning_rate,
            momentum,
            ..
        } = *experiment;
        let (curvature, pair) = (
            spectrum.curvature(),
            Pair {
                learning_rate,
                momentum,
            },
        );
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
    pub fn of<T: Number>(
        trajectory: &Trajectory<T>,
        contraction: Option<f64>,
        seconds: f64,
    ) -> Measured {
        let loss =
            |loss: Option<&T>| Shortest(loss.map_or_else(String::new, |loss| format!("{loss:?}")));
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
        let Settings {
            experiment,
            source,
            until,
            gradient,
            device,
            force,
            ..
        } = self;
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
        let Settings {
            experiment,
            source,
            until,
            gradient,
            device,
            force,
            out,
        } = &self.settings;
        let matrix = if source == "-" {
            out.join("matrix.npy").display().to_string()
        } else {
            source.clone()
        };
        let Environment {
            arithmetic,
            threads,
            ..
        } = &self.environment;
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
        Ok(serde_json::to_string_pretty(&Written {
            report: self,
            again: self.again(),
        })? + "\n")
    }

    /// The summary for the terminal.
    pub fn text(&self) -> String {
        let Report {
            settings,
            theory,
            measured,
            distances,
            ..
        } = self;
        let Experiment {
            size, steps, dtype, ..
        } = settings.experiment;
        let rate = measured.steps as f64 / measured.seconds.max(1e-9);
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:<14}{value}");
        };
        line(
            "matrix",
            format!(
                "{}, {size}×{size}, {dtype}: condition number {} (singular values {} to {})",
                settings.source,
                short(theory.condition_number),
                short(theory.greatest_singular_value),
                short(theory.least_singular_value)
            ),
        );
        let Pair {
            learning_rate,
            momentum,
        } = theory.best;
        line(
            "learning rate",
            format!(
                "{}; stable above 0 and below {} with momentum {}",
                theory.learning_rate,
                short(theory.stability_limit),
                theory.momentum
            ),
        );
        line(
            "best pair",
            format!(
                "learning rate {}, momentum {}: contraction {} a step",
                short(learning_rate),
                short(momentum),
                short(theory.best_contraction)
            ),
        );
        let contraction = measured.contraction.map_or_else(
            || "not measured (too few steps before rounding)".to_string(),
            |contraction| format!("measured {}", short(contraction)),
        );
        line(
            "contraction",
            format!(
                "predicted {} a step, {contraction}",
                short(theory.contraction)
            ),
        );
        line(
            "steps",
            format!(
                "{} of {} in {:.2} s, {rate:.0} a second",
                count(measured.steps),
                count(*steps),
                measured.seconds
            ),
        );
        let Measured {
            first_loss,
            last_loss,
            ..
        } = measured;
        line(
            "loss",
            format!("{first_loss} at the first step, {last_loss} at the last"),
        );
        line(
            "distance",
            format!(
                "to the inverse {:.3e} (at most n √loss / σₙ = {:.3e}), to torch.linalg.inv {:.3e}; Frobenius norm",
                distances.to_inverse, distances.bound, distances.to_library
            ),
        );
        if let Some(end) = self.end() {
            line("ended", end);
        }
        line("written to", settings.out.display().to_string());
        line("again", self.again());
        text
    }

    /// What ended the run before its last step, or should have.
    fn end(&self) -> Option<String> {
        let last = self.measured.steps.saturating_sub(1);
        let loss = &self.measured.last_loss;
        Some(match (self.outcome, self.settings.until) {
            (Outcome::Finished, None) => return None,
            (Outcome::Finished, Some(until)) => {
                format!("--until {until:e} wasn't reached; the last loss is {loss}")
            }
            (Outcome::Reached, _) => format!("at step {last}, whose loss {loss} is small enough"),
            (Outcome::Stopped, _) => {
                format!("by Ctrl-C after step {last}; what there is was written")
            }
            (Outcome::Diverged, _) => format!(
                "diverged: the loss of step {last} is {loss}; learning rate {} with momentum {}, stable below {}, \
                 condition number {}; what there is was written",
                self.theory.learning_rate,
                self.theory.momentum,
                short(self.theory.stability_limit),
                short(self.theory.condition_number)
            ),
        })
    }

    /// Draws and writes all files of the run into `folder`. `matrix` is n×n.
    ///
    /// # Errors
    /// When a file can't be drawn or written.
    pub fn stage<T: Number>(
        &self,
        trajectory: &Trajectory<T>,
        matrix: &Tensor,
        folder: &mut Folder,
    ) -> Result<()> {
        let n = self.settings.experiment.size;
        let Trajectory {
            losses,
            parameter,
            gradient,
        } = trajectory;
        folder.stage("run.json", self.json()?.as_bytes())?;
        folder.stage("losses.npy", &npy(&[losses.len()], losses)?)?;
        folder.stage("inverse.npy", &npy(&[n, n], parameter)?)?;
        folder.stage("inverse.csv", csv(n, parameter).as_bytes())?;
        folder.stage("gradient.npy", &npy(&[n, n], gradient)?)?;
        folder.stage("matrix.npy", &npy(&[n, n], &flat::<T>(matrix)?)?)?;

        let Theory {
            learning_rate,
            momentum,
            ..
        } = self.theory;
        let name = format!(
            "{}, learning rate {}, momentum {}",
            self.settings.source,
            short(learning_rate),
            short(momentum)
        );
        let note = (self.outcome == Outcome::Diverged)
            .then(|| self.end())
            .flatten();
        let chart = LossChart {
            curves: &[Curve {
                name: &name,
                losses,
            }],
            quantity: "loss (mean squared error)",
            note: note.as_deref(),
        };
        stage_both(folder, "loss", &chart)?;

        let parameter = Tensor::f_from_slice(parameter)?.f_reshape([n as i64, n as i64])?;
        let identity = Tensor::f_eye(n as i64, (T::KIND, tch::Device::Cpu))?;
        let difference = flat::<T>(&parameter.f_matmul(matrix)?.f_sub(&identity)?)?;
        let loss = difference
            .iter()
            .map(|&entry| entry.to_f64().powi(2))
            .sum::<f64>()
            / (n * n) as f64;
        let (values, rows) = blocks(&difference, n);
        stage_both(
            folder,
            "difference",
            &HeatMap {
                values: &values,
                n: rows,
                iteration: losses.len(),
                loss,
            },
        )
    }
}

/// The n×n values with at most 128 rows: where there are more, each block's value farthest from 0 (or NaN), and how many
/// rows of blocks there are.
fn blocks<T: Number>(values: &[T], n: usize) -> (Vec<f64>, usize) {
    let side = n.div_ceil(128);
    let rows = n.div_ceil(side);
    let mut blocks = vec![0.0_f64; rows * rows];
    for (at, &value) in values.iter().enumerate() {
        let (row, column) = (at / n / side, at % n / side);
        let block = &mut blocks[row * rows + column];
        let value = value.to_f64();
        if value.is_nan() || value.abs() > block.abs() {
            *block = value;
        }
    }
    (blocks, rows)
}

/// Quoted for a shell, where that is needed.
fn quoted(text: &str) -> String {
    // Only a NUL can't be quoted, and no argument of a process has one.
    shlex::try_quote(text).map_or_else(|_| text.to_string(), |quoted| quoted.into_owned())
}

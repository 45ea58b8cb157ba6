//! The report of one run: `run.json`, the text for the terminal, the arrays and the pictures.

use crate::experiment::digest::Digest;
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Dtype, Experiment, Pair, Scalar};
use crate::libtorch::environment::Environment;
use crate::libtorch::{flat, kind, square};
use crate::output::array_file::{csv, npy};
use crate::output::folder::{Folder, Pictures};
use crate::plots::{Curve, HeatMap, LossChart};
use crate::report::{brief, count, pictures::draw_both, short};
use crate::theory::Spectrum;
use crate::theory::distance::Distances;
use anyhow::Result;
use serde::{Serialize, Serializer};
use std::path::Path;
use tch::Tensor;

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
    /// Of all losses.
    pub losses_sha256: Digest,
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
            losses_sha256: Digest::of(&trajectory.losses),
            contraction,
            seconds,
        }
    }
}

impl DescentReport<'_> {
    /// The summary for the terminal; it says where the files are if they could be written.
    pub fn text(&self, is_written: bool) -> String {
        let DescentReport { settings, theory, measured, distances, again, .. } = self;
        let Settings { matrix, size, dtype, .. } = settings;
        let Measured { first_loss, last_loss, losses_sha256, seconds, .. } = measured;
        let contraction = match measured.contraction {
            Some(contraction) => format!("measured {}", short(contraction)),
            None => "not measured (too few steps before rounding)".to_owned(),
        };
        let written = if is_written { format!("written to    {}\n", self.out.display()) } else { String::new() };
        let kernels = match &*self.environment.kernels {
            "" => String::new(),
            kernels => format!(", {kernels}"),
        };
        let ended = self.end().map(|end| format!("ended         {end}\n")).unwrap_or_default();
        format!(
            "\
matrix        {matrix}, {size}×{size}, {dtype}: condition number {} (singular values {} to {})
learning rate {}; stable above 0 and below {} with momentum {}
best pair     learning rate {}, momentum {}: contraction {} a step
contraction   predicted {} a step, {contraction}
steps         {} of {} in {seconds:.2} s, {:.0} a second
loss          {first_loss} at the first step, {last_loss} at the last
digest        losses {losses_sha256}, threads: {}{kernels}
distance      to the inverse {:.3e} (at most n √loss / σₙ = {:.3e}), to torch.linalg.inv {:.3e}; Frobenius norm
{ended}{written}again         {again}
",
            short(theory.condition_number),
            short(theory.greatest_singular_value),
            short(theory.least_singular_value),
            theory.learning_rate,
            short(theory.stability_limit),
            theory.momentum,
            short(theory.best.learning_rate),
            short(theory.best.momentum),
            short(theory.best_contraction),
            short(theory.contraction),
            count(measured.steps),
            count(settings.steps),
            measured.steps as f64 / seconds.max(1e-9),
            self.environment.threads,
            distances.to_inverse,
            distances.bound,
            distances.to_library,
        )
    }

    /// What ended the run before its last step, or was to end it.
    fn end(&self) -> Option<String> {
        let last = self.measured.steps.saturating_sub(1);
        let loss = &self.measured.last_loss;
        Some(match (self.outcome, self.settings.until) {
            (Ending::Finished, None) => return None,
            (Ending::Finished, Some(until)) => format!("the loss {until:e} wasn't reached; the last loss is {loss}"),
            (Ending::Reached, _) => format!("at step {last}, whose loss {loss} is small enough"),
            (Ending::Stopped, _) => format!("by Ctrl-C after step {last}; what there is was written"),
            (Ending::Diverged, _) => format!(
                "diverged: the loss of step {last} is {loss}; learning rate {} with momentum {}, stable below {}, \
                 condition number {}; what there is was written",
                self.theory.learning_rate,
                self.theory.momentum,
                short(self.theory.stability_limit),
                short(self.theory.condition_number)
            ),
        })
    }

    /// What [`DescentReport::stage`] and [`DescentReport::draw`] write.
    pub const PICTURES: [&'static str; 4] = ["loss.svg", "loss.png", "difference.svg", "difference.png"];

    /// `matrix` is n×n.
    pub fn stage<T: Scalar>(&self, trajectory: &Trajectory<T>, matrix: &Tensor, folder: &mut Folder) -> Result<()> {
        let n = self.settings.size;
        let Trajectory { losses, parameter, gradient } = trajectory;
        folder.stage("losses.npy", &npy(&[losses.len()], losses)?)?;
        folder.stage("inverse.npy", &npy(&[n, n], parameter)?)?;
        folder.stage("inverse.csv", csv(n, parameter).as_bytes())?;
        folder.stage("gradient.npy", &npy(&[n, n], gradient)?)?;
        folder.stage("matrix.npy", &npy(&[n, n], &flat::<T>(matrix)?)?)
    }

    /// Draws the losses and the residual. `matrix` is n×n.
    pub fn draw<T: Scalar>(&self, trajectory: &Trajectory<T>, matrix: &Tensor, pictures: &mut Pictures) -> Result<()> {
        let n = self.settings.size;
        let Trajectory { losses, parameter, .. } = trajectory;
        let (matrix_name, learning_rate) = (brief(&self.settings.matrix), short(self.theory.learning_rate));
        let name = format!("{matrix_name}, learning rate {learning_rate}, momentum {}", short(self.theory.momentum));
        let zeros = losses.iter().filter(|loss| loss.to_f64() == 0.0).count();
        let note = match self.outcome {
            Ending::Diverged => self.end(),
            _ if zeros > 0 => {
                let (zeros, all) = (count(zeros), count(losses.len()));
                Some(format!("{zeros} of {all} losses are 0, which has no place on a log axis."))
            }
            _ => None,
        };
        let chart = LossChart {
            curves: &[Curve { name: &name, losses }],
            quantity: "loss (mean squared error)",
            note: note.as_deref(),
        };
        draw_both(pictures, "loss", &chart);

        let parameter = square(parameter, n)?;
        let identity = Tensor::f_eye(n as i64, (kind(T::DTYPE), tch::Device::Cpu))?;
        let difference = flat::<T>(&parameter.f_matmul(matrix)?.f_sub(&identity)?)?;
        let loss = difference.iter().map(|&entry| entry.to_f64().powi(2)).sum::<f64>() / (n * n) as f64;
        let block = n.div_ceil(MOST_CELLS);
        let values = blocks(&difference, n, block);
        let picture = HeatMap { values: &values, n: n.div_ceil(block), block, iteration: losses.len(), loss };
        draw_both(pictures, "difference", &picture);
        Ok(())
    }
}

/// The most rows that the picture of the difference has.
const MOST_CELLS: usize = 128;

/// The n×n values in blocks of `side` rows and columns: of each the value farthest from 0, or NaN.
fn blocks<T: Scalar>(values: &[T], n: usize, side: usize) -> Vec<f64> {
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
    blocks
}

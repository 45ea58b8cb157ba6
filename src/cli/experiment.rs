//! The options that say what is inverted, from where and how: shared by the subcommands that take any experiment.

use super::number::whole;
use super::{DTYPES, choice};
use crate::descent::{Start, start};
use crate::experiment::matrix_file::{MAX_SIZE, MatrixSource};
use crate::experiment::{Dtype, Experiment, Pair};
use crate::libtorch::{Libtorch, memory};
use crate::theory::Spectrum;
use anyhow::{Context, Result};
use std::str::FromStr;

/// The options of an experiment; the defaults are the notebook's first run.
#[derive(Clone, Debug, clap::Args)]
pub struct ExperimentArgs {
    /// diag: 1 to n on the diagonal; diag:1,2,3,4; random: the second n×n rand after the seed; a .csv, .txt, .json, .npy or
    /// .npz file; or - for text on standard input. In text, semicolons, tabs, commas or spaces separate the numbers, and a
    /// comma that doesn't separate them is a decimal comma. A first line of names is passed over, and a first column if
    /// its name is empty or missing. A text that can be read in two ways is refused
    #[arg(long, help_heading = "Experiment", value_name = "MATRIX", default_value = "diag")]
    pub matrix: MatrixSource,
    /// n, the number of rows and columns [default: 4, or the matrix's own]
    #[arg(long, help_heading = "Experiment", value_name = "N", value_parser = |text: &str| whole::<u32>(text, 1..=MAX_SIZE as u64), allow_negative_numbers = true)]
    size: Option<u32>,
    /// The generator's seed. After it, the parameter is the first n×n rand
    #[arg(long, help_heading = "Experiment", value_name = "S", default_value_t = 314, allow_negative_numbers = true)]
    pub seed: i64,
    /// The learning rate; auto: the best one for the matrix and the momentum
    #[arg(
        long,
        help_heading = "Experiment",
        value_name = "X|auto",
        default_value = "0.9",
        allow_negative_numbers = true
    )]
    learning_rate: Setting,
    /// The momentum: what the gradient is multiplied by after each step; auto: the best one for the matrix and the
    /// learning rate
    #[arg(
        long,
        help_heading = "Experiment",
        value_name = "X|auto",
        default_value = "0.9",
        allow_negative_numbers = true
    )]
    momentum: Setting,
    /// How many steps to take
    #[arg(long, help_heading = "Experiment", value_name = "K", default_value_t = 10_000, value_parser = |text: &str| whole::<u32>(text, 1..=u32::MAX.into()), allow_negative_numbers = true)]
    pub steps: u32,
    /// The type that everything is computed in: f32 or f64
    #[arg(long, help_heading = "Experiment", default_value = "f32", value_parser = choice::<Dtype>(DTYPES), hide_possible_values = true)]
    pub dtype: Dtype,
}

/// A number, or the best one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Setting {
    Auto,
    Number(f64),
}

impl FromStr for Setting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Setting, &'static str> {
        match text.parse::<f64>() {
            _ if text == "auto" => Ok(Setting::Auto),
            Ok(number) if number.is_finite() => Ok(Setting::Number(number)),
            _ => Err("expected a finite number, or auto"),
        }
    }
}

impl Setting {
    fn number(self) -> Option<f64> {
        match self {
            Setting::Auto => None,
            Setting::Number(number) => Some(number),
        }
    }
}

impl ExperimentArgs {
    /// The experiment, with the gradient scaled as in the notebook. Where `auto` stands, that is computed first.
    ///
    /// # Errors
    /// Those of [`ExperimentArgs::draw`].
    pub fn experiment(&self, libtorch: Libtorch) -> Result<Experiment> {
        match (self.learning_rate, self.momentum) {
            (Setting::Number(learning_rate), Setting::Number(momentum)) => {
                Ok(Experiment { learning_rate, momentum, ..self.read()? })
            }
            _ => Ok(self.draw(libtorch)?.experiment),
        }
    }

    /// The experiment with what it starts from, and with the best numbers where `auto` stands: see [`crate::theory`].
    ///
    /// # Errors
    /// When the matrix can't be read (see [`MatrixSource::read`]), isn't finite in the dtype or is singular in it, when
    /// the run doesn't fit in memory, or when no momentum makes the learning rate stable.
    pub fn draw(&self, libtorch: Libtorch) -> Result<Drawn> {
        let experiment = self.read()?;
        let parts = memory::of_descent(experiment.size, self.dtype.width(), experiment.steps);
        fit(&experiment, &parts)?;
        let drawn = Drawn::new(libtorch, experiment, &self.matrix)?;
        let Pair { learning_rate, momentum } =
            drawn.spectrum.best(self.learning_rate.number(), self.momentum.number()).context("--momentum auto")?;
        let experiment = Experiment { learning_rate, momentum, ..drawn.experiment };
        Ok(Drawn { experiment, ..drawn })
    }

    /// The experiment, but for its learning rate and momentum.
    fn read(&self) -> Result<Experiment> {
        read(&self.matrix, self.size, self.seed, self.steps, self.dtype)
    }
}

/// An experiment of this matrix, with the notebook's learning rate and momentum.
pub fn read(matrix: &MatrixSource, size: Option<u32>, seed: i64, steps: u32, dtype: Dtype) -> Result<Experiment> {
    let (matrix, size) = matrix.read(size.map(|size| size as usize)).context("--matrix")?;
    let experiment = Experiment { matrix, size, seed, dtype, steps: steps as usize, ..Experiment::default() };
    experiment.ensure_finite().context("--matrix")?;
    Ok(experiment)
}

/// Refuses an experiment that doesn't fit in memory.
pub fn fit(experiment: &Experiment, parts: &[memory::Part]) -> Result<()> {
    let Experiment { size, steps, .. } = experiment;
    memory::ensure_fits(parts).with_context(|| format!("--size {size} --steps {steps}"))
}

/// An experiment with what it starts from.
pub struct Drawn {
    /// Its settings.
    pub experiment: Experiment,
    /// Its parameter and its matrix.
    pub start: Start,
    /// The matrix's spectrum.
    pub spectrum: Spectrum,
}

impl Drawn {
    /// Draws what it starts from.
    ///
    /// # Errors
    /// When the matrix is singular in the dtype.
    pub fn new(libtorch: Libtorch, experiment: Experiment, source: &MatrixSource) -> Result<Drawn> {
        let start = match experiment.dtype {
            Dtype::F32 => start::<f32>(libtorch, &experiment),
            Dtype::F64 => start::<f64>(libtorch, &experiment),
        }?;
        let spectrum = Spectrum::of(&start.matrix)?;
        spectrum.ensure_invertible().with_context(|| format!("--matrix {source}"))?;
        Ok(Drawn { experiment, start, spectrum })
    }
}

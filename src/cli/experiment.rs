//! The options that say what is inverted, from where and how: shared by the subcommands that take any experiment.

use super::printing::quoted;
use super::values::{NumberOrAuto, number_or_auto, whole};
use crate::descent::{Start, start};
use crate::experiment::matrix_file::{MAX_SIZE, MatrixSource};
use crate::experiment::{Dtype, Experiment, Pair};
use crate::libtorch::{Libtorch, memory};
use crate::theory::Spectrum;
use anyhow::{Context, Result};

const HEADING: &str = "Experiment";

/// The options of an experiment; the defaults are the notebook's first run.
#[derive(Debug, clap::Args)]
pub struct ExperimentArgs {
    /// diag: 1 to n on the diagonal; diag:1,2,3,4; random: the second n×n rand after the seed; a .csv, .txt, .json, .npy or
    /// .npz file; or - for text on standard input. In text, semicolons, tabs, commas or spaces separate the numbers, and a
    /// comma that doesn't separate them is a decimal comma. A first line of names is passed over, and a first column if
    /// its name is empty or missing. A text that can be read in two ways is refused
    #[arg(long, help_heading = HEADING, value_name = "MATRIX", default_value = "diag")]
    pub matrix: MatrixSource,
    /// n, the number of rows and columns [default: 4, or the matrix's own]
    #[arg(long, help_heading = HEADING, value_name = "N", value_parser = whole::<usize>(1..=MAX_SIZE as u64))]
    size: Option<usize>,
    /// The generator's seed. After it, the parameter is the first n×n rand
    #[arg(long, help_heading = HEADING, value_name = "S", default_value_t = 314)]
    pub seed: i64,
    /// The learning rate; auto: the best one for the matrix and the momentum
    #[arg(long, help_heading = HEADING, value_name = "X|auto", default_value = "0.9", value_parser = number_or_auto)]
    learning_rate: NumberOrAuto,
    /// The momentum: what the gradient is multiplied by after each step; auto: the best one for the matrix and the
    /// learning rate
    #[arg(long, help_heading = HEADING, value_name = "X|auto", default_value = "0.9", value_parser = number_or_auto)]
    momentum: NumberOrAuto,
    /// How many steps to take [default: 10000]
    #[arg(long, help_heading = HEADING, value_name = "K", value_parser = whole::<usize>(1..=u32::MAX.into()))]
    pub steps: Option<usize>,
    /// The type that everything is computed in, and that a matrix is rounded to: f32 or f64
    #[arg(long, help_heading = HEADING, default_value = "f32")]
    pub dtype: Dtype,
}

impl ExperimentArgs {
    /// The experiment, with the gradient scaled as in the notebook. Nothing is drawn unless `auto` stands somewhere.
    pub fn experiment(&self, libtorch: Libtorch) -> Result<Experiment> {
        self.without_auto()?.map_or_else(|| Ok(self.draw(libtorch)?.0), Ok)
    }

    /// The experiment, unless `auto` stands somewhere. Nothing is computed.
    pub fn without_auto(&self) -> Result<Option<Experiment>> {
        let (Some(learning_rate), Some(momentum)) = (self.learning_rate, self.momentum) else { return Ok(None) };
        Ok(Some(Experiment { learning_rate, momentum, ..self.read()? }))
    }

    /// The experiment with what it starts from and the spectrum of its matrix, and with the best numbers where `auto`
    /// stands: see [`crate::theory`].
    pub fn draw(&self, libtorch: Libtorch) -> Result<(Experiment, Start, Spectrum)> {
        let experiment = self.read()?;
        fit(&experiment, &memory::of_descent(experiment.size, self.dtype.width(), experiment.steps))?;
        let (start, spectrum) = draw(libtorch, &experiment, &self.matrix)?;
        let option = if self.learning_rate.is_none() { "--learning-rate auto" } else { "--momentum auto" };
        let Pair { learning_rate, momentum } = spectrum.best(self.learning_rate, self.momentum).context(option)?;
        Ok((Experiment { learning_rate, momentum, ..experiment }, start, spectrum))
    }

    /// The experiment, but for its learning rate and momentum.
    fn read(&self) -> Result<Experiment> {
        let steps = self.steps.unwrap_or(Experiment::default().steps);
        read(&self.matrix, self.size, self.seed, steps, self.dtype)
    }
}

/// An experiment of this matrix, with the notebook's learning rate and momentum.
pub fn read(source: &MatrixSource, size: Option<usize>, seed: i64, steps: usize, dtype: Dtype) -> Result<Experiment> {
    let (matrix, size) = source.read(size).context("--matrix")?;
    let experiment = Experiment { matrix, size, seed, dtype, steps, ..Experiment::default() };
    experiment.ensure_finite().context("--matrix")?;
    Ok(experiment)
}

/// Refuses an experiment that doesn't fit in memory.
pub fn fit(experiment: &Experiment, parts: &[memory::Part]) -> Result<()> {
    memory::ensure_fits(parts).with_context(|| format!("--size {} --steps {}", experiment.size, experiment.steps))
}

/// What an experiment starts from, and the spectrum of its matrix. A matrix that is singular in the dtype is refused.
pub fn draw(libtorch: Libtorch, experiment: &Experiment, source: &MatrixSource) -> Result<(Start, Spectrum)> {
    let start = match experiment.dtype {
        Dtype::F32 => start::<f32>(libtorch, experiment),
        Dtype::F64 => start::<f64>(libtorch, experiment),
    }?;
    let spectrum = Spectrum::of(&start.matrix)?;
    spectrum.ensure_invertible().with_context(|| format!("--matrix {source}"))?;
    Ok((start, spectrum))
}

/// The options that give this experiment again. `matrix` is what its matrix is called on the command line.
pub fn options(matrix: &str, experiment: &Experiment) -> String {
    let Experiment { size, seed, learning_rate, momentum, steps, dtype, .. } = experiment;
    format!(
        "--matrix={} --size {size} --seed {seed} --learning-rate {learning_rate} --momentum {momentum} --steps {steps} \
         --dtype {dtype}",
        quoted(matrix)
    )
}

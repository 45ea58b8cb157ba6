//! The options that say what is inverted, from where and how: shared by the subcommands that take any experiment.

use crate::experiment::{Dtype, Experiment, Gradient, Matrix};
use crate::matrix_file::{MAX_SIZE, MatrixSource};
use anyhow::{Context, Result, bail};
use clap::value_parser;

/// The options of an experiment; the defaults are the notebook's first run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Experiment")]
pub struct ExperimentArgs {
    /// diag: 1 to n on the diagonal; diag:1,2,3,4; random: the second n×n rand after the seed; a .csv, .npy or .json
    /// file; or - for CSV on standard input
    #[arg(long, value_name = "MATRIX", default_value = "diag")]
    matrix: MatrixSource,
    /// n, the number of rows and columns [default: 4, or the matrix's own]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MAX_SIZE as i64))]
    size: Option<u32>,
    /// The generator's seed. After it, the parameter is the first n×n rand
    #[arg(
        long,
        value_name = "S",
        default_value_t = 314,
        allow_negative_numbers = true
    )]
    seed: i64,
    /// The learning rate
    #[arg(long, value_name = "X", default_value = "0.9", value_parser = finite, allow_negative_numbers = true)]
    learning_rate: f64,
    /// The momentum: what the gradient is multiplied by after each step
    #[arg(long, value_name = "X", default_value = "0.9", value_parser = finite, allow_negative_numbers = true)]
    momentum: f64,
    /// How many steps to take
    #[arg(long, value_name = "K", default_value_t = 10_000, value_parser = value_parser!(u32).range(1..))]
    steps: u32,
    /// The type that everything is computed in
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Dtype,
}

impl ExperimentArgs {
    /// The seed that was given, or the notebook's.
    pub fn seed(&self) -> i64 {
        self.seed
    }

    /// The experiment, with the gradient scaled as in the notebook. Reads the matrix file.
    ///
    /// # Errors
    /// When the matrix can't be read (see [`MatrixSource::read`]) or isn't finite in the experiment's dtype.
    pub fn experiment(&self) -> Result<Experiment> {
        let (matrix, size) = self
            .matrix
            .read(self.size.map(|size| size as usize))
            .context("--matrix")?;
        if let (Dtype::F32, Matrix::Diagonal(entries) | Matrix::Given(entries)) =
            (self.dtype, &matrix)
            && let Some(entry) = entries.iter().find(|&&entry| (entry as f32).is_infinite())
        {
            bail!("--matrix: {entry:e} is too large for f32; use --dtype f64 or scale the matrix");
        }
        Ok(Experiment {
            matrix,
            size,
            seed: self.seed,
            learning_rate: self.learning_rate,
            momentum: self.momentum,
            steps: self.steps as usize,
            dtype: self.dtype,
            gradient: Gradient::Scaled,
        })
    }
}

fn finite(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err("expected a finite number"),
    }
}

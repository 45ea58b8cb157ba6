//! The options that say what is inverted, from where and how: shared by the subcommands that take any experiment.

use super::number::whole;
use crate::descent::start;
use crate::experiment::matrix_file::{MAX_SIZE, MatrixSource};
use crate::experiment::{Dtype, Experiment, Gradient};
use crate::libtorch::Libtorch;
use crate::theory::Spectrum;
use anyhow::{Context, Result};
use std::str::FromStr;

/// The options of an experiment; the defaults are the notebook's first run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Experiment")]
pub struct ExperimentArgs {
    /// diag: 1 to n on the diagonal; diag:1,2,3,4; random: the second n×n rand after the seed; a .csv, .npy or .json
    /// file; or - for CSV on standard input
    #[arg(long, value_name = "MATRIX", default_value = "diag")]
    matrix: MatrixSource,
    /// n, the number of rows and columns [default: 4, or the matrix's own]
    #[arg(long, value_name = "N", value_parser = |text: &str| whole::<u32>(text, 1..=MAX_SIZE as u64), allow_negative_numbers = true)]
    size: Option<u32>,
    /// The generator's seed. After it, the parameter is the first n×n rand
    #[arg(long, value_name = "S", default_value_t = 314, allow_negative_numbers = true)]
    seed: i64,
    /// The learning rate; auto: the best one for the matrix and the momentum
    #[arg(long, value_name = "X|auto", default_value = "0.9", allow_negative_numbers = true)]
    learning_rate: Setting,
    /// The momentum: what the gradient is multiplied by after each step; auto: the best one for the matrix and the
    /// learning rate
    #[arg(long, value_name = "X|auto", default_value = "0.9", allow_negative_numbers = true)]
    momentum: Setting,
    /// How many steps to take
    #[arg(long, value_name = "K", default_value_t = 10_000, value_parser = |text: &str| whole::<u32>(text, 1..=u32::MAX.into()), allow_negative_numbers = true)]
    steps: u32,
    /// The type that everything is computed in
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Dtype,
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
    /// The number; NaN for what hasn't been chosen yet.
    fn number(self) -> f64 {
        match self {
            Setting::Auto => f64::NAN,
            Setting::Number(number) => number,
        }
    }
}

impl ExperimentArgs {
    /// The seed that was given, or the notebook's.
    pub fn seed(&self) -> i64 {
        self.seed
    }

    /// The experiment, with the gradient scaled as in the notebook. Reads the matrix file. Where `auto` stands, it
    /// computes with libtorch, whose arithmetic must be settled by then.
    ///
    /// # Errors
    /// Those of [`ExperimentArgs::read`] and [`ExperimentArgs::choose`].
    pub fn experiment(&self, libtorch: Libtorch) -> Result<Experiment> {
        let mut experiment = self.read()?;
        if self.learning_rate == Setting::Auto || self.momentum == Setting::Auto {
            let matrix = match experiment.dtype {
                Dtype::F32 => start::<f32>(libtorch, &experiment)?.matrix,
                Dtype::F64 => start::<f64>(libtorch, &experiment)?.matrix,
            };
            self.choose(&mut experiment, &Spectrum::of(&matrix)?)?;
        }
        Ok(experiment)
    }

    /// The experiment as [`ExperimentArgs::experiment`] gives it, but with NaN where `auto` stands.
    ///
    /// # Errors
    /// When the matrix can't be read (see [`MatrixSource::read`]) or isn't finite in the experiment's dtype.
    pub fn read(&self) -> Result<Experiment> {
        let (matrix, size) = self.matrix.read(self.size.map(|size| size as usize)).context("--matrix")?;
        let experiment = Experiment {
            matrix,
            size,
            seed: self.seed,
            learning_rate: self.learning_rate.number(),
            momentum: self.momentum.number(),
            steps: self.steps as usize,
            dtype: self.dtype,
            gradient: Gradient::Scaled,
        };
        experiment.ensure_finite().context("--matrix")?;
        Ok(experiment)
    }

    /// Puts the best numbers where `auto` stands: see [`crate::theory`] for the source.
    ///
    /// # Errors
    /// When the matrix is singular, or no momentum makes the learning rate stable.
    pub fn choose(&self, experiment: &mut Experiment, spectrum: &Spectrum) -> Result<()> {
        let pair = (self.learning_rate, self.momentum);
        if pair.0 != Setting::Auto && pair.1 != Setting::Auto {
            return Ok(());
        }
        spectrum.ensure_invertible().context("--matrix")?;
        let curvature = spectrum.curvature();
        match pair {
            (Setting::Number(learning_rate), _) => {
                let momentum = curvature.best_momentum(learning_rate);
                experiment.momentum = momentum.context("--momentum auto")?;
            }
            (_, Setting::Number(momentum)) => {
                experiment.learning_rate = curvature.best_learning_rate(momentum);
            }
            _ => {
                let best = curvature.best_pair();
                experiment.learning_rate = best.learning_rate;
                experiment.momentum = best.momentum;
            }
        }
        Ok(())
    }

    /// Where the matrix comes from.
    pub fn source(&self) -> &MatrixSource {
        &self.matrix
    }
}

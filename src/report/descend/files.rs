//! The files of one run: arrays and pictures beside `run.json`.

use super::{Outcome, Report, Theory};
use crate::experiment::Scalar;
use crate::experiment::trajectory::Trajectory;
use crate::libtorch::{flat, kind, square};
use crate::output::array_file::{csv, npy};
use crate::output::folder::Folder;
use crate::plots::{Curve, HeatMap, LossChart};
use crate::report::{brief, count, pictures::stage_both, short};
use anyhow::Result;
use tch::Tensor;

impl Report<'_> {
    /// Draws and writes all files of the run into `folder`. `matrix` is n×n.
    ///
    /// # Errors
    /// When a file can't be drawn or written.
    pub fn stage<T: Scalar>(&self, trajectory: &Trajectory<T>, matrix: &Tensor, folder: &mut Folder) -> Result<()> {
        let n = self.settings.experiment.size;
        let Trajectory { losses, parameter, gradient } = trajectory;
        folder.stage("run.json", self.json()?.as_bytes())?;
        folder.stage("losses.npy", &npy(&[losses.len()], losses)?)?;
        folder.stage("inverse.npy", &npy(&[n, n], parameter)?)?;
        folder.stage("inverse.csv", csv(n, parameter).as_bytes())?;
        folder.stage("gradient.npy", &npy(&[n, n], gradient)?)?;
        folder.stage("matrix.npy", &npy(&[n, n], &flat::<T>(matrix)?)?)?;

        let Theory { learning_rate, momentum, .. } = self.theory;
        let name = format!(
            "{}, learning rate {}, momentum {}",
            brief(&self.settings.source),
            short(learning_rate),
            short(momentum)
        );
        let zeros = losses.iter().filter(|loss| loss.to_f64() == 0.0).count();
        let note = match self.outcome {
            Outcome::Diverged => self.end(),
            _ if zeros > 0 => Some(format!(
                "{} of {} losses are 0, which has no place on a log axis.",
                count(zeros),
                count(losses.len())
            )),
            _ => None,
        };
        let chart = LossChart {
            curves: &[Curve { name: &name, losses }],
            quantity: "loss (mean squared error)",
            note: note.as_deref(),
        };
        stage_both(folder, "loss", &chart)?;

        let parameter = square(parameter, n)?;
        let identity = Tensor::f_eye(n as i64, (kind(T::DTYPE), tch::Device::Cpu))?;
        let difference = flat::<T>(&parameter.f_matmul(matrix)?.f_sub(&identity)?)?;
        let loss = difference.iter().map(|&entry| entry.to_f64().powi(2)).sum::<f64>() / (n * n) as f64;
        let block = n.div_ceil(MOST_CELLS);
        let values = blocks(&difference, n, block);
        stage_both(
            folder,
            "difference",
            &HeatMap { values: &values, n: n.div_ceil(block), block, iteration: losses.len(), loss },
        )
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

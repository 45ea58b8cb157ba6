//! The files of one run: arrays and pictures beside `run.json`.

use super::{DescentReport, Ending};
use crate::experiment::Scalar;
use crate::experiment::trajectory::Trajectory;
use crate::libtorch::{flat, kind, square};
use crate::output::array_file::{csv, npy};
use crate::output::folder::{Folder, Pictures};
use crate::plots::{Curve, HeatMap, LossChart};
use crate::report::{brief, count, json, pictures::draw_both, short};
use anyhow::Result;
use tch::Tensor;

impl DescentReport<'_> {
    /// What [`DescentReport::stage`] and [`DescentReport::draw`] write.
    pub const FILES: [&'static str; 10] = [
        "run.json",
        "losses.npy",
        "inverse.npy",
        "inverse.csv",
        "gradient.npy",
        "matrix.npy",
        "loss.svg",
        "loss.png",
        "difference.svg",
        "difference.png",
    ];

    /// `matrix` is n×n.
    pub fn stage<T: Scalar>(&self, trajectory: &Trajectory<T>, matrix: &Tensor, folder: &mut Folder) -> Result<()> {
        let n = self.settings.size;
        let Trajectory { losses, parameter, gradient } = trajectory;
        folder.stage("run.json", json(self)?.as_bytes())?;
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

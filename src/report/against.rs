//! The report of a comparison with a loss series that was made elsewhere.

use crate::by_hand::Identification;
use crate::experiment::Experiment;
use crate::experiment::trajectory::Course;
use crate::libtorch::Arithmetic;
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::compare::{Series, series};
use crate::report::{count, draw_distances};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Everything that the comparison found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether every loss is the same.
    pub equal: bool,
    /// The file.
    pub file: String,
    /// The run that it was compared with.
    pub settings: Experiment,
    /// How the losses compare; ours are those of `tch`.
    pub losses: Series,
    /// Which order of summation the file was made with, in words.
    pub hint: String,
    /// `tch`'s side.
    pub environment: Environment,
}

impl Report {
    /// Compares the losses of `file` with those that `tch` gave.
    pub fn new(
        file: &Path,
        settings: Experiment,
        ours: &Course,
        theirs: &[f64],
        kernels: Identification,
        environment: Environment,
    ) -> Report {
        let losses = match ours {
            Course::F32(ours) => {
                series(&ours.losses, &theirs.iter().map(|&loss| loss as f32).collect::<Vec<_>>())
            }
            Course::F64(ours) => series(&ours.losses, theirs),
        };
        Report {
            equal: losses.all_equal(),
            file: file.display().to_string(),
            settings,
            losses,
            hint: hint(&kernels),
            environment,
        }
    }

    /// The report for a reader.
    pub fn text(&self) -> String {
        let Report { file, losses, hint, environment, .. } = self;
        let mut text = format!(
            "{file}: {} of {} losses equal to those of tch {}, libtorch {}, {} arithmetic\n",
            count(losses.equal),
            count(losses.count),
            environment.tch,
            environment.torch,
            environment.arithmetic
        );
        text.push_str(&losses.differences("loss", "step"));
        let _ = writeln!(text, "{hint}");
        if !self.equal && environment.arithmetic == Arithmetic::Notebook {
            text.push_str(NATIVE);
        }
        text
    }

    /// Draws the distances over the steps.
    pub fn draw(&self, pictures: &mut Pictures) {
        draw_distances(pictures, &[(&self.file, &self.losses.distances)]);
    }
}

/// What helps where the series comes from a PyTorch that wasn't told how to sum.
const NATIVE: &str = "A PyTorch that isn't told otherwise sums products in native arithmetic: compare with --arithmetic native.\n";

/// Which arithmetic a series was made with, in words.
pub fn hint(found: &Identification) -> String {
    match found.first_difference {
        None => format!("The loop by hand gives this series in every bit with: {}.", found.kernels),
        Some(step) => format!(
            "No order of summation that the loop by hand knows gives this series in every bit; the closest differs \
             first at step {step}: {}.",
            found.kernels
        ),
    }
}

//! The report of a comparison with a loss series that was made elsewhere.

use crate::by_hand::witness::FirstDifferences;
use crate::experiment::Experiment;
use crate::experiment::trajectory::Course;
use crate::libtorch::Arithmetic;
use crate::libtorch::environment::Environment;
use crate::parity::compare::{Series, series};
use crate::report::{count, ulp_chart};
use anyhow::Result;
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
        by_hand: FirstDifferences,
        environment: Environment,
    ) -> Report {
        let losses = match ours {
            Course::F32(ours) => series(&ours.losses, &theirs.iter().map(|&loss| loss as f32).collect::<Vec<_>>()),
            Course::F64(ours) => series(&ours.losses, theirs),
        };
        Report {
            equal: losses.all_equal(),
            file: file.display().to_string(),
            settings,
            losses,
            hint: hint(by_hand, environment.arithmetic),
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

    /// The distances over the steps, as SVG and PNG.
    ///
    /// # Errors
    /// When the picture can't be drawn.
    pub fn picture(&self) -> Result<[Vec<u8>; 2]> {
        ulp_chart(&[(&self.file, &self.losses.distances)])
    }
}

/// What helps where the series comes from a PyTorch that wasn't told how to sum.
const NATIVE: &str =
    "A PyTorch that isn't told otherwise sums products in native arithmetic: compare with --arithmetic native.\n";

/// Which order of summation a series was made with, in words.
fn hint(by_hand: FirstDifferences, arithmetic: Arithmetic) -> String {
    let here = format!("the order in which this libtorch sums in {arithmetic} arithmetic");
    match by_hand {
        FirstDifferences { notebook: None, .. } => {
            "The loop by hand gives this series in every bit in the notebook's order of summation.".to_string()
        }
        FirstDifferences { here: None, .. } => {
            format!("The loop by hand gives this series in every bit in {here}.")
        }
        FirstDifferences { notebook: Some(notebook), here: Some(at) } => format!(
            "The loop by hand doesn't give this series: in the notebook's order of summation it differs first at step \
             {notebook}, in {here} first at step {at}."
        ),
    }
}

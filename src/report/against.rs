//! The report of a comparison with a loss series that was made elsewhere.

use crate::by_hand::Identification;
use crate::experiment::Experiment;
use crate::experiment::trajectory::Course;
use crate::libtorch::Arithmetic;
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::another_run::AnotherRun;
use crate::parity::compare::{Series, series};
use crate::report::{count, differences, draw_distances};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Everything that the comparison found out.
#[derive(Debug, Serialize)]
pub struct SeriesReport {
    /// Whether every loss is the same.
    pub equal: bool,
    /// The file.
    pub file: String,
    /// The run that it was compared with.
    pub settings: Experiment,
    /// How the losses compare; ours are those of `tch`.
    pub losses: Series,
    /// What is known about how the file was made, in words.
    pub hint: Option<String>,
    /// Set where the file is another run's, in whatever arithmetic.
    pub another_run: Option<AnotherRun>,
    /// `tch`'s side.
    pub environment: Environment,
}

impl SeriesReport {
    /// Compares the losses of `file` with those that `tch` gave.
    pub fn new(
        file: &Path,
        settings: Experiment,
        ours: &Course,
        theirs: &[f64],
        origin: Origin,
        environment: Environment,
    ) -> SeriesReport {
        let losses = match ours {
            Course::F32(ours) => series(&ours.losses, &theirs.iter().map(|&loss| loss as f32).collect::<Vec<_>>()),
            Course::F64(ours) => series(&ours.losses, theirs),
        };
        let equal = losses.all_equal();
        let (hint, another_run) = match origin {
            Origin::Run(another) => (Some(explain(another)), Some(another)),
            // The loop by hand doesn't know every order: libtorch knows this one.
            Origin::Arithmetic(found) if equal && found.first_difference.is_some() => (None, None),
            Origin::Arithmetic(found) => (Some(hint(&found)), None),
        };
        let file = file.display().to_string();
        SeriesReport { equal, file, settings, losses, hint, another_run, environment }
    }

    /// The report for a reader.
    pub fn text(&self) -> String {
        let SeriesReport { file, losses, environment, .. } = self;
        let mut text = format!(
            "{file}: {} of {} losses equal to those of tch {}, libtorch {}, {} arithmetic\n",
            count(losses.equal),
            count(losses.count),
            environment.tch,
            environment.torch,
            environment.arithmetic
        );
        text.push_str(&differences(losses, "loss", "step"));
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "{hint}");
        }
        let native = environment.arithmetic == Arithmetic::Native;
        if !self.equal && self.another_run.is_none() && !native {
            text.push_str(NATIVE);
        }
        text
    }

    /// Draws the distances over the steps.
    pub fn draw(&self, pictures: &mut Pictures) {
        draw_distances(pictures, &[(&self.file, &self.losses.distances)]);
    }
}

/// What a series that isn't equal comes from, or an equal one.
#[derive(Debug)]
pub enum Origin {
    /// From another run.
    Run(AnotherRun),
    /// From this run, in the arithmetic that comes closest.
    Arithmetic(Identification),
}

/// What helps where the series comes from a PyTorch that wasn't told how to sum.
const NATIVE: &str =
    "PyTorch computes in native arithmetic unless it is told otherwise: compare in native arithmetic too.\n";

fn explain(AnotherRun { step, fits }: AnotherRun) -> String {
    let other = ["matrix, seed or first parameter", "learning rate", "momentum"][step];
    let mut text = format!(
        "The loss at step {step} is farther off than arithmetic can explain: this is another run, with another {other}."
    );
    if let Some(name) = fits {
        let _ = write!(text, " Its first losses are those of the notebook's run {name}.");
    }
    text
}

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

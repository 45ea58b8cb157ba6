//! The report of a comparison with a loss series that was made elsewhere.

use crate::experiment::digest::Digest;
use crate::experiment::trajectory::Course;
use crate::experiment::{Experiment, Scalar};
use crate::libtorch::Arithmetic;
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::another_run::AnotherRun;
use crate::parity::compare::{Series, series};
use crate::report::{count, differences, digests, draw_distances};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Debug, Serialize)]
pub struct SeriesReport {
    pub equal: bool,
    pub file: String,
    /// The run that it was compared with.
    pub settings: Experiment,
    pub losses: Series,
    /// Of our losses and of the file's.
    pub losses_sha256: [Digest; 2],
    /// What is known about how the file was made, in words.
    pub hint: Option<String>,
    pub another_run: Option<AnotherRun>,
    pub environment: Environment,
}

impl SeriesReport {
    /// Compares the losses of `file`, `theirs`, with those that `tch` gave.
    pub fn new(
        file: &Path,
        settings: Experiment,
        ours: &Course,
        theirs: &[f64],
        origin: Origin,
        environment: Environment,
    ) -> SeriesReport {
        let (losses, losses_sha256) = match ours {
            Course::F32(ours) => compared(&ours.losses, &theirs.iter().map(|&loss| loss as f32).collect::<Vec<_>>()),
            Course::F64(ours) => compared(&ours.losses, theirs),
        };
        let equal = losses.all_equal();
        let (hint, another_run) = match origin {
            Origin::Run(another) => (Some(explain(another)), Some(another)),
            // The loop by hand can't say anything of it, and needn't.
            Origin::Arithmetic([Some(_), Some(_)]) if equal => (None, None),
            Origin::Arithmetic(by_hand) => (Some(hint(by_hand, environment.arithmetic)), None),
        };
        let file = file.display().to_string();
        SeriesReport { equal, file, settings, losses, losses_sha256, hint, another_run, environment }
    }

    pub fn text(&self) -> String {
        let SeriesReport { file, losses, environment: Environment { tch, torch, arithmetic, .. }, .. } = self;
        let (equal, all) = (count(losses.equal), count(losses.count));
        let mut text = format!(
            "{file}: {equal} of {all} losses equal to those of tch {tch}, libtorch {torch}, {arithmetic} arithmetic\n"
        );
        text += &differences(losses, "loss", "step");
        let _ = writeln!(text, "    {}", digests(&self.losses_sha256));
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "{hint}");
        }
        if !self.equal && self.another_run.is_none() && *arithmetic == Arithmetic::Notebook {
            text += "PyTorch computes in native arithmetic unless it is told otherwise: compare in native arithmetic too.\n";
        }
        text
    }

    pub fn draw(&self, pictures: &mut Pictures) {
        draw_distances(pictures, &[(&self.file, &self.losses.distances)]);
    }
}

/// Where a series comes from: another run, or this one, and then where the loop by hand first differs from it
/// ([`first_differences`](crate::by_hand::witness::first_differences)).
#[derive(Debug)]
pub enum Origin {
    Run(AnotherRun),
    Arithmetic([Option<usize>; 2]),
}

fn compared<T: Scalar>(ours: &[T], theirs: &[T]) -> (Series, [Digest; 2]) {
    (series(ours, theirs), [ours, theirs].map(Digest::of))
}

fn explain(AnotherRun { step, fits }: AnotherRun) -> String {
    let other = ["matrix, seed or first parameter", "learning rate", "momentum"][step];
    let fits =
        fits.map(|name| format!(" Its first losses are those of the notebook's run {name}.")).unwrap_or_default();
    format!(
        "The loss at step {step} is farther off than arithmetic can explain: this is another run, with another {other}.{fits}"
    )
}

/// Which order of summation a series was made with, in words.
fn hint(by_hand: [Option<usize>; 2], arithmetic: Arithmetic) -> String {
    let here = format!("the order in which this libtorch sums in {arithmetic} arithmetic");
    match by_hand {
        [_, None] => "The loop by hand gives this series in every bit in the notebook's order of summation.".to_owned(),
        [None, _] => format!("The loop by hand gives this series in every bit in {here}."),
        [Some(at), Some(notebook)] => format!(
            "The loop by hand doesn't give this series: in the notebook's order of summation it differs first at step \
             {notebook}, in {here} first at step {at}."
        ),
    }
}

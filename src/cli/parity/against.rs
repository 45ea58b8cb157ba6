//! `reproduce parity --against`: a series of losses that was saved elsewhere.

use super::{Args, finish};
use crate::by_hand::witness;
use crate::experiment::Experiment;
use crate::libtorch::arithmetic::Libtorch;
use crate::libtorch::environment::Environment;
use crate::output::folder::Folder;
use crate::parity::another_run::{self, AnotherRun};
use crate::parity::{cross_check, loss_file};
use crate::report::against::{Origin, SeriesReport};
use anyhow::{Context, Result};
use std::ops::ControlFlow::Continue;
use std::path::Path;

/// Compares the losses in `file`; whether every one is equal to the bit.
pub fn run(args: &Args, file: &Path, folder: Option<Folder>) -> Result<bool> {
    let libtorch = Libtorch::settle(args.arithmetic)?;
    let name = args.run.as_deref().unwrap_or("losses1");
    let mut runs = Experiment::of_the_notebook().into_iter();
    let experiment = match (&args.experiment, runs.find(|(known, _)| *known == name)) {
        (Some(options), _) => options.experiment(libtorch)?,
        (None, run) => run.context("--run")?.1,
    };
    let theirs = loss_file::read(file, name, experiment.steps, experiment.dtype).context("--against")?;
    let ours = cross_check::through_tch(libtorch, &experiment, || Continue(()))?;
    let another = another_run::recognise(libtorch, &ours.losses(), &theirs)?;
    let origin = match another {
        Some(another) => Origin::Run(another),
        None => Origin::Arithmetic(witness::first_differences(libtorch, &experiment, &theirs)?),
    };
    let environment = Environment::of_this_process(libtorch);
    let report = SeriesReport::new(file, experiment, &ours, &theirs, origin, environment);
    let mut text = report.text();
    if let Some(AnotherRun { fits: Some(run), .. }) = another {
        text += &format!("Compare again with --run {run} and no other option of the run.\n");
    }
    finish(args, folder, &report, &text, report.equal, |pictures| report.draw(pictures))
}

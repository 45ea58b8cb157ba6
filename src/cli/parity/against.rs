//! `reproduce parity --against`: a series of losses that was saved elsewhere.

use super::{Args, finish};
use crate::cli::experiment::options;
use crate::cli::printing::{program, quoted};
use crate::cli::progress::Progress;
use crate::experiment::array_reader::Unnamed;
use crate::experiment::{Experiment, Gradient, Matrix};
use crate::libtorch::arithmetic::{Arithmetic, Libtorch};
use crate::libtorch::environment::Environment;
use crate::output::folder::Folder;
use crate::parity::diagnosis::{Cause, Change, LARGEST_BY_HAND, diagnose};
use crate::parity::loss_file;
use crate::report::against::SeriesReport;
use anyhow::{Context, Result, ensure};
use std::cell::RefCell;
use std::path::Path;

/// Compares the losses in `file`; whether every one is equal to the bit.
pub fn run(args: &Args, file: &Path, folder: Option<Folder>) -> Result<bool> {
    let name = args.run.as_deref().unwrap_or("losses1");
    let theirs = loss_file::read(file, name, args.column.as_deref());
    let theirs = theirs.map_err(|error| match (&args.column, error.is::<Unnamed>()) {
        (Some(_), _) => error.context("--column"),
        (None, true) => error.context("--against without --column NAME"),
        (None, false) => error.context("--against"),
    })?;
    let steps = theirs.f64.len();
    if let Some(asked) = args.experiment.as_ref().and_then(|options| options.steps) {
        ensure!(asked == steps, "--steps {asked}: {} holds {steps} losses; leave --steps out", file.display());
    }
    let (libtorch, experiment) = experiment(args, name)?;
    let experiment = Experiment { steps, gradient: args.gradient.unwrap_or(Gradient::Scaled), ..experiment };
    let progress = RefCell::new((0, Progress::without_end()));
    let told = || {
        let (taken, progress) = &mut *progress.borrow_mut();
        *taken += 1;
        progress.tell(*taken, String::new);
    };
    let found = diagnose(libtorch, &experiment, &theirs, args.arithmetic, &told)?;
    progress.into_inner().1.end();
    let again = found.cause.as_ref().and_then(|cause| again(args, file, &experiment, cause));
    let report = SeriesReport::new(file, experiment, &theirs, found, Environment::of_this_process(libtorch));
    let text = report.text() + &again.map_or(String::new(), |again| format!("Compare with that run: {again}\n"));
    finish(args, folder, &report, &text, report.equal, |pictures| report.draw(pictures))
}

/// The run that the options describe. The process computes in native arithmetic, since the loop by hand has the notebook's;
/// but not for a matrix that is too large for that, nor where libtorch computes the best learning rate and momentum first.
fn experiment(args: &Args, name: &str) -> Result<(Libtorch, Experiment)> {
    let Some(options) = args.experiment.as_ref().filter(|_| args.run.is_none()) else {
        let mut runs = Experiment::of_the_notebook().into_iter();
        let (_, run) = runs.find(|(known, _)| *known == name).context("--run")?;
        return Ok((Libtorch::settle(Some(Arithmetic::Native))?, run));
    };
    let given = options.without_auto()?;
    let arithmetic = match &given {
        None => args.arithmetic,
        Some(run) if run.size > LARGEST_BY_HAND => args.arithmetic.or(Some(Arithmetic::Native)),
        Some(_) => Some(Arithmetic::Native),
    };
    let libtorch = Libtorch::settle(arithmetic)?;
    Ok((libtorch, given.map_or_else(|| options.experiment(libtorch), Ok)?))
}

/// The command that compares with the run that a series comes from, if options can say which it is.
fn again(args: &Args, file: &Path, asked: &Experiment, cause: &Cause) -> Option<String> {
    let (Cause::Made { changes, .. } | Cause::Near { changes }) = cause else { return None };
    let mut command = format!("{} parity --against {}", program(), quoted(&file.display().to_string()));
    if let Some(column) = &args.column {
        command += &format!(" --column {}", quoted(column));
    }
    match changes[..] {
        [Change::Run(name)] => command += &format!(" --run {name}"),
        _ => {
            let of_the_run = |change: &Change| {
                matches!(change, Change::Run(_) | Change::Gradient(_) | Change::NoMomentum | Change::Dtype(_))
            };
            if changes.is_empty() || !changes.iter().all(of_the_run) {
                return None;
            }
            let run = changes.iter().fold(asked.clone(), |run, change| change.of(run));
            let matrix = match (&args.experiment, &run.matrix) {
                (Some(options), matrix) if *matrix == asked.matrix => options.matrix.to_string(),
                (_, Matrix::Random) => "random".to_owned(),
                _ => "diag".to_owned(),
            };
            command += &format!(" {}", options(&matrix, &run));
        }
    }
    let gradient = changes.iter().find_map(|change| match change {
        Change::Gradient(gradient) => Some(*gradient),
        _ => None,
    });
    if gradient.or(args.gradient) == Some(Gradient::Optimizer) {
        command += " --gradient optimizer";
    }
    Some(command)
}

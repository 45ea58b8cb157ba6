//! `reproduce arithmetic`.

use super::experiment::fit;
use super::printing::{print, warn};
use super::values::whole;
use crate::by_hand::witness::{trees_of_libtorch, with_problem};
use crate::by_hand::{self, Kernels};
use crate::descent::descend;
use crate::experiment::{Dtype, Experiment, Matrix, Scalar};
use crate::libtorch::environment::Environment;
use crate::libtorch::{Arithmetic, Libtorch, memory};
use crate::output::folder::Folder;
use crate::parity::compare::compare;
use crate::report::arithmetic::{OfDtype, Report, Run, picture_names};
use crate::report::json;
use anyhow::{Context, Result};
use std::ops::ControlFlow;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  reproduce arithmetic                           libtorch as it is on this machine, n = 4, the notebook's four runs
  reproduce arithmetic --arithmetic notebook     libtorch told to sum as the notebook's machine did
  reproduce arithmetic --size 9 --dtype f32      another size: other orders
  MKL_CBWR=COMPATIBLE reproduce arithmetic       MKL made to take other kernels

Exit codes: 0 the orders that were read explain every bit; 1 they don't; 2 bad input, or a sum that has no such order.";

/// Read off libtorch in which order it sums, and prove it
///
/// Reads the order of each of a step's three sums, as a binary tree over the terms, and shows that the loop by hand with
/// these trees gives every bit of libtorch's losses, parameters and gradients.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// n, for n×n matrices
    #[arg(long, value_name = "N", default_value = "4", allow_negative_numbers = true,
          value_parser = whole::<usize>(1..=2048))]
    size: usize,
    /// The number type [default: both]
    #[arg(long, value_enum)]
    dtype: Option<Dtype>,
    /// Steps of each run that is compared [default: 10000 where n = 4; else 300, and fewer above n = 64]
    #[arg(long, value_name = "K", allow_negative_numbers = true,
          value_parser = whole::<usize>(1..=10_000_000))]
    steps: Option<usize>,
    /// How products are summed
    #[arg(long, value_parser = super::values::arithmetic(), default_value = "native")]
    arithmetic: Arithmetic,
    /// Draw the trees to this folder, as SVG; those of an earlier run are removed
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the report as JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Reads the trees and compares; whether every bit is explained.
pub fn run(args: &Args) -> Result<bool> {
    for (_, experiment) in experiments(args) {
        fit(&experiment, &memory::of_trees(args.size, experiment.steps))?;
    }
    let folder = args.out.as_deref().map(Folder::open).transpose().context("--out")?;
    let libtorch = Libtorch::settle(Some(args.arithmetic))?;
    let dtypes = args.dtype.map_or(vec![Dtype::F32, Dtype::F64], |dtype| vec![dtype]);
    let dtypes = dtypes.into_iter().map(|dtype| match dtype {
        Dtype::F32 => of_dtype::<f32>(libtorch, args),
        Dtype::F64 => of_dtype::<f64>(libtorch, args),
    });
    let report = Report::new(args.size, dtypes.collect::<Result<_>>()?, Environment::of_this_process(libtorch));
    let json = json(&report)?;
    let written = folder.map(|folder| folder.commit("arithmetic.json", &json, &picture_names()));
    let told = print(&if args.json { json } else { report.text() });
    if let Some(mut pictures) = written.transpose()? {
        report.draw(&mut pictures);
        warn(&pictures.finish()?);
    }
    told.map(|()| report.explained)
}

fn of_dtype<T: Scalar>(libtorch: Libtorch, args: &Args) -> Result<OfDtype> {
    let trees = trees_of_libtorch::<T>(libtorch, args.size).context(T::DTYPE)?;
    let runs = experiments(args).into_iter().map(|(name, experiment)| {
        let experiment = Experiment { dtype: T::DTYPE, ..experiment };
        let theirs = descend::<T>(libtorch, &experiment, |_, _| ControlFlow::Continue(()))?;
        let ours = with_problem(libtorch, &experiment, |problem| {
            by_hand::run(problem, Kernels::Trees(&trees), experiment.steps)
        })?;
        Ok(Run { name, comparison: compare(&ours, &theirs) })
    });
    let runs = runs.collect::<Result<_>>()?;
    Ok(OfDtype::new(T::DTYPE, trees, runs))
}

/// The notebook's four runs, or at another size one on a random matrix.
fn experiments(args: &Args) -> Vec<(&'static str, Experiment)> {
    let size = args.size;
    let mut runs = Experiment::of_the_notebook().to_vec();
    if size != 4 {
        let steps = (300 * 64_usize.pow(3) / size.pow(3)).clamp(2, 300);
        let random = Experiment { matrix: Matrix::Random, size, steps, ..Experiment::default() };
        runs = vec![("a random matrix", random)];
    }
    for (_, run) in &mut runs {
        run.steps = args.steps.unwrap_or(run.steps);
    }
    runs
}

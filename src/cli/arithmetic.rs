//! `reproduce arithmetic`.

use crate::by_hand::witness::with_problem;
use crate::by_hand::{self, Identification, Kernels};
use crate::descent::descend;
use crate::experiment::Experiment;
use crate::libtorch::environment::Environment;
use crate::libtorch::{Arithmetic, Libtorch};
use crate::parity::compare::{Series, series};
use crate::report::{against::hint, count, differences, json};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;
use std::ops::ControlFlow;

const EXAMPLES: &str = "\
Examples:
  reproduce arithmetic                           libtorch as it is on this machine
  reproduce arithmetic --arithmetic notebook     libtorch told to sum as the notebook's machine did
  MKL_CBWR=COMPATIBLE reproduce arithmetic       MKL made to take other kernels

Exit codes: 0 the orders were found and give all 40,000 losses; 1 no pair of orders does.";

/// Name the order in which libtorch sums products on this machine
///
/// Runs the notebook's four runs and tries every pair of orders (forward product, backward product) in the loop by hand.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How products are summed
    #[arg(long, value_parser = super::values::arithmetic(), default_value = "native")]
    arithmetic: Arithmetic,
    /// Print the report as JSON instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    found: bool,
    kernels: String,
    indistinguishable: Vec<String>,
    runs: Vec<Run>,
    environment: Environment,
}

#[derive(Serialize)]
struct Run {
    name: &'static str,
    losses: Series,
}

/// Looks for the orders; whether they were found.
pub fn run(args: &Args) -> Result<bool> {
    let libtorch = Libtorch::settle(Some(args.arithmetic))?;
    let mut named = vec![];
    for (name, experiment) in Experiment::of_the_notebook() {
        let run = descend::<f32>(libtorch, &experiment, |_, _| ControlFlow::Continue(()))?;
        named.push((name, experiment, run.losses));
    }
    // The random matrix with momentum 0.9: of the four runs the one whose losses tell the most orders apart.
    let (_, experiment, losses) = &named[1];
    let found = with_problem::<f32, _>(libtorch, experiment, |problem| by_hand::identify(problem, losses))?;
    let runs = named.iter().map(|(name, experiment, losses)| {
        let steps = experiment.steps;
        let by_hand =
            with_problem::<f32, _>(libtorch, experiment, |problem| by_hand::run(problem, found.kernels, steps))?;
        Ok(Run { name, losses: series(losses, &by_hand.losses) })
    });
    let runs: Vec<_> = runs.collect::<Result<_>>()?;
    let report = Report {
        found: runs.iter().all(|run| run.losses.all_equal()),
        kernels: found.kernels.to_string(),
        indistinguishable: found.others.iter().map(Kernels::to_string).collect(),
        runs,
        environment: Environment::of_this_process(libtorch),
    };
    let text = if args.json { json(&report)? } else { text(&report, &found) };
    super::printing::print(&text)?;
    Ok(report.found)
}

fn text(report: &Report, found: &Identification) -> String {
    let Report { environment, runs, .. } = report;
    let mut text = format!(
        "libtorch {}, {}, ATen's kernels for {}, {} arithmetic\n\n{}\n\n",
        environment.torch,
        environment.mkl,
        environment.cpu_capability,
        environment.arithmetic,
        hint(found)
    );
    for run in runs {
        let Series { equal, count: of, .. } = run.losses;
        let _ = writeln!(text, "{}: {} of {} losses equal", run.name, count(equal), count(of));
        text.push_str(&differences(&run.losses, "loss", "step"));
    }
    if !found.others.is_empty() {
        text.push_str("\nThese losses can't tell it from:\n");
    }
    for kernels in &found.others {
        let _ = writeln!(text, "    {kernels}");
    }
    text
}

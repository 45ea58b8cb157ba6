//! `reproduce parity`.

use super::experiment::ExperimentArgs;
use super::number::whole;
use crate::by_hand::witness;
use crate::experiment::random_settings;
use crate::experiment::{Experiment, Gradient};
use crate::libtorch::arithmetic::{Arithmetic, Libtorch, notebook_arithmetic_lacks};
use crate::libtorch::environment::Environment;
use crate::libtorch::loaded;
use crate::output::folder::Folder;
use crate::parity::cross_check;
use crate::parity::loss_file;
use crate::parity::pytorch::{self, Job, Python};
use crate::report::{against, parity::Report};
use anyhow::{Context, Result};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const EXAMPLES: &str = "\
Examples:
  reproduce parity                                            the notebook's four runs, 40,000 losses
  reproduce parity --matrix random --size 7 --dtype f64       any other run
  reproduce parity --grid 50                                  50 random settings; the seed is printed
  reproduce parity --against my_losses.npy --run losses2      a series of your own instead of a live PyTorch

A series of your own: np.save('my_losses.npy', np.array(losses2).flatten()) in your copy of the notebook.
A live PyTorch: cargo xtask setup --pytorch installs one.

Exit codes: 0 equal to the bit; 1 not; 2 bad input, or no Python with the right PyTorch.";

/// Run the same descent through tch and through PyTorch and compare every loss bit by bit
///
/// Without options: the notebook's four runs of 10,000 steps, with the gradient scaled as in the notebook, and once more
/// through SGD with momentum.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    experiment: Option<ExperimentArgs>,
    /// Check N random settings: sizes 1 to 64, learning rates inside and outside the stable range, momenta 0 to 0.99.
    /// With --seed, those of that seed; else of one from the clock, which is printed
    #[arg(long, value_name = "N", value_parser = |text: &str| whole::<u32>(text, 1..=1_000_000), allow_negative_numbers = true,
          conflicts_with_all = ["matrix", "size", "learning_rate", "momentum", "steps", "dtype", "against"])]
    grid: Option<u32>,
    /// Compare with a loss series from a .npy, .npz, .json or .csv file instead of a live PyTorch
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The notebook's run that --against is compared with [default: losses1, or the run that the options describe]
    #[arg(long, value_name = "NAME", requires = "against", conflicts_with = "ExperimentArgs",
          value_parser = ["losses1", "losses2", "losses3", "losses4"])]
    run: Option<String>,
    /// How products are summed, on both sides [default: notebook where it can be had, else native]
    #[arg(long, value_enum)]
    arithmetic: Option<Arithmetic>,
    /// The Python to run [default: the first whose torch fits: a virtual environment's, python3, the set-up's]
    #[arg(long, value_name = "PATH", conflicts_with = "against")]
    python: Option<PathBuf>,
    /// Seconds after which Python is stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = |text: &str| whole::<u64>(text, 1..=1_000_000), allow_negative_numbers = true)]
    timeout: u64,
    /// Write parity.json to this folder, and a picture of the distances if any number differs
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the report as JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Compares; whether everything is equal to the bit.
pub fn run(args: &Args) -> Result<bool> {
    let folder = args.out.as_deref().map(Folder::open).transpose()?;
    match &args.against {
        Some(file) => with_file(args, file, folder),
        None => with_python(args, folder),
    }
}

fn with_python(args: &Args, folder: Option<Folder>) -> Result<bool> {
    let mut notes = vec![];
    let libtorch = settle(args.arithmetic, &mut notes)?;
    let arithmetic = libtorch.arithmetic();
    let experiments = experiments(libtorch, args, &mut notes)?;
    let (names, experiments): (Vec<_>, Vec<_>) = experiments.into_iter().unzip();
    let limit = Duration::from_secs(args.timeout);
    let python = Python::choose(&pytorch::candidates(args.python.as_deref()), env!("LIBTORCH_VERSION"), limit)?;
    tch::set_num_threads(1); // the two sides run at the same time
    let variables = match arithmetic {
        Arithmetic::Notebook => loaded::notebook_arithmetic_variables().to_vec(),
        Arithmetic::Native => vec![],
    };
    let job = Job {
        python: &python,
        experiments: &experiments,
        threads: Some(1),
        variables: &variables,
        claim_intel: arithmetic == Arithmetic::Notebook && pytorch::can_claim_intel(),
        limit,
    };
    let check = cross_check::run(libtorch, &names, &job, bars(&experiments)?)?;
    let report = Report::new(check, Environment::of_this_process(libtorch), notes);
    let text = report.text();
    finish(args, folder, &report, &text, report.equal, || report.picture())
}

fn with_file(args: &Args, file: &Path, folder: Option<Folder>) -> Result<bool> {
    let libtorch = Libtorch::settle(args.arithmetic)?;
    let name = args.run.as_deref().unwrap_or("losses1");
    let experiment = match &args.experiment {
        Some(options) => options.experiment(libtorch)?,
        None => named(name),
    };
    let theirs = loss_file::read(file, name, experiment.steps, experiment.dtype).context("--against")?;
    let ours = cross_check::through_tch(libtorch, &experiment, &ProgressBar::hidden())?;
    let by_hand = witness::first_differences(libtorch, &experiment, &theirs)?;
    let report =
        against::Report::new(file, experiment, &ours, &theirs, by_hand, Environment::of_this_process(libtorch));
    finish(args, folder, &report, &report.text(), report.equal, || report.picture())
}

/// Prints the report, writes it where it is wanted, and hands on whether all was `equal`.
fn finish(
    args: &Args,
    folder: Option<Folder>,
    report: &impl serde::Serialize,
    text: &str,
    equal: bool,
    picture: impl FnOnce() -> Result<[Vec<u8>; 2]>,
) -> Result<bool> {
    let json = serde_json::to_string_pretty(report)? + "\n";
    if let Some(mut folder) = folder {
        folder.stage("parity.json", json.as_bytes())?;
        if !equal {
            let [svg, png] = picture()?;
            folder.stage("parity.svg", &svg)?;
            folder.stage("parity.png", &png)?;
        }
        folder.commit()?;
    }
    super::print(if args.json { &json } else { text })?;
    Ok(equal)
}

/// The experiments that the options ask for, with their names.
fn experiments(libtorch: Libtorch, args: &Args, notes: &mut Vec<String>) -> Result<Vec<(String, Experiment)>> {
    if let Some(count) = args.grid {
        let given = args.experiment.as_ref().map(ExperimentArgs::seed);
        let seed = given.unwrap_or_else(clock_seed);
        notes.push(format!("{count} random settings; the same again: reproduce parity --grid {count} --seed {seed}"));
        let cases = random_settings::random(seed, count as usize).into_iter().enumerate();
        return Ok(cases.map(|(index, case)| (format!("case {}", index + 1), case)).collect());
    }
    if let Some(options) = &args.experiment {
        return Ok(vec![("run".to_string(), options.experiment(libtorch)?)]);
    }
    let scaled = Experiment::of_the_notebook().map(|(name, run)| (name.to_string(), run));
    let sgd = scaled.clone().map(|(name, run)| (name, Experiment { gradient: Gradient::Optimizer, ..run }));
    Ok([scaled, sgd].concat())
}

fn named(name: &str) -> Experiment {
    let runs = Experiment::of_the_notebook();
    runs.into_iter().find(|(known, _)| *known == name).map_or_else(Experiment::default, |(_, run)| run)
}

/// Settles the arithmetic of both sides: the notebook's only where Python can have it as well.
fn settle(asked: Option<Arithmetic>, notes: &mut Vec<String>) -> Result<Libtorch> {
    let python_can = pytorch::can_claim_intel() || is_intel();
    if asked != Some(Arithmetic::Native) && notebook_arithmetic_lacks().is_none() && !python_can {
        notes.push(
            "Python's MKL can't be told to take the notebook's kernels on this processor, which isn't Intel's: the C \
             compiler was missing when this program was built. Native arithmetic is compared instead."
                .to_string(),
        );
        return Libtorch::settle(Some(Arithmetic::Native));
    }
    Libtorch::settle(asked)
}

fn is_intel() -> bool {
    std::fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains("GenuineIntel"))
}

fn clock_seed() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64)
}

/// A bar for each side, on a terminal only.
fn bars(experiments: &[Experiment]) -> Result<[ProgressBar; 2]> {
    let steps = experiments.iter().map(|experiment| experiment.steps as u64).sum();
    let style = ProgressStyle::with_template("{prefix:8} {wide_bar} {human_pos} of {human_len} steps")?;
    let both = MultiProgress::new();
    Ok(["tch", "PyTorch"].map(|side| both.add(ProgressBar::new(steps)).with_style(style.clone()).with_prefix(side)))
}

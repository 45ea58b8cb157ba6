//! `reproduce parity`.

use super::experiment::{ExperimentArgs, options};
use super::printing::{print, program, quoted, warn};
use super::progress;
use super::values::{arithmetic, whole};
use crate::by_hand::witness;
use crate::experiment::random_settings;
use crate::experiment::{Experiment, Gradient, Matrix};
use crate::libtorch::arithmetic::{Arithmetic, Libtorch, notebook_arithmetic_lacks};
use crate::libtorch::environment::Environment;
use crate::output::folder::{Folder, Pictures};
use crate::parity::another_run::{self, AnotherRun};
use crate::parity::pytorch::{self, Python};
use crate::parity::{cross_check, loss_file};
use crate::report::against::{Origin, SeriesReport};
use crate::report::parity::ParityReport;
use anyhow::{Context, Result, ensure};
use indicatif::MultiProgress;
use std::ops::ControlFlow::Continue;
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

Exit codes: 0 every number is equal to the bit; 1 one isn't; 2 bad input, or no Python with the right PyTorch.";

/// Run the same descent through tch and through PyTorch and compare every loss bit by bit
///
/// Without options: the notebook's four runs of 10,000 steps, with the gradient scaled as in the notebook, and once more
/// through SGD with momentum.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    experiment: Option<ExperimentArgs>,
    /// Compare N runs with random settings: sizes 1 to 64, learning rates inside and outside the stable range, momenta 0 to
    /// 0.99. --seed chooses the settings; without it the clock does, and the seed is printed
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1..=1_000_000),
          conflicts_with_all = ["matrix", "size", "learning_rate", "momentum", "steps", "dtype", "against"])]
    grid: Option<usize>,
    /// Compare with a series of losses from a .npy, .npz, .json, .csv or .txt file (text as for --matrix), instead of
    /// running PyTorch
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The notebook's run that --against is compared with [default: losses1, or the run that the options describe]
    #[arg(long, value_name = "NAME", requires = "against", conflicts_with = "ExperimentArgs",
          value_parser = ["losses1", "losses2", "losses3", "losses4"])]
    run: Option<String>,
    /// How products are summed, on both sides [default: notebook where it can be had, else native]
    #[arg(long, value_parser = arithmetic())]
    arithmetic: Option<Arithmetic>,
    /// The Python to run [default: the first whose torch fits: a virtual environment's, python3, the set-up's]
    #[arg(long, value_name = "PATH", conflicts_with = "against")]
    python: Option<PathBuf>,
    /// Seconds that Python may take; after them both sides are stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = whole::<u64>(1..=1_000_000))]
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
    let folder = args.out.as_deref().map(Folder::open).transpose().context("--out")?;
    match &args.against {
        Some(file) => with_file(args, file, folder),
        None => with_python(args, folder),
    }
}

fn with_python(args: &Args, folder: Option<Folder>) -> Result<bool> {
    let mut notes = vec![];
    let is_intel = std::fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains("GenuineIntel"));
    let python_can = is_intel || pytorch::can_claim_intel();
    let libtorch = Libtorch::settle(on_both_sides(args.arithmetic, python_can, &mut notes)?)?;
    let experiments = experiments(libtorch, args, &mut notes)?;
    let limit = Duration::from_secs(args.timeout);
    let candidates = pytorch::candidates(args.python.as_deref());
    let python = Python::choose(&candidates, env!("LIBTORCH_VERSION"), limit);
    let python = if args.python.is_some() { python.context("--python") } else { python }?;
    libtorch.set_threads(1); // the two sides run at the same time
    let check = cross_check::run(libtorch, experiments, &python, limit, bars)?;
    let report = ParityReport::new(check, Environment::of_this_process(libtorch), notes);
    let again = |experiment: &Experiment| {
        let matrix = match (&args.experiment, &experiment.matrix) {
            (Some(options), _) if args.grid.is_none() => options.matrix.to_string(),
            (_, Matrix::Random) => "random".to_owned(),
            _ => "diag".to_owned(),
        };
        let options = options(&matrix, experiment);
        let python = args.python.as_ref().map(|path| format!(" --python {}", quoted(&path.display().to_string())));
        let (arithmetic, python) = (libtorch.arithmetic(), python.unwrap_or_default());
        format!("{} parity {options} --arithmetic {arithmetic}{python}", program())
    };
    finish(args, folder, &report, &report.text(again), report.equal, |pictures| report.draw(pictures))
}

fn with_file(args: &Args, file: &Path, folder: Option<Folder>) -> Result<bool> {
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

/// Prints the report, writes it where it is wanted, and hands on whether all was `equal`.
fn finish(
    args: &Args,
    folder: Option<Folder>,
    report: &impl serde::Serialize,
    text: &str,
    equal: bool,
    draw: impl FnOnce(&mut Pictures),
) -> Result<bool> {
    let json = crate::report::json(report)?;
    let written = folder.map(|mut folder| {
        folder.stage("parity.json", json.as_bytes())?;
        folder.commit(&["parity.json", "parity.svg", "parity.png"])
    });
    print(if args.json { &json } else { text })?;
    if let Some(mut pictures) = written.transpose()?.filter(|_| !equal) {
        draw(&mut pictures);
        warn(&pictures.failures);
    }
    Ok(equal)
}

/// The experiments that the options ask for, with their names.
type Named = Box<dyn Iterator<Item = (String, Experiment)>>;

fn experiments(libtorch: Libtorch, args: &Args, notes: &mut Vec<String>) -> Result<Named> {
    if let Some(count) = args.grid {
        let clock = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs() as i64);
        let seed = args.experiment.as_ref().map_or(clock, |options| options.seed);
        notes.push(format!(
            "{count} random settings; the same again: {} parity --grid {count} --seed {seed}",
            program()
        ));
        let cases = (1..=count).zip(random_settings::random(seed));
        return Ok(Box::new(cases.map(|(number, case)| (format!("case {number}"), case))));
    }
    if let Some(options) = &args.experiment {
        return Ok(Box::new(std::iter::once(("run".to_owned(), options.experiment(libtorch)?))));
    }
    let runs =
        |gradient| Experiment::of_the_notebook().map(|(name, run)| (name.into(), Experiment { gradient, ..run }));
    Ok(Box::new([Gradient::Scaled, Gradient::Optimizer].into_iter().flat_map(runs)))
}

/// The arithmetic of both sides: if none is asked for, the notebook's only where Python can have it as well.
fn on_both_sides(asked: Option<Arithmetic>, python_can: bool, notes: &mut Vec<String>) -> Result<Option<Arithmetic>> {
    const LACK: &str = "Python's MKL can't be told to take the notebook's kernels on this processor, which isn't Intel's: \
         no C compiler was there when this program was built";
    if python_can || asked == Some(Arithmetic::Native) || notebook_arithmetic_lacks().is_some() {
        return Ok(asked);
    }
    ensure!(asked.is_none(), "--arithmetic notebook: {LACK}. Use --arithmetic native");
    notes.push(format!("{LACK}. Both sides computed in native arithmetic."));
    Ok(Some(Arithmetic::Native))
}

/// A bar for each side over its steps, on a terminal only.
fn bars(steps: u64) -> Result<[impl FnMut(u64) + Send + 'static; 2]> {
    let both = MultiProgress::new();
    Ok(["tch", "PyTorch"].map(|side| {
        let bar = progress::bar(steps, "{prefix:8} {wide_bar} {human_pos} of {human_len} steps").with_prefix(side);
        let bar = both.add(bar);
        move |done| bar.set_position(done)
    }))
}

#[cfg(test)]
#[test]
fn notebook_arithmetic_that_python_lacks_is_refused_or_noted() {
    if notebook_arithmetic_lacks().is_some() {
        return; // refused by Libtorch::settle
    }
    let (native, notebook) = (Some(Arithmetic::Native), Some(Arithmetic::Notebook));
    let refused = on_both_sides(notebook, false, &mut vec![]).unwrap_err().to_string();
    assert!(refused.contains("--arithmetic notebook"), "{refused}");
    for (asked, python_can, settled, noted) in
        [(None, false, native, 1), (None, true, None, 0), (notebook, true, notebook, 0)]
    {
        let mut notes = vec![];
        assert_eq!(on_both_sides(asked, python_can, &mut notes).unwrap(), settled);
        assert_eq!(notes.len(), noted, "{notes:?}");
    }
}

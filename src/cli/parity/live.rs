//! `reproduce parity` with a live PyTorch.

use super::{Args, finish};
use crate::cli::experiment::options;
use crate::cli::printing::{program, quoted};
use crate::cli::progress;
use crate::experiment::random_settings;
use crate::experiment::{Experiment, Gradient, Matrix};
use crate::libtorch::arithmetic::{Arithmetic, Libtorch, notebook_arithmetic_lacks};
use crate::libtorch::environment::Environment;
use crate::libtorch::loaded;
use crate::output::folder::Folder;
use crate::parity::cross_check;
use crate::parity::pytorch::{self, Python};
use crate::report::parity::ParityReport;
use anyhow::{Context, Result, ensure};
use indicatif::MultiProgress;
use std::time::{Duration, SystemTime};

/// Computes on both sides and compares; whether everything is equal to the bit.
pub fn run(args: &Args, folder: Option<Folder>) -> Result<bool> {
    let mut notes = vec![];
    let limit = Duration::from_secs(args.timeout);
    let candidates = pytorch::candidates(args.python.as_deref());
    let python = Python::choose(&candidates, env!("LIBTORCH_VERSION"), limit);
    let python = if args.python.is_some() { python.context("--python") } else { python }?;
    let arithmetic = on_both_sides(args.arithmetic, || python_lacks(&python, limit), &mut notes)?;
    let libtorch = Libtorch::settle(arithmetic)?;
    let experiments = experiments(libtorch, args, &mut notes)?;
    libtorch.set_threads(1); // the two sides run at the same time
    let check = cross_check::run(libtorch, experiments, &python, limit, bars)?;
    let report = ParityReport::new(check, Environment::of_this_process(libtorch), notes);
    let again = |experiment: &Experiment| {
        let matrix = match (&args.experiment, &experiment.matrix) {
            (Some(options), _) if args.grid.is_none() => options.matrix.to_string(),
            (_, Matrix::Random) => "random".to_owned(),
            _ => "diag".to_owned(),
        };
        let mut options = options(&matrix, experiment);
        if experiment.gradient == Gradient::Optimizer {
            options += " --gradient optimizer";
        }
        let python = args.python.as_ref().map(|path| format!(" --python {}", quoted(&path.display().to_string())));
        let (arithmetic, python) = (libtorch.arithmetic(), python.unwrap_or_default());
        format!("{} parity {options} --arithmetic {arithmetic}{python}", program())
    };
    finish(args, folder, &report, &report.text(again), report.equal, |pictures| report.draw(pictures))
}

/// The experiments that the options ask for, with their names.
type Named = Box<dyn Iterator<Item = (String, Experiment)>>;

fn experiments(libtorch: Libtorch, args: &Args, notes: &mut Vec<String>) -> Result<Named> {
    let gradient = args.gradient.unwrap_or(Gradient::Scaled);
    if let Some(count) = args.grid {
        let clock = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs() as i64);
        let seed = args.experiment.as_ref().map_or(clock, |options| options.seed);
        let by = if gradient == Gradient::Optimizer { " --gradient optimizer" } else { "" };
        let again = format!("{} parity --grid {count} --seed {seed}{by}", program());
        notes.push(format!("{count} random settings; the same again: {again}"));
        let cases = (1..=count).zip(random_settings::random(seed));
        return Ok(Box::new(
            cases.map(move |(number, case)| (format!("case {number}"), Experiment { gradient, ..case })),
        ));
    }
    if let Some(options) = &args.experiment {
        let run = Experiment { gradient, ..options.experiment(libtorch)? };
        return Ok(Box::new(std::iter::once(("run".to_owned(), run))));
    }
    let runs =
        |gradient| Experiment::of_the_notebook().map(|(name, run)| (name.into(), Experiment { gradient, ..run }));
    let gradients = args.gradient.map_or(vec![Gradient::Scaled, Gradient::Optimizer], |gradient| vec![gradient]);
    Ok(Box::new(gradients.into_iter().flat_map(runs)))
}

/// What this Python lacks for notebook arithmetic, in words; `None` if nothing.
fn python_lacks(python: &Python, limit: Duration) -> Option<String> {
    let of_machine = pytorch::python_lacks().map(str::to_owned);
    // What this process has loaded needs no second look.
    let is_ours = python.libtorch_cpu.is_some() && python.libtorch_cpu == loaded::path();
    let look = || pytorch::ensure_notebook_arithmetic(&python.program, limit).err().map(|error| format!("{error:#}"));
    of_machine.or_else(|| if is_ours { None } else { look() })
}

/// The arithmetic of both sides: if none is asked for, the notebook's only where Python lacks nothing for it.
fn on_both_sides(
    asked: Option<Arithmetic>,
    python_lacks: impl FnOnce() -> Option<String>,
    notes: &mut Vec<String>,
) -> Result<Option<Arithmetic>> {
    if asked == Some(Arithmetic::Native) || notebook_arithmetic_lacks().is_some() {
        return Ok(asked);
    }
    let Some(lack) = python_lacks() else { return Ok(asked) };
    ensure!(asked.is_none(), "--arithmetic notebook: Python doesn't have it: {lack}. Use --arithmetic native");
    notes.push(format!("Python has no notebook arithmetic: {lack}. Both sides computed in native arithmetic."));
    Ok(Some(Arithmetic::Native))
}

/// A bar for each side over its steps, on a terminal only.
fn bars(steps: u64) -> Result<[impl FnMut(u64) + Send + 'static; 2]> {
    let both = MultiProgress::with_draw_target(progress::target());
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
    let refused = on_both_sides(notebook, || Some("a test".into()), &mut vec![]).unwrap_err().to_string();
    assert!(refused.contains("--arithmetic notebook"), "{refused}");
    for (asked, lack, settled, noted) in
        [(None, Some("a test".to_owned()), native, 1), (None, None, None, 0), (notebook, None, notebook, 0)]
    {
        let mut notes = vec![];
        assert_eq!(on_both_sides(asked, || lack, &mut notes).unwrap(), settled);
        assert_eq!(notes.len(), noted, "{notes:?}");
    }
}

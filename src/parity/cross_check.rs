//! The same experiments through `tch`, here, and through PyTorch, in a child process, at the same time.

use crate::descent::{Descent, follow, start};
use crate::experiment::trajectory::{Course, Trajectory};
use crate::experiment::{Dtype, Experiment, Gradient, Scalar};
use crate::libtorch::{Libtorch, loaded};
use crate::parity::account::{Account, BothSides, Orders};
use crate::parity::compare::{Comparison, Series, compare};
use crate::parity::pytorch::{Job, Python, PythonEnvironment};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// What both sides computed.
#[derive(Debug)]
pub struct CrossCheck {
    pub runs: Vec<Checked>,
    pub sgd_against_scaled: Vec<SgdAgainstScaled>,
    pub python: PythonEnvironment,
    /// Whether both sides loaded the same `libtorch_cpu`.
    pub same_libtorch: bool,
    /// The orders of summation on both sides, of the runs that differ; where both sides loaded different files and no run
    /// differs, of some that don't.
    pub orders: Vec<Orders>,
}

/// The verdict on a cross-check: the words, the exit code and the JSON take it from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every number is equal to the bit.
    Equal,
    /// Not equal, and the orders of summation account for every run that differs.
    Explained,
    /// Not equal, and they don't account for every one.
    NotExplained,
}

impl CrossCheck {
    pub fn verdict(&self) -> Verdict {
        let accounts = || self.runs.iter().filter_map(|run| run.account.as_ref());
        match accounts().all(|account| account.explained) {
            _ if accounts().next().is_none() => Verdict::Equal,
            true => Verdict::Explained,
            false => Verdict::NotExplained,
        }
    }
}

/// One experiment, computed twice.
#[derive(Debug, Serialize)]
pub struct Checked {
    pub name: String,
    pub settings: Experiment,
    /// How the two trajectories compare; ours is the one of `tch`.
    pub comparison: Comparison,
    /// Why they differ, if they do.
    pub account: Option<Account>,
}

/// One run through `nn::Sgd` against the same run with the gradient scaled, both by `tch`.
#[derive(Debug, Serialize)]
pub struct SgdAgainstScaled {
    pub name: String,
    /// How the losses compare; ours are those of the scaled gradient.
    pub losses: Series,
}

/// So many experiments are drawn and computed at a time, by one Python: memory stays bounded however many there are.
const AT_ONCE: usize = 200;

/// So many orders of summation are read where no run differs.
const ORDERS: usize = 8;

/// How long this side computes before it looks whether the child has failed.
const LOOK: Duration = Duration::from_millis(20);

/// Computes the named experiments on both sides and compares them. PyTorch may take `limit` in all. `progress` is handed
/// the number of steps of the next experiments and gives two functions, for `tch` and for PyTorch, which are told how
/// many of them that side has done.
/// Where Python fails or takes too long, this side ends too. Runs that differ are accounted for.
pub fn run<P: FnMut(u64) + Send + 'static>(
    libtorch: Libtorch,
    mut experiments: impl Iterator<Item = (String, Experiment)>,
    python: &Python,
    limit: Duration,
    mut progress: impl FnMut(u64) -> Result<[P; 2]>,
) -> Result<CrossCheck> {
    let job = Job { python, experiments: &[], threads: Some(1), arithmetic: libtorch.arithmetic(), limit };
    let mut sides = BothSides::new(libtorch, job);
    let mut all: Option<CrossCheck> = None;
    loop {
        let (names, experiments): (Vec<_>, Vec<_>) = experiments.by_ref().take(AT_ONCE).unzip();
        if names.is_empty() {
            break;
        }
        let steps: Vec<_> = experiments.iter().map(|experiment| experiment.steps as u64).collect();
        let [ours, mut theirs] = progress(steps.iter().sum())?;
        let theirs = move |run, step| theirs(steps.iter().take(run).sum::<u64>().saturating_add(step as u64));
        let job = Job { experiments: &experiments, limit: sides.time_left(), ..job };
        let some = check(libtorch, names, &job, &mut sides, ours, theirs)?;
        match &mut all {
            None => all = Some(some),
            Some(all) => all.runs.extend(some.runs),
        }
    }
    let mut all = all.context("there is no experiment to compare")?;
    if !all.same_libtorch && all.verdict() == Verdict::Equal {
        for Checked { settings, .. } in &all.runs {
            sides.read(settings.size, settings.dtype)?;
            if sides.orders.len() == ORDERS {
                break;
            }
        }
    }
    all.orders = sides.orders;
    Ok(all)
}

fn check(
    libtorch: Libtorch,
    names: Vec<String>,
    job: &Job,
    sides: &mut BothSides,
    mut ours_done: impl FnMut(u64),
    theirs_done: impl FnMut(usize, usize) + Send + 'static,
) -> Result<CrossCheck> {
    let mut child = job.spawn(theirs_done)?;
    let (mut ours, mut done, mut failed) = (vec![], 0, false);
    let mut looked = Instant::now();
    for experiment in job.experiments {
        ours.push(through_tch(libtorch, experiment, || {
            done += 1;
            ours_done(done);
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                failed = child.has_failed();
            }
            if failed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?);
        if failed {
            break;
        }
    }
    let theirs = child.wait()?;
    let sgd_against_scaled = sgd_against_scaled(&names, job.experiments, &ours)?;
    let runs = names.into_iter().zip(theirs.runs).zip(ours);
    let runs = runs.map(|((name, theirs), ours)| {
        let comparison = compare_courses(&ours, &theirs.course)?;
        let differs = !comparison.all_equal();
        let account = differs.then(|| sides.account(&ours, &theirs, &comparison)).transpose()?;
        Ok(Checked { name, settings: theirs.experiment, comparison, account })
    });
    let runs = runs.collect::<Result<_>>()?;
    let same_libtorch =
        theirs.environment.libtorch_cpu.as_ref().is_some_and(|path| loaded::path().as_ref() == Some(path));
    Ok(CrossCheck { runs, sgd_against_scaled, python: theirs.environment, same_libtorch, orders: vec![] })
}

/// One experiment through `tch`, in its own dtype. `observe` is called after each step and may end the run.
pub fn through_tch(
    libtorch: Libtorch,
    experiment: &Experiment,
    mut observe: impl FnMut() -> ControlFlow<()>,
) -> Result<Course> {
    Ok(match experiment.dtype {
        Dtype::F32 => Course::F32(by_the_ports_step(libtorch, experiment, &mut observe)?),
        Dtype::F64 => Course::F64(by_the_ports_step(libtorch, experiment, &mut observe)?),
    })
}

fn by_the_ports_step<T: Scalar>(
    libtorch: Libtorch,
    experiment: &Experiment,
    observe: &mut impl FnMut() -> ControlFlow<()>,
) -> Result<Trajectory<T>> {
    let mut run = Descent::new(experiment, start::<T>(libtorch, experiment)?)?;
    follow(&mut run, experiment.steps, |_, _| observe())
}

/// Each run through SGD whose twin, with the gradient scaled, is there as well.
fn sgd_against_scaled(names: &[String], experiments: &[Experiment], ours: &[Course]) -> Result<Vec<SgdAgainstScaled>> {
    let mut pairs = vec![];
    for (experiment, sgd) in experiments.iter().zip(ours).filter(|(run, _)| run.gradient == Gradient::Optimizer) {
        let twin = Experiment { gradient: Gradient::Scaled, ..experiment.clone() };
        if let Some(scaled) = experiments.iter().position(|experiment| *experiment == twin) {
            let losses = compare_courses(&ours[scaled], sgd)?.losses;
            pairs.push(SgdAgainstScaled { name: names[scaled].clone(), losses });
        }
    }
    Ok(pairs)
}

fn compare_courses(ours: &Course, theirs: &Course) -> Result<Comparison> {
    match (ours, theirs) {
        (Course::F32(ours), Course::F32(theirs)) => Ok(compare(ours, theirs)),
        (Course::F64(ours), Course::F64(theirs)) => Ok(compare(ours, theirs)),
        _ => bail!("runs in different dtypes can't be compared"),
    }
}

//! The same experiments through `tch`, here, and through PyTorch, in a child process, at the same time.

use crate::descent::descend;
use crate::experiment::trajectory::Course;
use crate::experiment::{Dtype, Experiment};
use crate::libtorch::Libtorch;
use crate::parity::compare::{Comparison, compare};
use crate::parity::pytorch::{self, Job, Progress};
use anyhow::{Result, bail};
use indicatif::ProgressBar;
use serde::Serialize;
use std::ops::ControlFlow;

/// What both sides computed.
#[derive(Debug)]
pub struct CrossCheck {
    /// One for each experiment, in their order.
    pub runs: Vec<Checked>,
    /// What PyTorch's side was computed with.
    pub python: pytorch::Environment,
}

/// One experiment, computed twice.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The experiment's name, such as `losses1`.
    pub name: String,
    /// Its settings.
    pub settings: Experiment,
    /// How the two trajectories compare; ours is the one of `tch`.
    pub comparison: Comparison,
    /// The trajectory that `tch` gave.
    #[serde(skip)]
    pub ours: Course,
    /// The trajectory that PyTorch gave.
    #[serde(skip)]
    pub theirs: Course,
}

/// Computes `job`'s experiments, which `names` names, on both sides and compares them. The bars move on by one a step.
///
/// # Errors
/// When Python fails or takes too long, or libtorch can't compute an experiment.
pub fn run(libtorch: Libtorch, names: &[String], job: &Job, bars: [ProgressBar; 2]) -> Result<CrossCheck> {
    let [ours_bar, theirs_bar] = bars;
    let done_before: Vec<u64> = job
        .experiments
        .iter()
        .scan(0, |done, experiment| Some(std::mem::replace(done, *done + experiment.steps as u64)))
        .collect();
    let child = job.spawn(move |Progress { run, step }| {
        theirs_bar.set_position(done_before.get(run).unwrap_or(&0) + step as u64);
    })?;
    let ours = job
        .experiments
        .iter()
        .map(|experiment| through_tch(libtorch, experiment, &ours_bar))
        .collect::<Result<Vec<_>>>()?;
    ours_bar.finish();
    let theirs = child.wait()?;
    let sides = names.iter().zip(job.experiments).zip(ours.into_iter().zip(theirs.runs));
    let runs = sides.map(|((name, settings), (ours, theirs))| {
        let comparison = compare_courses(&ours, &theirs.course)?;
        Ok(Checked { name: name.clone(), settings: settings.clone(), comparison, ours, theirs: theirs.course })
    });
    Ok(CrossCheck { runs: runs.collect::<Result<_>>()?, python: theirs.environment })
}

/// One experiment through `tch`, in its own dtype.
///
/// # Errors
/// When libtorch can't compute it.
pub fn through_tch(libtorch: Libtorch, experiment: &Experiment, bar: &ProgressBar) -> Result<Course> {
    fn observe<T>(bar: &ProgressBar) -> impl FnMut(usize, T) -> ControlFlow<()> {
        |_, _| {
            bar.inc(1);
            ControlFlow::Continue(())
        }
    }
    Ok(match experiment.dtype {
        Dtype::F32 => Course::F32(descend(libtorch, experiment, observe(bar))?),
        Dtype::F64 => Course::F64(descend(libtorch, experiment, observe(bar))?),
    })
}

/// Compares two courses of one experiment.
///
/// # Errors
/// When they are of different dtypes.
pub fn compare_courses(ours: &Course, theirs: &Course) -> Result<Comparison> {
    match (ours, theirs) {
        (Course::F32(ours), Course::F32(theirs)) => Ok(compare(ours, theirs)),
        (Course::F64(ours), Course::F64(theirs)) => Ok(compare(ours, theirs)),
        _ => bail!("two runs in different dtypes can't be compared"),
    }
}

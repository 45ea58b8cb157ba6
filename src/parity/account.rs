//! Why two sides differ: the orders of their sums, the loop by hand in these orders, and the first step on which they part.

use crate::by_hand::witness::{trees_of, trees_of_libtorch, with_problem};
use crate::by_hand::{Kernels, State, Trees};
use crate::descent::{Descent, Steps, follow, start};
use crate::experiment::trajectory::{Course, Trajectory};
use crate::experiment::{Dtype, Scalar};
use crate::libtorch::{Libtorch, flat, kind, square};
use crate::notebook::mse;
use crate::parity::compare::{Comparison, compare};
use crate::parity::pytorch::{Job, Probes, PythonRun};
use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tch::{Device, Tensor};

/// The orders of a step's three sums on both sides; where one can't be read, why.
#[derive(Debug)]
pub struct Orders {
    pub size: usize,
    pub dtype: Dtype,
    pub ours: Result<Trees, String>,
    pub theirs: Result<Trees, String>,
}

/// What was found out about a run that differs.
#[derive(Debug, Serialize)]
pub struct Account {
    /// Whether the loop by hand gives the numbers of both sides, to the bit, each in that side's orders of summation.
    pub explained: bool,
    /// Where the sides part; `None` where they don't when the run is computed again, stage by stage.
    pub parting: Option<Parting>,
}

/// The first number that differs when both sides take a run's steps stage by stage.
#[derive(Debug, Serialize)]
pub struct Parting {
    pub step: usize,
    pub stage: Stage,
    /// The entry of the stage's matrix, row by row.
    pub entry: usize,
    pub ours: String,
    pub theirs: String,
}

/// The stages of a step, in their order. The first two are drawn before step 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    FirstParameter,
    Matrix,
    Forward,
    Residual,
    Loss,
    Gradient,
    Update,
}

/// Both sides, to be asked.
pub struct BothSides<'a> {
    libtorch: Libtorch,
    /// How PyTorch computed the runs.
    job: Job<'a>,
    start: Instant,
    probes: Option<Probes>,
    /// Those that were read.
    pub orders: Vec<Orders>,
}

/// About so many numbers are fetched at once.
const AT_ONCE: usize = 1 << 16;

impl<'a> BothSides<'a> {
    /// The limit of `job` counts from now on.
    pub fn new(libtorch: Libtorch, job: Job<'a>) -> BothSides<'a> {
        BothSides { libtorch, job, start: Instant::now(), probes: None, orders: vec![] }
    }

    /// How much of the time limit is left.
    pub fn time_left(&self) -> Duration {
        self.job.limit.saturating_sub(self.start.elapsed())
    }

    fn probes(&mut self) -> Result<&mut Probes> {
        if self.probes.is_none() {
            self.probes = Some(Job { limit: self.time_left(), ..self.job }.probes()?);
        }
        self.probes.as_mut().context("PyTorch's probes")
    }

    /// Accounts for a run that differs. An error: PyTorch or this side can't be asked.
    pub fn account(&mut self, ours: &Course, theirs: &PythonRun, comparison: &Comparison) -> Result<Account> {
        match (ours, &theirs.course) {
            (Course::F32(ours), Course::F32(of_theirs)) => self.account_for(ours, of_theirs, theirs, comparison),
            (Course::F64(ours), Course::F64(of_theirs)) => self.account_for(ours, of_theirs, theirs, comparison),
            _ => bail!("runs in different dtypes can't be compared"),
        }
    }

    fn account_for<T: Scalar>(
        &mut self,
        ours: &Trajectory<T>,
        theirs: &Trajectory<T>,
        run: &PythonRun,
        comparison: &Comparison,
    ) -> Result<Account> {
        let (libtorch, experiment) = (self.libtorch, &run.experiment);
        let deadline = Instant::now() + self.time_left();
        let gives = |trees: &Result<Trees, String>, numbers: &Trajectory<T>| {
            let Ok(trees) = trees else { return Ok(false) };
            let mut is_late = false;
            let by_hand = with_problem(libtorch, experiment, |problem| {
                let mut by_hand = State::new(problem, Kernels::Trees(trees))?;
                follow(&mut by_hand, experiment.steps, |step, loss: T| {
                    is_late = Instant::now() > deadline;
                    let goes_on = !is_late && loss.same(numbers.losses[step]);
                    if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                })
            })?;
            ensure!(!is_late, "the loop by hand couldn't repeat a run that differs within the time limit");
            anyhow::Ok(compare(&by_hand, numbers).all_equal())
        };
        let orders = self.orders_of::<T>(experiment.size)?;
        let explained = gives(&orders.theirs, theirs)? && gives(&orders.ours, ours)?;
        // They have parted when their losses differ.
        let steps = comparison.losses.first.as_ref().map_or(experiment.steps, |first| first.at + 1);
        Ok(Account { explained, parting: self.parting::<T>(run, steps)? })
    }

    /// Reads the orders of the sums on n×n matrices of this dtype, if they haven't been read. An error: PyTorch or this
    /// side can't be asked.
    pub fn read(&mut self, size: usize, dtype: Dtype) -> Result<()> {
        match dtype {
            Dtype::F32 => self.orders_of::<f32>(size).map(drop),
            Dtype::F64 => self.orders_of::<f64>(size).map(drop),
        }
    }

    fn orders_of<T: Scalar>(&mut self, size: usize) -> Result<&Orders> {
        let known = self.orders.iter().position(|of| (of.size, of.dtype) == (size, T::DTYPE));
        let at = match known {
            Some(at) => at,
            None => {
                let ours = trees_of_libtorch::<T>(self.libtorch, size).map_err(|error| format!("{error:#}"));
                let probes = self.probes()?;
                let theirs = match trees_of::<T>(probes, size) {
                    // It answers, but not as any order of summation does.
                    Err(error) if probes.is_alive() => Err(format!("{error:#}")),
                    trees => Ok(trees?),
                };
                self.orders.push(Orders { size, dtype: T::DTYPE, ours, theirs });
                self.orders.len() - 1
            }
        };
        Ok(&self.orders[at])
    }

    /// Takes up to so many steps of the run on both sides, until they part.
    fn parting<T: Scalar>(&mut self, run: &PythonRun, steps: usize) -> Result<Option<Parting>> {
        let experiment = &run.experiment;
        let (n, entries) = (experiment.size, experiment.size * experiment.size);
        let parts = |step, stage, ours: &[T], theirs: &[T]| {
            let entry = ours.iter().zip(theirs).position(|(ours, theirs)| !ours.same(*theirs))?;
            let text = |numbers: &[T]| format!("{:?}", numbers[entry]);
            Some(Parting { step, stage, entry, ours: text(ours), theirs: text(theirs) })
        };
        let start = start::<T>(self.libtorch, experiment)?;
        let (parameter, matrix) = (flat::<T>(&start.random_inverse)?, flat::<T>(&start.matrix)?);
        let exact = |numbers: &[f64]| numbers.iter().map(|&number| T::from_f64(number)).collect::<Vec<_>>();
        let drawn = parts(0, Stage::FirstParameter, &parameter, &exact(&run.initial))
            .or_else(|| parts(0, Stage::Matrix, &matrix, &exact(&run.matrix)));
        if drawn.is_some() {
            return Ok(drawn);
        }
        let probes = self.probes()?;
        probes.begin(experiment, &parameter, &matrix)?;
        let matrix = start.matrix.shallow_clone();
        let mut ours = Descent::<T>::new(experiment, start)?;
        let of_step = 5 * entries + 1;
        for first in (0..steps).step_by((AT_ONCE / of_step).max(1)) {
            let count = (AT_ONCE / of_step).clamp(1, steps - first);
            let theirs = probes.steps::<T>(n, count)?;
            for (step, theirs) in (first..).zip(theirs.chunks_exact(of_step)) {
                let mut theirs = theirs;
                for (stage, ours) in stages(&mut ours, &matrix, n)? {
                    let (of_stage, rest) = theirs.split_at(ours.len());
                    if let Some(parting) = parts(step, stage, &ours, of_stage) {
                        return Ok(Some(parting));
                    }
                    theirs = rest;
                }
            }
        }
        Ok(None)
    }
}

/// Takes a step on this side. Of the first four stages the step keeps nothing: libtorch computes them a second time.
fn stages<T: Scalar>(run: &mut Descent<T>, matrix: &Tensor, n: usize) -> Result<[(Stage, Vec<T>); 5]> {
    let identity = Tensor::f_eye(n as i64, (kind(T::DTYPE), Device::Cpu))?;
    let leaf = square(&run.parameter()?, n)?.f_set_requires_grad(true)?;
    let y_hat = leaf.f_matmul(matrix)?;
    mse(&identity, &y_hat).f_backward()?;
    let loss = run.step()?;
    Ok([
        (Stage::Forward, flat(&y_hat)?),
        (Stage::Residual, flat(&identity.f_sub(&y_hat)?)?),
        (Stage::Loss, vec![loss]),
        (Stage::Gradient, flat(&leaf.f_grad()?)?),
        (Stage::Update, [run.parameter()?, run.gradient()?].concat()),
    ])
}

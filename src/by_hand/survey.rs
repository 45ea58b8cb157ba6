//! A run for every pair of a learning rate and a momentum: as many side by side as the processor takes in one vector.
//! Each run has the bits of the single run in the notebook's order.

use crate::descent::Start;
use crate::experiment::{Dtype, Pair, Scalar};
use crate::libtorch::{flat, memory};
use crate::theory::Spectrum;
use crate::theory::survey::Point;
use anyhow::{Result, anyhow};
use loops::SideBySide;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

/// So many pairs are handed to a thread at once.
const AT_ONCE: usize = 64;

/// What a survey may use.
#[derive(Clone, Copy, Debug)]
pub struct Resources {
    /// How many threads compute at once.
    pub workers: usize,
    /// Bytes of memory.
    pub memory: u64,
}

impl Resources {
    /// Half of the memory, and so many threads: one for each processor if none are given.
    pub fn of(threads: Option<u16>) -> Resources {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        Resources { workers: threads.map_or_else(all, usize::from), memory: memory::available() / 2 }
    }
}

/// What becomes of a run from `start` for each of `pairs` in `steps` steps. `observe` is told how many steps of single runs
/// were just taken, and may end it all: then there is no result. An error: libtorch can't hand over the matrices.
pub fn survey(
    start: &Start,
    spectrum: &Spectrum,
    pairs: &[Pair],
    steps: usize,
    resources: Resources,
    observe: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Result<Option<Vec<Point>>> {
    match spectrum.dtype {
        Dtype::F32 => survey_in::<f32>(start, spectrum, pairs, steps, resources, observe),
        Dtype::F64 => survey_in::<f64>(start, spectrum, pairs, steps, resources, observe),
    }
}

fn survey_in<T: Scalar>(
    start: &Start,
    spectrum: &Spectrum,
    pairs: &[Pair],
    steps: usize,
    Resources { workers, memory }: Resources,
    observe: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Result<Option<Vec<Point>>> {
    let (matrix, parameter) = (flat::<T>(&start.matrix)?, flat::<T>(&start.random_inverse)?);
    let [matrices, losses] = memory::of_side_by_side(spectrum.size(), T::DTYPE.width(), steps);
    let workers = workers.min((memory / 2 / matrices.bytes) as usize).max(1);
    let at_once = ((memory / 2 / workers as u64 / losses.bytes) as usize).clamp(1, AT_ONCE);
    let mut all = vec![Point { final_loss: f64::NAN, contraction: f64::NAN, has_diverged: false }; pairs.len()];
    let groups = Mutex::new(pairs.chunks(at_once).zip(all.chunks_mut(at_once)));
    let work = || {
        loop {
            let group = groups.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((pairs, points)) = group else { return ControlFlow::Continue(()) };
            let rounded: Vec<_> =
                pairs.iter().map(|pair| [pair.learning_rate, pair.momentum].map(T::from_f64)).collect();
            let (size, matrix, parameter) = (spectrum.size(), &*matrix, &*parameter);
            let runs = SideBySide { size, matrix, parameter, pairs: &rounded, steps };
            T::side_by_side(&runs, &mut |taken| observe(taken), &mut |run, losses, _| {
                points[run] = Point {
                    final_loss: losses.last().map_or(f64::NAN, |loss| loss.to_f64()),
                    contraction: T::contraction(losses, spectrum.rounding(pairs[run])).unwrap_or(f64::NAN),
                    has_diverged: T::has_diverged(losses),
                };
            })?;
        }
    };
    let is_complete = std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (0..workers).map_while(spawn).collect();
        // Where no thread is to be had, this one does the work.
        let mut is_complete = !threads.is_empty() || work().is_continue();
        for thread in threads {
            let ended = thread.join().map_err(|_| anyhow!("a thread of the landscape panicked"))?;
            is_complete &= ended.is_continue();
        }
        anyhow::Ok(is_complete)
    })?;
    Ok(is_complete.then_some(all))
}

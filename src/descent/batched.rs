//! Many runs at once: every pair of a learning rate and a momentum, up to 2,048 pairs in one graph on the CPU.
//!
//! The parameter has the shape [runs, n, n], the learning rate and the momentum have [runs, 1, 1] and are broadcast. Each
//! run's loss depends on its own parameter alone, so the gradient of the sum of all losses is each run's own gradient.
//! The steps are the notebook's: `backward()`, `sub_` under `no_grad`, `grad *= momentum`.
//!
//! A batched run rounds as the single run does, but for two sums, whose order depends on the shape: those of the products,
//! and that of a loss's squares. Where products are summed in sequence whatever the shape (notebook arithmetic), or have
//! one term that isn't zero (a diagonal matrix), the parameters are equal to the bit. A loss is a sum of n² terms that
//! aren't negative; two orders of such a sum differ by at most 2(n² − 1) ULP.

use crate::descent::Start;
use crate::experiment::Pair;
use crate::libtorch::memory;
use crate::theory::{Curvature, Spectrum, contraction};
use anyhow::{Result, anyhow};
use serde::Serialize;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use tch::{Device, Kind, Tensor, no_grad};

/// The most runs that one thread computes together on the CPU: with more, their tensors outgrow its caches.
const BATCH_ON_CPU: usize = 2048;

/// A grid of pairs: every learning rate with every momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Grid {
    /// The learning rates: one a column.
    pub learning_rate: Axis,
    /// The momenta: one a row.
    pub momentum: Axis,
}

/// Equal cells side by side; each stands for the number at its centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Where the first cell begins.
    pub low: f64,
    /// Where the last cell ends.
    pub high: f64,
    /// How many cells, at least 1.
    pub cells: usize,
}

impl Axis {
    /// Where this cell begins; `edge(cells)` is where the last one ends.
    pub fn edge(&self, cell: usize) -> f64 {
        self.low + cell as f64 * (self.high - self.low) / self.cells as f64
    }

    /// The numbers that the cells stand for.
    pub fn centres(&self) -> Vec<f64> {
        let width = (self.high - self.low) / self.cells as f64;
        (0..self.cells).map(|cell| self.low + (cell as f64 + 0.5) * width).collect()
    }
}

impl Grid {
    /// Learning rates from 0 to 1.1 times the greatest that any momentum makes stable, 4/L, and momenta from 0 to 1.
    pub fn around(curvature: Curvature, columns: usize, rows: usize) -> Grid {
        let axis = |high, cells| Axis { low: 0.0, high, cells };
        Grid { learning_rate: axis(1.1 * curvature.stability_limit(1.0), columns), momentum: axis(1.0, rows) }
    }

    /// The pairs, row by row.
    pub fn pairs(&self) -> Vec<Pair> {
        let rates = self.learning_rate.centres();
        let row = |momentum| rates.iter().map(move |&learning_rate| Pair { learning_rate, momentum });
        self.momentum.centres().into_iter().flat_map(row).collect()
    }
}

/// What became of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The loss at the start of the last step; infinite or NaN for a run that diverged that far.
    pub final_loss: f32,
    /// The factor by which the residual shrank a step, NaN where that can't be told: see [`contraction::measured`].
    pub contraction: f64,
    /// See [`contraction::has_diverged`].
    pub has_diverged: bool,
}

/// Runs of the descent in one graph, between two steps.
pub struct Batch {
    identity: Tensor,
    random_inverse: Tensor,
    matrix: Tensor,
    learning_rate: Tensor,
    momentum: Tensor,
}

impl Batch {
    /// A run from `start` for each pair, on `device`.
    pub fn new(start: &Start, pairs: &[Pair], device: Device) -> Result<Batch> {
        let runs = pairs.len() as i64;
        let (n, kind) = (start.matrix.size()[0], start.matrix.kind());
        let each = |value: fn(&Pair) -> f64| -> Result<Tensor> {
            let values: Vec<f64> = pairs.iter().map(value).collect();
            let values = Tensor::f_from_slice(&values)?.f_reshape([runs, 1, 1])?;
            Ok(values.f_to_kind(kind)?.f_to_device(device)?)
        };
        let random_inverse = start.random_inverse.f_to_device(device)?.f_repeat([runs, 1, 1])?;
        Ok(Batch {
            identity: Tensor::f_eye(n, (kind, device))?,
            random_inverse: random_inverse.f_set_requires_grad(true)?,
            matrix: start.matrix.f_to_device(device)?,
            learning_rate: each(|pair| pair.learning_rate)?,
            momentum: each(|pair| pair.momentum)?,
        })
    }

    /// Takes a step of every run; their losses at its start, of shape `[runs]`.
    pub fn step(&mut self) -> Result<Tensor> {
        let y_hat = self.random_inverse.f_matmul(&self.matrix)?;
        let square = self.identity.f_sub(&y_hat)?.f_pow_tensor_scalar(2)?;
        let losses = square.f_mean_dim([1, 2].as_slice(), false, square.kind())?;
        losses.f_sum(losses.kind())?.f_backward()?;
        no_grad(|| -> Result<()> {
            let mut grad = self.random_inverse.f_grad()?;
            let _ = self.random_inverse.f_sub_(&self.learning_rate.f_mul(&grad)?)?;
            let _ = grad.f_mul_(&self.momentum)?;
            Ok(())
        })?;
        Ok(losses.f_detach()?)
    }

    /// The parameters, of shape [runs, n, n].
    pub fn parameters(&self) -> Tensor {
        self.random_inverse.detach()
    }
}

/// What a survey may use.
#[derive(Clone, Copy, Debug)]
pub struct Resources {
    /// The device.
    pub device: Device,
    /// How many threads compute at once, each on batches of its own; more than one on the CPU only.
    pub workers: usize,
    /// Bytes of memory.
    pub memory: u64,
}

impl Resources {
    /// This device, half of the memory and, on the CPU, so many threads: one for each processor if none are given.
    pub fn of(device: Device, threads: Option<u16>) -> Resources {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        let workers = if device == Device::Cpu { threads.map_or_else(all, usize::from) } else { 1 };
        Resources { device, workers, memory: memory::available() / 2 }
    }
}

/// What becomes of a run from `start` for each of `pairs` in `steps` steps, batch by batch. `observe` is told how many
/// steps of single runs were just taken, and may end it all: then there is no result. With [`tch::set_num_threads`] at 1
/// the workers don't wait for libtorch's own threads.
pub fn survey(
    start: &Start,
    spectrum: &Spectrum,
    pairs: &[Pair],
    steps: usize,
    Resources { device, workers, memory }: Resources,
    observe: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Result<Option<Vec<Point>>> {
    let a_run = memory::of_batched_run(spectrum.size(), spectrum.dtype.width(), steps);
    let a_run: u64 = a_run.iter().map(|part| part.bytes).sum();
    let room = usize::try_from(memory / workers as u64 / a_run).unwrap_or(usize::MAX);
    let size = room.clamp(1, if device == Device::Cpu { BATCH_ON_CPU } else { usize::MAX });
    let mut all = vec![Point { final_loss: f32::NAN, contraction: f64::NAN, has_diverged: false }; pairs.len()];
    let batches = Mutex::new(pairs.chunks(size).zip(all.chunks_mut(size)));
    // Takes batch after batch; whether `observe` let it.
    let work = |start: Start| -> Result<bool> {
        loop {
            let batch = batches.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((pairs, points)) = batch else { return Ok(true) };
            let Some(losses) = losses(&start, pairs, steps, device, observe)? else { return Ok(false) };
            for (run, (&pair, point)) in pairs.iter().zip(points).enumerate() {
                let losses: Vec<f32> = losses.iter().skip(run).step_by(pairs.len()).copied().collect();
                *point = Point {
                    final_loss: losses.last().copied().unwrap_or(f32::NAN),
                    contraction: contraction::measured(&losses, spectrum.rounding(pair)).unwrap_or(f64::NAN),
                    has_diverged: contraction::has_diverged(&losses),
                };
            }
        }
    };
    let is_complete = std::thread::scope(|scope| {
        // A tensor is handed from thread to thread, never shared: each worker has handles of its own.
        let starts = (0..workers).map(|_| start.shallow_clone());
        let spawn = |start| std::thread::Builder::new().spawn_scoped(scope, || work(start));
        let threads: Vec<_> = starts.map_while(|start| spawn(start).ok()).collect();
        // Where no thread is to be had, this one does the work.
        let mut is_complete = !threads.is_empty() || work(start.shallow_clone())?;
        for thread in threads {
            is_complete &= thread.join().map_err(|_| anyhow!("a thread of the landscape panicked"))??;
        }
        anyhow::Ok(is_complete)
    })?;
    Ok(is_complete.then_some(all))
}

/// The losses of one batch, a row for each step; `None` if `observe` ended it.
fn losses(
    start: &Start,
    pairs: &[Pair],
    steps: usize,
    device: Device,
    observe: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Option<Vec<f32>>> {
    let mut batch = Batch::new(start, pairs, device)?;
    let mut losses = vec![0_f32; steps * pairs.len()];
    for row in losses.chunks_mut(pairs.len()) {
        let step = batch.step()?.f_to_kind(Kind::Float)?.f_to_device(Device::Cpu)?;
        step.f_copy_data(row, pairs.len())?;
        if observe(pairs.len() as u64).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(losses))
}

//! Many runs at once: every pair of a learning rate and a momentum, in one graph.
//!
//! The parameter has the shape [runs, n, n], the learning rate and the momentum have [runs, 1, 1] and are broadcast. Each
//! run's loss depends on its own parameter alone, so the gradient of the sum of all losses is each run's own gradient.
//! The steps are the notebook's: `backward()`, `sub_` under `no_grad`, `grad *= momentum`.
//!
//! A batched run is the single run in every rounding but two: the order in which a product's dot products are summed is the
//! kernel's for that shape, and so is the order in which the squares of a loss are. Where the kernel sums in sequence
//! whatever the shape (notebook arithmetic), or each dot product has one term that isn't zero (a diagonal matrix), the
//! parameters are equal to the bit. A loss is a sum of n² terms that aren't negative; two orders of such a sum differ by
//! at most 2(n² − 1) unit roundoffs, that is 2(n² − 1) ULP.

use crate::descent::Start;
use crate::experiment::{Pair, Scalar};
use crate::libtorch::kind;
use crate::theory::contraction::{self, Rounding};
use crate::theory::{Curvature, Spectrum};
use anyhow::{Result, anyhow};
use serde::Serialize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use tch::{Device, Kind, Tensor, no_grad};

/// Runs that one thread computes together on the CPU: with more, their tensors outgrow its caches.
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
    /// The boundary before this cell; that of the last cell's end is `edge(cells)`.
    pub fn edge(&self, cell: usize) -> f64 {
        self.low + cell as f64 * (self.high - self.low) / self.cells as f64
    }

    /// The number that this cell stands for.
    pub fn centre(&self, cell: usize) -> f64 {
        self.low + (cell as f64 + 0.5) * (self.high - self.low) / self.cells as f64
    }

    /// The numbers of all cells.
    pub fn centres(&self) -> Vec<f64> {
        (0..self.cells).map(|cell| self.centre(cell)).collect()
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
        let momenta = self.momentum.centres().into_iter();
        let row = |momentum| {
            let rates = self.learning_rate.centres().into_iter();
            rates.map(move |learning_rate| Pair { learning_rate, momentum })
        };
        momenta.flat_map(row).collect()
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

/// Runs of the descent in one graph, between two steps, in the dtype `T`.
pub struct Batch<T> {
    identity: Tensor,
    random_inverse: Tensor,
    matrix: Tensor,
    learning_rate: Tensor,
    momentum: Tensor,
    dtype: std::marker::PhantomData<T>,
}

impl<T: Scalar> Batch<T> {
    /// A run from `start` for each pair, on `device`.
    ///
    /// # Errors
    /// When libtorch can't: no memory on the device.
    pub fn new(start: &Start, pairs: &[Pair], device: Device) -> Result<Batch<T>> {
        let runs = pairs.len() as i64;
        let n = start.matrix.size()[0];
        let each = |value: fn(&Pair) -> f64| -> Result<Tensor> {
            let values: Vec<f64> = pairs.iter().map(value).collect();
            let values = Tensor::f_from_slice(&values)?.f_reshape([runs, 1, 1])?;
            Ok(values.f_to_kind(kind(T::DTYPE))?.f_to_device(device)?)
        };
        let random_inverse = start.random_inverse.f_to_device(device)?.f_repeat([runs, 1, 1])?;
        Ok(Batch {
            identity: Tensor::f_eye(n, (kind(T::DTYPE), device))?,
            random_inverse: random_inverse.f_set_requires_grad(true)?,
            matrix: start.matrix.f_to_device(device)?,
            learning_rate: each(|pair| pair.learning_rate)?,
            momentum: each(|pair| pair.momentum)?,
            dtype: std::marker::PhantomData,
        })
    }

    /// Takes a step of every run; their losses at its start, of shape `[runs]`.
    ///
    /// # Errors
    /// When libtorch can't: no memory.
    pub fn step(&mut self) -> Result<Tensor> {
        let y_hat = self.random_inverse.f_matmul(&self.matrix)?;
        let square = self.identity.f_sub(&y_hat)?.f_pow_tensor_scalar(2)?;
        let losses = square.f_mean_dim([1, 2].as_slice(), false, kind(T::DTYPE))?;
        losses.f_sum(kind(T::DTYPE))?.f_backward()?;
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

/// About the bytes that a batch needs for each of its runs: 12 n×n matrices in a dtype of `width` bytes, and its losses
/// as f32.
pub fn bytes_a_run(size: usize, width: usize, steps: usize) -> u64 {
    let entries = (size as u64).pow(2);
    12 * entries * width as u64 + 4 * steps as u64
}

/// How a survey is computed.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    /// On this device.
    pub device: Device,
    /// By so many threads at once, each with batches of its own; more than one on the CPU only.
    pub workers: usize,
    /// In so many bytes of memory.
    pub memory: u64,
}

/// What becomes of a run from `start` for each of `pairs` in `steps` steps, batch by batch. `observe` is told of run-steps
/// that are done, and may end it all: then there is no result. Each operation is computed by the thread that asks for it if
/// libtorch was told so ([`tch::set_num_threads`]).
///
/// # Errors
/// When libtorch can't: no memory.
pub fn survey<T: Scalar>(
    start: &Start,
    spectrum: &Spectrum,
    pairs: &[Pair],
    steps: usize,
    means: Means,
    observe: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Result<Option<Vec<Point>>> {
    let width = T::DTYPE.width();
    let room = means.memory / means.workers as u64 / bytes_a_run(spectrum.size(), width, steps);
    let most = if means.device == Device::Cpu { BATCH_ON_CPU } else { usize::MAX };
    let size = usize::try_from(room).unwrap_or(usize::MAX).clamp(1, most);
    let batches: Vec<&[Pair]> = pairs.chunks(size).collect();
    let next = AtomicUsize::new(0);
    let work = |start: Start| -> Result<Vec<(usize, Vec<Point>)>> {
        let mut done = vec![];
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(pairs) = batches.get(index) else {
                return Ok(done);
            };
            match points::<T>(&start, spectrum, pairs, steps, means.device, observe)? {
                Some(points) => done.push((index, points)),
                None => return Ok(done),
            }
        }
    };
    let mut done = std::thread::scope(|scope| {
        // A tensor is handed from thread to thread, never shared: each worker has handles of its own.
        let workers: Vec<_> = (0..means.workers)
            .map(|_| {
                let start = start.shallow_clone();
                scope.spawn(|| work(start))
            })
            .collect();
        let mut done = vec![];
        for worker in workers {
            done.extend(worker.join().map_err(|_| anyhow!("a thread of the landscape panicked"))??);
        }
        anyhow::Ok(done)
    })?;
    if done.len() < batches.len() {
        return Ok(None);
    }
    done.sort_by_key(|&(index, _)| index);
    Ok(Some(done.into_iter().flat_map(|(_, points)| points).collect()))
}

/// One batch; `None` if `observe` ended it.
fn points<T: Scalar>(
    start: &Start,
    spectrum: &Spectrum,
    pairs: &[Pair],
    steps: usize,
    device: Device,
    observe: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Option<Vec<Point>>> {
    let mut batch = Batch::<T>::new(start, pairs, device)?;
    // One row a step.
    let mut losses = vec![0_f32; steps * pairs.len()];
    for row in losses.chunks_mut(pairs.len()) {
        let step = batch.step()?.f_to_kind(Kind::Float)?.f_to_device(Device::Cpu)?;
        step.f_copy_data(row, pairs.len())?;
        if observe(pairs.len() as u64).is_break() {
            return Ok(None);
        }
    }
    let unit = T::DTYPE.unit_roundoff();
    let point = |(run, &pair): (usize, &Pair)| {
        let losses: Vec<f32> = losses.iter().skip(run).step_by(pairs.len()).copied().collect();
        let rounding = Rounding { unit, floor: spectrum.rounding_floor(pair, unit) };
        Point {
            final_loss: losses.last().copied().unwrap_or(f32::NAN),
            contraction: contraction::measured(&losses, rounding).unwrap_or(f64::NAN),
            has_diverged: contraction::has_diverged(&losses),
        }
    };
    Ok(Some(pairs.iter().enumerate().map(point).collect()))
}

//! The notebook's loop on any experiment, by the port's own step.

use crate::descent::Quick;
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Experiment, Gradient, Matrix, Scalar};
use crate::libtorch::{Libtorch, flat, kind};
use crate::notebook::{Globals, mse};
use anyhow::{Context, Result};
use std::marker::PhantomData;
use std::ops::ControlFlow;
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Tensor};

/// What a run starts from, both n×n, on the CPU.
#[derive(Debug)]
pub struct Start {
    /// The parameter's first value.
    pub random_inverse: Tensor,
    /// The matrix to be inverted.
    pub matrix: Tensor,
}

/// A run that is taken step by step, whoever computes it.
pub trait Steps<T> {
    /// Takes a step and returns the loss at its start.
    fn step(&mut self) -> Result<T>;

    /// The parameter now: n×n, row by row.
    fn parameter(&self) -> Result<Vec<T>>;

    /// The parameter's gradient, already scaled by the momentum: n×n, row by row; zeros before the first step. With
    /// [`Gradient::Optimizer`] it is that of the last step alone, since the optimizer keeps the momentum to itself.
    fn gradient(&self) -> Result<Vec<T>>;
}

/// Draws the parameter, and the matrix where it is drawn, in the dtype `T`. A diagonal must have n entries, a given matrix
/// n×n.
pub fn start<T: Scalar>(libtorch: Libtorch, experiment: &Experiment) -> Result<Start> {
    let n = experiment.size as i64;
    let options = (kind(T::DTYPE), Device::Cpu);
    let _drawing = libtorch.generator();
    // The first draw makes libtorch's generator, from the system's random numbers. Without those, manual_seed would throw
    // through tch, which doesn't catch what it throws.
    let _ = Tensor::f_rand([1], options).context("libtorch can't make its generator of random numbers")?;
    tch::manual_seed(experiment.seed);
    let random_inverse = Tensor::f_rand([n, n], options)?;
    let matrix = match &experiment.matrix {
        Matrix::Diagonal(entries) => Tensor::f_from_slice(entries)?.f_to_kind(kind(T::DTYPE))?.f_diag(0)?,
        Matrix::Random => Tensor::f_rand([n, n], options)?,
        Matrix::Given(entries) => Tensor::f_from_slice(entries)?.f_reshape([n, n])?.f_to_kind(kind(T::DTYPE))?,
    };
    Ok(Start { random_inverse, matrix })
}

/// Runs `experiment` in the dtype `T`. `observe` sees each step's number and loss after the step, and may end
/// the run.
pub fn descend<T: Scalar>(
    libtorch: Libtorch,
    experiment: &Experiment,
    observe: impl FnMut(usize, T) -> ControlFlow<()>,
) -> Result<Trajectory<T>> {
    let mut run = run::<T>(experiment, start::<T>(libtorch, experiment)?)?;
    follow(&mut *run, experiment.steps, observe)
}

/// The run of `experiment` from `start`, by the cheapest step that there is: [`Quick`] where the gradient is scaled.
pub fn run<T: Scalar>(experiment: &Experiment, start: Start) -> Result<Box<dyn Steps<T>>> {
    Ok(match experiment.gradient {
        Gradient::Scaled => Box::new(Quick::new(experiment, start)?),
        Gradient::Optimizer => Box::new(Descent::new(experiment, start)?),
    })
}

/// Takes up to `steps` steps of `run`. `observe` sees each step's number and loss after the step, and may end the run.
pub fn follow<T: Copy>(
    run: &mut (impl Steps<T> + ?Sized),
    steps: usize,
    mut observe: impl FnMut(usize, T) -> ControlFlow<()>,
) -> Result<Trajectory<T>> {
    let mut losses = vec![];
    for t in 0..steps {
        let loss = run.step()?;
        losses.push(loss);
        if observe(t, loss).is_break() {
            break;
        }
    }
    Ok(Trajectory { losses, parameter: run.parameter()?, gradient: run.gradient()? })
}

/// A run through libtorch's autograd, between two steps, each of which is the port's `update` or the optimizer's.
pub struct Descent<T> {
    globals: Globals,
    matrix: Tensor,
    learning_rate: f64,
    momentum: f64,
    optimizer: Option<nn::Optimizer>,
    dtype: PhantomData<T>,
}

impl<T: Scalar> Descent<T> {
    /// A run from `start`.
    pub fn new(experiment: &Experiment, start: Start) -> Result<Descent<T>> {
        let Start { random_inverse, matrix } = start;
        let identity = Tensor::f_eye(experiment.size as i64, (kind(T::DTYPE), Device::Cpu))?;
        let (random_inverse, optimizer) = match experiment.gradient {
            Gradient::Scaled => (random_inverse.f_set_requires_grad(true)?, None),
            Gradient::Optimizer => {
                let mut variables = nn::VarStore::new(Device::Cpu);
                variables.set_kind(kind(T::DTYPE));
                let parameter = variables.root().f_var_copy("random_inverse", &random_inverse)?;
                let sgd = nn::Sgd { momentum: experiment.momentum, dampening: 0., wd: 0., nesterov: false };
                (parameter, Some(sgd.build(&variables, experiment.learning_rate)?))
            }
        };
        Ok(Descent {
            globals: Globals { Y_true: identity, random_inverse, t: 0 },
            matrix,
            learning_rate: experiment.learning_rate,
            momentum: experiment.momentum,
            optimizer,
            dtype: PhantomData,
        })
    }
}

impl<T: Scalar> Steps<T> for Descent<T> {
    fn step(&mut self) -> Result<T> {
        let Descent { globals, matrix, .. } = self;
        match &mut self.optimizer {
            None => {
                let mut losses = vec![];
                globals.update(matrix, self.learning_rate, &mut losses, self.momentum, None)?;
                globals.t += 1;
                Ok(T::from_f64(losses[0]))
            }
            Some(optimizer) => {
                let loss = mse(&globals.Y_true, &globals.random_inverse.matmul(matrix));
                optimizer.backward_step(&loss);
                Ok(T::from_f64(f64::try_from(loss.detach())?))
            }
        }
    }

    fn parameter(&self) -> Result<Vec<T>> {
        flat(&self.globals.random_inverse)
    }

    fn gradient(&self) -> Result<Vec<T>> {
        let parameter = &self.globals.random_inverse;
        let gradient = parameter.f_grad()?;
        if gradient.defined() { flat(&gradient) } else { flat(&parameter.f_zeros_like()?) }
    }
}

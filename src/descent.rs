//! The notebook's loop on any experiment: the only place besides the port that trains.

use crate::experiment::{Experiment, Gradient, Matrix};
use crate::matrix_inverse::{Globals, mse};
use crate::trajectory::Trajectory;
use anyhow::Result;
use std::ops::ControlFlow;
use std::sync::Mutex;
use tch::nn::{self, OptimizerConfig};
use tch::{Device, TchError, Tensor, no_grad};

/// A type that a run can be computed in, and read back from libtorch: `f32` or `f64`.
pub trait Float: tch::kind::Element + Copy + TryFrom<Tensor, Error = TchError> {}

impl Float for f32 {}
impl Float for f64 {}

/// What a run starts from, both n×n.
#[derive(Debug)]
pub struct Start {
    /// The parameter's first value.
    pub random_inverse: Tensor,
    /// The matrix to be inverted.
    pub matrix: Tensor,
}

/// The generator is one for the whole process: seeding and drawing must not be interleaved with another thread's.
static GENERATOR: Mutex<()> = Mutex::new(());

/// Draws the parameter, and the matrix where it is drawn, in the dtype `T`.
///
/// # Errors
/// When libtorch can't: no memory, or a matrix whose entries aren't n or n×n.
pub fn start<T: Float>(experiment: &Experiment) -> Result<Start> {
    let n = experiment.size as i64;
    let options = (T::KIND, Device::Cpu);
    let _drawing = GENERATOR
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    tch::manual_seed(experiment.seed);
    let random_inverse = Tensor::f_rand([n, n], options)?;
    let matrix = match &experiment.matrix {
        Matrix::Diagonal(entries) => Tensor::f_from_slice(entries)?
            .f_to_kind(T::KIND)?
            .f_diag(0)?,
        Matrix::Random => Tensor::f_rand([n, n], options)?,
        Matrix::Given(entries) => Tensor::f_from_slice(entries)?
            .f_reshape([n, n])?
            .f_to_kind(T::KIND)?,
    };
    Ok(Start {
        random_inverse,
        matrix,
    })
}

/// Runs `experiment` in the dtype `T`. `observe` sees each step's number and loss after the step, and may end the run.
///
/// # Errors
/// When libtorch can't: see [`start`].
pub fn descend<T: Float>(
    experiment: &Experiment,
    mut observe: impl FnMut(usize, T) -> ControlFlow<()>,
) -> Result<Trajectory<T>> {
    let Start {
        random_inverse,
        matrix,
    } = start::<T>(experiment)?;
    let mut losses = Vec::with_capacity(experiment.steps);
    let mut stepper = Stepper::new(experiment, random_inverse)?;
    for t in 0..experiment.steps {
        stepper.step(t, &matrix, experiment, &mut losses)?;
        if observe(t, losses[t]).is_break() {
            break;
        }
    }
    let parameter = &stepper.globals.random_inverse;
    Ok(Trajectory {
        losses,
        parameter: flat(parameter)?,
        gradient: flat(&parameter.f_grad()?)?,
    })
}

/// The two ways to take a step.
struct Stepper {
    globals: Globals,
    optimizer: Option<nn::Optimizer>,
}

impl Stepper {
    fn new(experiment: &Experiment, random_inverse: Tensor) -> Result<Stepper> {
        let n = experiment.size as i64;
        let identity = Tensor::f_eye(n, (random_inverse.kind(), Device::Cpu))?;
        let (random_inverse, optimizer) = match experiment.gradient {
            Gradient::Scaled => (random_inverse.set_requires_grad(true), None),
            Gradient::Optimizer => {
                let mut variables = nn::VarStore::new(Device::Cpu);
                variables.set_kind(random_inverse.kind());
                let parameter = variables
                    .root()
                    .f_var_copy("random_inverse", &random_inverse)?;
                let sgd = nn::Sgd {
                    momentum: experiment.momentum,
                    dampening: 0.,
                    wd: 0.,
                    nesterov: false,
                };
                (
                    parameter,
                    Some(sgd.build(&variables, experiment.learning_rate)?),
                )
            }
        };
        Ok(Stepper {
            globals: Globals {
                Y_true: identity,
                random_inverse,
                t: 0,
            },
            optimizer,
        })
    }

    fn step<T: Float>(
        &mut self,
        t: usize,
        matrix: &Tensor,
        experiment: &Experiment,
        losses: &mut Vec<T>,
    ) -> Result<()> {
        let Stepper { globals, optimizer } = self;
        match optimizer {
            None => {
                globals.t = t;
                globals.update(
                    matrix,
                    experiment.learning_rate,
                    losses,
                    experiment.momentum,
                    None,
                )
            }
            Some(optimizer) => {
                let loss = mse(&globals.Y_true, &globals.random_inverse.matmul(matrix));
                optimizer.backward_step(&loss);
                losses.push(T::try_from(loss.detach())?);
                Ok(())
            }
        }
    }
}

/// A tensor's values, row by row.
///
/// # Errors
/// When they aren't of type `T`, or can't be read.
pub fn flat<T: Float>(tensor: &Tensor) -> Result<Vec<T>> {
    Ok(no_grad(|| {
        tensor
            .f_flatten(0, -1)
            .and_then(|tensor| Vec::try_from(tensor))
    })?)
}

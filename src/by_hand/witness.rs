//! The loop by hand as a witness of libtorch: from the matrices that it draws, with the trees that are read off it.

use crate::by_hand::{self, Kernels, Problem, Trees};
use crate::descent::{Start, start};
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Dtype, Experiment, Scalar};
use crate::libtorch::{Libtorch, flat};
use anyhow::Result;
use tch::kind::Element;
use tch::{Device, Tensor};

/// Hands `take` the experiment as the loop by hand starts from it: drawn by libtorch, in the dtype `T`.
///
/// # Errors
/// When libtorch can't draw, or `take` fails.
pub fn with_problem<T: Scalar, R>(
    libtorch: Libtorch,
    experiment: &Experiment,
    take: impl FnOnce(&Problem<T>) -> Result<R>,
) -> Result<R> {
    let Start { random_inverse, matrix } = start::<T>(libtorch, experiment)?;
    let (matrix, parameter) = (flat(&matrix)?, flat(&random_inverse)?);
    take(&Problem {
        size: experiment.size,
        matrix: &matrix,
        parameter: &parameter,
        learning_rate: experiment.learning_rate,
        momentum: experiment.momentum,
    })
}

/// What the loop by hand gives for one experiment, in two orders of summation.
#[derive(Clone, Debug)]
pub struct Explained<T> {
    /// The orders in which this process's libtorch sums.
    pub trees: Trees,
    /// The run in these orders: libtorch's own, to the bit, if they explain it.
    pub here: Trajectory<T>,
    /// The run in the notebook's order.
    pub notebook: Trajectory<T>,
}

/// Reads the trees of libtorch, and runs the experiment by hand with them and with the notebook's.
///
/// # Errors
/// When libtorch can't compute, or doesn't sum in the order of a tree.
pub fn explain<T: Scalar + Element>(libtorch: Libtorch, experiment: &Experiment) -> Result<Explained<T>> {
    let trees = trees_of_libtorch::<T>(libtorch, experiment.size)?;
    with_problem(libtorch, experiment, |problem| {
        let here = by_hand::run(problem, Kernels::Trees(&trees), experiment.steps)?;
        let notebook = by_hand::run(problem, Kernels::Notebook, experiment.steps)?;
        Ok(Explained { here, notebook, trees: trees.clone() })
    })
}

/// Where the loop by hand and a series of losses part first, in two orders of summation; `None` if they don't.
#[derive(Clone, Copy, Debug)]
pub struct FirstDifferences {
    /// In the notebook's order.
    pub notebook: Option<usize>,
    /// In the order in which this process's libtorch sums.
    pub here: Option<usize>,
}

/// Compares `losses`, each exact in the experiment's dtype, with the loop by hand.
///
/// # Errors
/// As in [`explain`].
pub fn first_differences(libtorch: Libtorch, experiment: &Experiment, losses: &[f64]) -> Result<FirstDifferences> {
    fn between<T: Scalar + Element>(
        libtorch: Libtorch,
        experiment: &Experiment,
        losses: &[f64],
    ) -> Result<FirstDifferences> {
        let Explained { here, notebook, .. } = explain::<T>(libtorch, experiment)?;
        let first = |run: &Trajectory<T>| {
            run.losses.iter().zip(losses).position(|(ours, &theirs)| !ours.same(T::from_f64(theirs)))
        };
        Ok(FirstDifferences { notebook: first(&notebook), here: first(&here) })
    }
    match experiment.dtype {
        Dtype::F32 => between::<f32>(libtorch, experiment, losses),
        Dtype::F64 => between::<f64>(libtorch, experiment, losses),
    }
}

/// Reads the trees of the three sums of a step off libtorch, as autograd calls for them, for n×n matrices in the dtype `T`.
///
/// # Errors
/// When libtorch can't compute, or doesn't sum in the order of a tree.
pub fn trees_of_libtorch<T: Scalar + Element>(_: Libtorch, size: usize) -> Result<Trees> {
    let shape = [size as i64; 2];
    let square = |values: &[T]| Tensor::f_from_slice(values)?.f_reshape(shape);
    let zeros = Tensor::f_zeros(shape, (T::KIND, Device::Cpu))?;
    let forward = |left: &[T], right: &[T]| values(&square(left)?.f_matmul(&square(right)?)?);
    // The gradient of Σ (R·M)·G with respect to R is G·Mᵀ: exactly what the backward pass multiplies.
    let backward = |left: &[T], right: &[T]| {
        let parameter = zeros.copy().f_set_requires_grad(true)?;
        let matrix = square(right)?.f_tr()?.f_contiguous()?;
        let product = parameter.f_matmul(&matrix)?.f_mul(&square(left)?)?;
        product.f_sum(None)?.f_backward()?;
        values(&parameter.f_grad()?)
    };
    let mean = |terms: &[T]| Ok(values(&square(terms)?.f_mean(None)?)?[0]);
    Trees::read(size, tch::get_num_threads() as usize, forward, backward, mean)
}

fn values<T: Element + Copy>(tensor: &Tensor) -> Result<Vec<T>> {
    let mut values = vec![T::ZERO; tensor.numel()];
    tensor.f_copy_data(&mut values, tensor.numel())?;
    Ok(values)
}

//! The loop by hand as a witness of libtorch: from the matrices that it draws, with the trees that are read off it.

use crate::by_hand::trees::{self, Tree};
use crate::by_hand::{self, Kernels, Problem, Trees, reduce};
use crate::descent::{Start, start};
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Experiment, Scalar};
use crate::libtorch::{Libtorch, flat, kind, square};
use anyhow::{Context, Result};
use tch::Device;
use tch::nn::{self, OptimizerConfig};

/// Hands `take` the experiment as the loop by hand starts from it: drawn by libtorch, in the dtype `T`. An error:
/// libtorch can't draw, or `take` fails.
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
        gradient: experiment.gradient,
    })
}

/// Runs the experiment by hand in the order in which this process's libtorch sums, and in the notebook's. An error: see
/// [`trees_of_libtorch`].
pub fn explain<T: Scalar>(libtorch: Libtorch, experiment: &Experiment) -> Result<[Trajectory<T>; 2]> {
    let trees = trees_of_libtorch::<T>(libtorch, experiment.size)?;
    with_problem(libtorch, experiment, |problem| {
        let run = |kernels| by_hand::run(problem, kernels, experiment.steps);
        Ok([run(Kernels::Trees(&trees))?, run(Kernels::Notebook)?])
    })
}

/// Whoever computes the sums of a step on n×n matrices; n is at least 1, and all matrices are row by row.
pub trait Sums<T> {
    /// The product of two matrices, as the forward pass calls it.
    fn forward(&mut self, left: &[T], right: &[T]) -> Result<Vec<T>>;
    /// The product of two matrices, as autograd's backward pass calls it.
    fn backward(&mut self, left: &[T], right: &[T]) -> Result<Vec<T>>;
    /// The mean of n² numbers.
    fn mean(&mut self, values: &[T]) -> Result<T>;
    /// A parameter after one step of SGD without momentum.
    fn sgd(&mut self, parameter: T, gradient: T, learning_rate: f64) -> Result<T>;
    /// On so many threads.
    fn threads(&self) -> usize;
}

impl<T: Scalar> Sums<T> for Libtorch {
    fn forward(&mut self, left: &[T], right: &[T]) -> Result<Vec<T>> {
        let n = left.len().isqrt();
        flat(&square(left, n)?.f_matmul(&square(right, n)?)?)
    }

    fn backward(&mut self, left: &[T], right: &[T]) -> Result<Vec<T>> {
        let n = left.len().isqrt();
        // The gradient of Σ (R·M)·G with respect to R is G·Mᵀ: exactly what the backward pass multiplies.
        let parameter = square(left, n)?.f_zeros_like()?.f_set_requires_grad(true)?;
        let matrix = square(right, n)?.f_tr()?.f_contiguous()?;
        parameter.f_matmul(&matrix)?.f_mul(&square(left, n)?)?.f_sum(None)?.f_backward()?;
        flat(&parameter.f_grad()?)
    }

    fn mean(&mut self, values: &[T]) -> Result<T> {
        Ok(T::from_f64(square(values, values.len().isqrt())?.f_mean(None)?.f_double_value(&[])?))
    }

    fn sgd(&mut self, parameter: T, gradient: T, learning_rate: f64) -> Result<T> {
        let mut variables = nn::VarStore::new(Device::Cpu);
        variables.set_kind(kind(T::DTYPE));
        let parameter = variables.root().f_var_copy("parameter", &square(&[parameter], 1)?)?;
        let mut sgd = nn::Sgd::default().build(&variables, learning_rate)?;
        sgd.backward_step(&parameter.f_mul(&square(&[gradient], 1)?)?.f_sum(None)?);
        Ok(flat(&parameter)?[0])
    }

    fn threads(&self) -> usize {
        tch::get_num_threads() as usize
    }
}

/// Reads the trees of the three sums of a step on n×n matrices off this process's libtorch. An error: see [`trees_of`].
pub fn trees_of_libtorch<T: Scalar>(mut libtorch: Libtorch, n: usize) -> Result<Trees> {
    trees_of::<T>(&mut libtorch, n)
}

/// Reads the trees of the three sums of a step on n×n matrices off whoever computes them. An error: they can't be
/// computed, or aren't computed in the order of a tree.
pub fn trees_of<T: Scalar>(sums: &mut impl Sums<T>, n: usize) -> Result<Trees> {
    let forward = trees::read_product(n, |left, right| sums.forward(left, right)).context("the forward product")?;
    let backward = trees::read_product(n, |left, right| sums.backward(left, right)).context("the backward product")?;
    let loss = tree_of_mean(sums, n * n).context("the loss's sum")?;
    // A parameter that is the rounded product of learning rate and gradient becomes zero unless the product is fused.
    let factor = trees::square_rounds::<T>();
    let left = sums.sgd(T::from_f64(factor * factor), T::from_f64(factor), factor)?;
    Ok(Trees { forward, backward, loss, fused_update: left.to_f64() != 0.0 })
}

/// Of many terms, which take long to read, ATen's scheme is tried first: in vectors of each width, on all threads and on one.
fn tree_of_mean<T: Scalar>(sums: &mut impl Sums<T>, terms: usize) -> Result<Tree> {
    let threads = sums.threads();
    let schemes = [32, 64, 16].into_iter().flat_map(|bytes| [(bytes, threads), (bytes, 1)]);
    for (bytes, threads) in schemes.filter(|_| terms > 64) {
        let tree = reduce::tree(terms, bytes / T::DTYPE.width(), threads);
        if trees::sums_as(&tree, terms, |values| sums.mean(values))? {
            return Ok(tree);
        }
    }
    trees::read_sum(terms, terms, |values| sums.mean(values))
}

//! The loop by hand as a witness of libtorch: from the matrices that it draws, with the trees that are read off it.

use crate::by_hand::trees::{self, Tree};
use crate::by_hand::{self, Kernels, Problem, Trees, reduce};
use crate::descent::{Start, start};
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Dtype, Experiment, Scalar};
use crate::libtorch::{Libtorch, flat, kind, square};
use anyhow::{Context, Result};
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Tensor};

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

/// Reads the trees of the three sums of a step on n×n matrices off libtorch, each called as autograd calls it. An error:
/// libtorch can't compute, or doesn't sum in the order of a tree.
pub fn trees_of_libtorch<T: Scalar>(_: Libtorch, n: usize) -> Result<Trees> {
    let forward = |left: &[T], right: &[T]| flat(&square(left, n)?.f_matmul(&square(right, n)?)?);
    // The gradient of Σ (R·M)·G with respect to R is G·Mᵀ: exactly what the backward pass multiplies.
    let zeros = Tensor::f_zeros([n as i64; 2], (kind(T::DTYPE), Device::Cpu))?;
    let backward = |left: &[T], right: &[T]| {
        let parameter = zeros.copy().f_set_requires_grad(true)?;
        let matrix = square(right, n)?.f_tr()?.f_contiguous()?;
        parameter.f_matmul(&matrix)?.f_mul(&square(left, n)?)?.f_sum(None)?.f_backward()?;
        flat(&parameter.f_grad()?)
    };
    let forward = trees::read_product(n, forward).context("the forward product")?;
    let backward = trees::read_product(n, backward).context("the backward product")?;
    let loss = tree_of_mean::<T>(n).context("the loss's sum")?;
    Ok(Trees { forward, backward, loss, fused_update: fuses_the_update::<T>()? })
}

/// Whether the optimizer's step is one fused multiply-add: a parameter that is the rounded product of learning rate and
/// gradient doesn't become zero then.
fn fuses_the_update<T: Scalar>() -> Result<bool> {
    let factor = if T::DTYPE == Dtype::F32 { 1.0 + 0.5_f64.powi(12) } else { 1.0 + 0.5_f64.powi(27) };
    let mut variables = nn::VarStore::new(Device::Cpu);
    variables.set_kind(kind(T::DTYPE));
    let parameter = variables.root().f_var_copy("parameter", &Tensor::from(factor * factor))?;
    let mut sgd = nn::Sgd::default().build(&variables, factor)?;
    sgd.backward_step(&parameter.f_mul_scalar(factor)?);
    Ok(f64::try_from(parameter.f_detach()?)? != 0.0)
}

/// Of many terms, which take long to read, ATen's scheme is tried first: in vectors of each width, on all threads and on one.
fn tree_of_mean<T: Scalar>(n: usize) -> Result<Tree> {
    let terms = n * n;
    let mean = |values: &[T]| Ok(T::from_f64(square(values, n)?.f_mean(None)?.f_double_value(&[])?));
    let threads = tch::get_num_threads() as usize;
    let schemes = [32, 64, 16].into_iter().flat_map(|bytes| [(bytes, threads), (bytes, 1)]);
    for (bytes, threads) in schemes.filter(|_| terms > 1 << 10) {
        let tree = reduce::tree(terms, bytes / T::DTYPE.width(), threads);
        if trees::sums_as(&tree, terms, mean)? {
            return Ok(tree);
        }
    }
    trees::read_sum(terms, terms, mean)
}

//! The notebook's loop in plain Rust, without libtorch: the witness that libtorch's numbers are compared with.
//!
//! # The gradient
//!
//! With the parameter R, the matrix M, the residual `E = R·M − I` (all n×n) and the loss
//!
//! ```text
//! L = 1/n² Σ_ij E_ij²
//! ```
//!
//! the chain rule gives, since `E_ij = Σ_k R_ik M_kj − I_ij` depends on R_ik with the factor M_kj:
//!
//! ```text
//! ∂L/∂E_ij = 2/n² E_ij
//! ∂L/∂R_ik = Σ_j ∂L/∂E_ij ∂E_ij/∂R_ik = 2/n² Σ_j E_ij M_kj,   that is   ∂L/∂R = 2/n² (R·M − I) Mᵀ.
//! ```
//!
//! # The roundings
//!
//! Every operation rounds where libtorch's does (`tools/autograd/derivatives.yaml` and `aten/src/ATen/native` in
//! PyTorch's source), so the only freedom is the order in which sums are taken, [`Kernels`]:
//!
//! ```text
//! Y = R·M                 each entry a dot product                      (kernels.forward)
//! X = I − Y               rounds
//! L = (Σ X²) / n²         each square rounds, the sum, the quotient     (kernels.loss)
//! G = −((1/n²) · (2 X))   1/n² rounds, 2X is exact, the product rounds
//! D = G·Mᵀ                each entry a dot product                      (kernels.backward)
//! V = V + D               rounds; the first time V = D, exactly
//! R = R − α V             α V rounds, the difference rounds
//! V = β V                 rounds
//! ```
//!
//! The learning rate α and the momentum β are doubles that are rounded to the tensor's dtype first.

mod identify;
mod order;
mod reduce;
pub mod rounding;
pub mod witness;

pub use identify::{Identification, identify};
pub use order::{Order, Summation};
pub use reduce::Vectors;

use crate::descent::Steps;
use crate::experiment::Scalar;
use crate::experiment::trajectory::Trajectory;
use anyhow::{Result, ensure};
use std::fmt;

/// What the loop starts from. All matrices are n×n, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a, T> {
    /// The number of rows, n ≥ 1.
    pub size: usize,
    /// The matrix that is to be inverted (the notebook's `M`).
    pub matrix: &'a [T],
    /// The parameter (the notebook's `random_inverse`) before the first step.
    pub parameter: &'a [T],
    /// The notebook's `lr`.
    pub learning_rate: f64,
    /// The notebook's `momentum`: what the gradient is multiplied by after each step.
    pub momentum: f64,
}

/// The orders in which a library's kernels take the sums of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kernels {
    /// The product `R·M`.
    pub forward: Summation,
    /// The product `G·Mᵀ` of the backward pass.
    pub backward: Summation,
    /// The sum of the loss's squares.
    pub loss: Vectors,
}

impl Kernels {
    /// The kernels that gave the notebook's digits, and that MKL has when told `MKL_CBWR=AVX2,STRICT`.
    pub const NOTEBOOK: Kernels = Kernels {
        forward: Summation { order: Order::Sequence, fused: true },
        backward: Summation { order: Order::Sequence, fused: true },
        loss: Vectors::Bits256,
    };
}

impl fmt::Display for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Kernels { forward, backward, loss } = self;
        write!(f, "forward {forward}; backward {backward}; loss summed in {loss} vectors")
    }
}

/// Runs the loop for `steps` steps. Without any step the gradient is zero.
///
/// # Errors
/// When the size is 0, or a matrix doesn't have size² values.
pub fn run<T: Scalar>(problem: &Problem<T>, kernels: Kernels, steps: usize) -> Result<Trajectory<T>> {
    let mut run = State::new(problem, kernels)?;
    let mut losses = vec![T::from_f64(0.0); steps];
    run.advance(&mut losses);
    Ok(Trajectory { losses, parameter: run.parameter, gradient: run.gradient })
}

impl<T> Problem<'_, T> {
    pub(crate) fn check(&self) -> Result<()> {
        let size = self.size;
        ensure!(size > 0, "size: expected at least 1, got 0");
        for (name, values) in [("matrix", self.matrix), ("parameter", self.parameter)] {
            ensure!(
                Some(values.len()) == size.checked_mul(size),
                "{name}: expected {size}×{size} values, got {}",
                values.len()
            );
        }
        Ok(())
    }
}

/// The loop between two steps, with the room that a step needs: a step allocates nothing.
#[derive(Debug)]
pub struct State<T> {
    size: usize,
    kernels: Kernels,
    learning_rate: T,
    momentum: T,
    matrix: Vec<T>,
    /// The parameter: n×n, row by row.
    pub parameter: Vec<T>,
    /// Its gradient, already scaled by the momentum; −0 before the first step.
    pub gradient: Vec<T>,
    /// ∂L/∂Y, the gradient at the notebook's `Y_hat`.
    upstream: Vec<T>,
    squares: Vec<T>,
}

impl<T: Scalar> State<T> {
    /// The loop before its first step.
    ///
    /// # Errors
    /// When the size is 0, or a matrix doesn't have size² values.
    pub fn new(problem: &Problem<T>, kernels: Kernels) -> Result<Self> {
        problem.check()?;
        let count = problem.size * problem.size;
        Ok(State {
            size: problem.size,
            kernels,
            learning_rate: T::from_f64(problem.learning_rate),
            momentum: T::from_f64(problem.momentum),
            matrix: problem.matrix.to_vec(),
            parameter: problem.parameter.to_vec(),
            // −0 + x is x for every x, −0 included: so the first backward pass sets the gradient, as autograd's does.
            gradient: vec![T::from_f64(-0.0); count],
            upstream: vec![T::from_f64(0.0); count],
            squares: vec![T::from_f64(0.0); count],
        })
    }

    /// Takes as many steps as `losses` has places, and puts the loss before each step there.
    pub fn advance(&mut self, losses: &mut [T]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: this processor has both features.
            return unsafe { self.advance_fma(losses) };
        }
        self.advance_any(losses);
    }

    /// The same code, compiled for processors on which a fused multiply-add is one instruction.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn advance_fma(&mut self, losses: &mut [T]) {
        self.advance_any(losses);
    }

    #[inline(always)]
    fn advance_any(&mut self, losses: &mut [T]) {
        for loss in losses {
            // A size known to the compiler unrolls the notebook's case.
            *loss = if self.size == 4 { self.step_of(4) } else { self.step_of(self.size) };
        }
    }

    /// One step; returns the loss before it.
    #[inline(always)]
    fn step_of(&mut self, n: usize) -> T {
        let count = T::from_f64((n * n) as f64);
        let (zero, one, two) = (T::from_f64(0.0), T::from_f64(1.0), T::from_f64(2.0));
        let Kernels { forward, backward, loss } = self.kernels;
        let matrix = &self.matrix[..n * n];
        let parameter = &mut self.parameter[..n * n];
        let gradient = &mut self.gradient[..n * n];
        let upstream = &mut self.upstream[..n * n];
        let squares = &mut self.squares[..n * n];

        let factors = |i: usize, j: usize, k: usize| (parameter[i * n + k], matrix[k * n + j]);
        forward.each_dot(n, factors, |i, j, y_hat| {
            let y_true = if i == j { one } else { zero };
            let x = y_true - y_hat;
            squares[i * n + j] = x * x;
            upstream[i * n + j] = -((one / count) * (two * x));
        });
        let factors = |i: usize, j: usize, k: usize| (upstream[i * n + k], matrix[j * n + k]);
        backward.each_dot(n, factors, |i, j, d| {
            let at = i * n + j;
            let accumulated = gradient[at] + d;
            parameter[at] = parameter[at] - self.learning_rate * accumulated;
            gradient[at] = accumulated * self.momentum;
        });
        loss.sum(squares) / count
    }
}

impl<T: Scalar> Steps<T> for State<T> {
    fn step(&mut self) -> Result<T> {
        let mut loss = [T::from_f64(0.0)];
        self.advance(&mut loss);
        Ok(loss[0])
    }

    fn parameter(&self) -> Result<Vec<T>> {
        Ok(self.parameter.clone())
    }

    fn gradient(&self) -> Result<Vec<T>> {
        Ok(self.gradient.clone())
    }
}

//! The notebook's loop in plain Rust, without libtorch: the witness that libtorch's numbers are compared with.
//! May import `descent`, `theory`, `experiment`, `libtorch` and `output`, and `loops`, a package in this folder.
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
//! Y = R·M                 each entry a dot product, from 0 on           (Trees::forward)
//! X = I − Y               rounds
//! L = (Σ X²) / n²         each square rounds, the sum, the quotient     (Trees::loss)
//! G = −((1/n²) · (2 X))   1/n² rounds, 2X is exact, the product rounds
//! D = G·Mᵀ                each entry a dot product, from 0 on           (Trees::backward)
//! V = V + D               rounds; the first time V = D, exactly
//! R = R − α V             α V rounds, the difference rounds
//! V = β V                 rounds
//! ```
//!
//! An optimizer, `torch.optim.SGD` with dampening 0, ends the step otherwise. Its gradient is D alone:
//!
//! ```text
//! V = β V + D             each rounds; the first time, and without momentum, V = D
//! R = R − α V             rounds once where it is one fused multiply-add  (Trees::fused_update)
//! ```
//!
//! ATen's AVX2 and AVX-512 kernels fuse it, in whole vectors and in the entries left over alike; those for processors
//! without these don't.
//!
//! The learning rate α and the momentum β are doubles that are rounded to the tensor's dtype first.

#[cfg(not(miri))] // which can't call libtorch
pub(crate) mod lesson;
mod reduce;
#[cfg(not(miri))]
pub mod survey;
pub mod trees;
#[cfg(not(miri))]
pub mod witness;

use crate::descent::Steps;
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Dtype, Gradient, Scalar};
use anyhow::{Result, ensure};
use loops::{Run, Update, square_and_upstream};
use std::ops::Range;
use trees::{Entries, Program, Tree};

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
    /// How the gradient becomes a step.
    pub gradient: Gradient,
}

/// The orders in which the sums of one step are taken.
#[derive(Clone, Copy, Debug)]
pub enum Kernels<'a> {
    /// The order that gave the notebook's digits, and that MKL takes when told `MKL_CBWR=AVX2,STRICT`: products in sequence,
    /// each step a fused multiply-add; the loss's sum in ATen's 256-bit vectors; an optimizer's step fused. The fast path.
    Notebook,
    /// Any other.
    Trees(&'a Trees),
}

/// The orders of the three sums of a step on n×n matrices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trees {
    /// Of the product `R·M`.
    pub forward: Entries,
    /// Of the product `G·Mᵀ` of the backward pass.
    pub backward: Entries,
    /// Of the sum of the loss's n² squares.
    pub loss: Tree,
    /// Whether an optimizer's step `R − αV` is one fused multiply-add.
    pub fused_update: bool,
}

impl Trees {
    /// The notebook's order for n×n matrices, n ≥ 1: what [`Kernels::Notebook`] computes.
    pub fn of_the_notebook(size: usize, dtype: Dtype) -> Trees {
        let product = Entries::all(size, Tree::sequence(size, true));
        let loss = reduce::tree(size * size, 32 / dtype.width(), 1);
        Trees { forward: product.clone(), backward: product, loss, fused_update: true }
    }
}

/// Runs the loop for `steps` steps. Without any step the gradient is zero. An error: the size is 0, or a matrix doesn't
/// have size² values.
pub fn run<T: Scalar>(problem: &Problem<T>, kernels: Kernels, steps: usize) -> Result<Trajectory<T>> {
    let mut state = State::new(problem, kernels)?;
    let mut losses = vec![T::from_f64(0.0); steps];
    state.advance(&mut losses);
    Ok(Trajectory { losses, parameter: state.run.parameter, gradient: state.run.gradient })
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
    run: Run<T>,
    /// The orders; `None` for the notebook's.
    orders: Option<Orders<T>>,
}

impl<T: Scalar> State<T> {
    /// The loop before its first step. An error: as in [`run`].
    pub fn new(problem: &Problem<T>, kernels: Kernels) -> Result<Self> {
        problem.check()?;
        let update = Update {
            learning_rate: T::from_f64(problem.learning_rate),
            momentum: T::from_f64(problem.momentum),
            is_optimizer: problem.gradient == Gradient::Optimizer,
            is_fused: !matches!(kernels, Kernels::Trees(Trees { fused_update: false, .. })),
        };
        Ok(State {
            run: Run::new(problem.size, problem.matrix.to_vec(), problem.parameter.to_vec(), update),
            orders: match kernels {
                Kernels::Notebook => None,
                Kernels::Trees(trees) => Some(Orders::new(problem.size, trees)?),
            },
        })
    }

    /// Takes as many steps as `losses` has places, and puts the loss before each step there.
    pub fn advance(&mut self, losses: &mut [T]) {
        let State { run, orders } = self;
        match orders {
            None => T::advance(run, losses),
            Some(orders) => orders.advance(run, losses),
        }
    }

    /// The parameter: n×n, row by row.
    pub fn parameter(&self) -> &[T] {
        &self.run.parameter
    }

    /// Its gradient, already scaled by the momentum; with an optimizer, that of the last step alone. −0 before the first
    /// step.
    pub fn gradient(&self) -> &[T] {
        &self.run.gradient
    }
}

/// Trees made ready for the loop.
#[derive(Debug)]
struct Orders<T> {
    forward: Product,
    backward: Product,
    loss: Program,
    room: Vec<T>,
}

impl<T: Scalar> Orders<T> {
    fn new(n: usize, Trees { forward, backward, loss, .. }: &Trees) -> Result<Self> {
        ensure!(
            [forward.size, backward.size] == [n, n] && loss.terms() == n * n,
            "trees: expected those of {n}×{n} matrices, got those of {0}×{0}",
            forward.size
        );
        let (forward, backward, loss) = (Product::new(forward), Product::new(backward), Program::new(loss));
        let rows = forward.programs.iter().chain(&backward.programs).map(|program| program.rows).max();
        let room = vec![T::from_f64(0.0); (rows.unwrap_or(1) * n).max(loss.rows)];
        Ok(Orders { forward, backward, loss, room })
    }

    fn advance(&mut self, run: &mut Run<T>, losses: &mut [T]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: this processor has both features.
            return unsafe { self.advance_fma(run, losses) };
        }
        self.advance_any(run, losses);
    }

    /// The same code, compiled for processors on which a fused multiply-add is one instruction.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn advance_fma(&mut self, run: &mut Run<T>, losses: &mut [T]) {
        self.advance_any(run, losses);
    }

    #[inline(always)]
    fn advance_any(&mut self, run: &mut Run<T>, losses: &mut [T]) {
        for loss in losses {
            *loss = self.step(run);
        }
    }

    /// One step in these orders; returns the loss before it.
    #[inline(always)]
    fn step(&mut self, run: &mut Run<T>) -> T {
        let Run { size: n, update, matrix, transposed, parameter, gradient, buffer, upstream, squares } = run;
        let Orders { forward, backward, loss, room } = self;
        let count = T::from_f64((*n * *n) as f64);
        forward.each_dot(*n, room, parameter, matrix, |at, y_hat| {
            (squares[at], upstream[at]) = square_and_upstream(y_hat, at / *n == at % *n, count);
        });
        backward.each_dot(*n, room, upstream, transposed, |at, d| {
            update.entry(d, &mut parameter[at], &mut gradient[at], &mut buffer[at]);
        });
        loss.run(room, 1, |_| T::from_f64(1.0), |k| &squares[k..=k]);
        room[0] / count
    }
}

/// A product's programs, and where each holds: entries of one row that stand together.
#[derive(Debug)]
struct Product {
    programs: Vec<Program>,
    /// Row, columns and the place of the program.
    pieces: Vec<(usize, Range<usize>, usize)>,
}

impl Product {
    fn new(entries: &Entries) -> Product {
        let mut pieces = vec![];
        for (row, which) in entries.which.chunks(entries.size).enumerate() {
            let mut start = 0;
            for same in which.chunk_by(|a, b| a == b) {
                pieces.push((row, start..start + same.len(), same[0]));
                start += same.len();
            }
        }
        Product { programs: entries.trees.iter().map(Program::new).collect(), pieces }
    }

    /// Hands each entry of the n×n matrices' product to `take`, with its place.
    #[inline(always)]
    fn each_dot<T: Scalar>(&self, n: usize, room: &mut [T], left: &[T], right: &[T], mut take: impl FnMut(usize, T)) {
        for (row, columns, program) in &self.pieces {
            let right = |k: usize| &right[k * n..][columns.clone()];
            self.programs[*program].run(room, columns.len(), |k| left[row * n + k], right);
            for (j, &sum) in columns.clone().zip(&*room) {
                take(row * n + j, sum);
            }
        }
    }
}

impl<T: Scalar> Steps<T> for State<T> {
    fn step(&mut self) -> Result<T> {
        let mut loss = [T::from_f64(0.0)];
        self.advance(&mut loss);
        Ok(loss[0])
    }

    fn parameter(&self) -> Result<Vec<T>> {
        Ok(self.run.parameter.clone())
    }

    fn gradient(&self) -> Result<Vec<T>> {
        Ok(self.run.gradient.clone())
    }
}

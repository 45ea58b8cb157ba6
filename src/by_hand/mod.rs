//! The notebook's loop in plain Rust, without libtorch: the witness that libtorch's numbers are compared with.
//! May import `descent`, `experiment`, `libtorch` and `output`.
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

mod reduce;
pub mod trees;
#[cfg(not(miri))] // which can't call libtorch
pub mod witness;

use crate::descent::Steps;
use crate::experiment::trajectory::Trajectory;
use crate::experiment::{Dtype, Gradient, Scalar};
use anyhow::{Result, ensure};
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
    /// The orders; `None` for the notebook's.
    orders: Option<Orders<T>>,
    way: Gradient,
    update: Update<T>,
    matrix: Vec<T>,
    /// The parameter: n×n, row by row.
    pub parameter: Vec<T>,
    /// Its gradient, already scaled by the momentum; with an optimizer, that of the last step alone. −0 before the first
    /// step.
    pub gradient: Vec<T>,
    /// What an optimizer keeps: its V.
    buffer: Vec<T>,
    /// ∂L/∂Y, the gradient at the notebook's `Y_hat`.
    upstream: Vec<T>,
    squares: Vec<T>,
}

impl<T: Scalar> State<T> {
    /// The loop before its first step. An error: as in [`run`].
    pub fn new(problem: &Problem<T>, kernels: Kernels) -> Result<Self> {
        problem.check()?;
        let count = problem.size * problem.size;
        Ok(State {
            size: problem.size,
            orders: match kernels {
                Kernels::Notebook => None,
                Kernels::Trees(trees) => Some(Orders::new(problem, trees)?),
            },
            way: problem.gradient,
            update: Update {
                learning_rate: T::from_f64(problem.learning_rate),
                momentum: T::from_f64(problem.momentum),
                fused: !matches!(kernels, Kernels::Trees(Trees { fused_update: false, .. })),
            },
            matrix: problem.matrix.to_vec(),
            parameter: problem.parameter.to_vec(),
            // −0 + x is x for every x, −0 included: so the first backward pass sets the gradient, as autograd's does.
            gradient: vec![T::from_f64(-0.0); count],
            buffer: vec![T::from_f64(-0.0); count],
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
        match self.way {
            Gradient::Scaled => self.advance_by::<false>(losses),
            Gradient::Optimizer => self.advance_by::<true>(losses),
        }
    }

    #[inline(always)]
    fn advance_by<const OPTIMIZER: bool>(&mut self, losses: &mut [T]) {
        let mut orders = self.orders.take();
        for loss in losses {
            *loss = match &mut orders {
                Some(orders) => self.step_in::<OPTIMIZER>(orders),
                // A size known to the compiler unrolls the notebook's case.
                None if self.size == 4 => self.step_of::<OPTIMIZER>(4),
                None => self.step_of::<OPTIMIZER>(self.size),
            };
        }
        self.orders = orders;
    }

    /// One step in the notebook's order; returns the loss before it.
    #[inline(always)]
    fn step_of<const OPTIMIZER: bool>(&mut self, n: usize) -> T {
        let count = T::from_f64((n * n) as f64);
        // Slices of a length known to the compiler.
        let matrix = &self.matrix[..n * n];
        let parameter = &mut self.parameter[..n * n];
        let gradient = &mut self.gradient[..n * n];
        let buffer = &mut self.buffer[..n * n];
        let upstream = &mut self.upstream[..n * n];
        let squares = &mut self.squares[..n * n];
        for i in 0..n {
            for j in 0..n {
                let y_hat = in_sequence_fused(n, |k| (parameter[i * n + k], matrix[k * n + j]));
                let at = i * n + j;
                (squares[at], upstream[at]) = square_and_upstream(y_hat, i == j, count);
            }
        }
        for i in 0..n {
            for j in 0..n {
                let d = in_sequence_fused(n, |k| (upstream[i * n + k], matrix[j * n + k]));
                let at = i * n + j;
                self.update.entry::<OPTIMIZER>(d, &mut parameter[at], &mut gradient[at], &mut buffer[at]);
            }
        }
        reduce::sum(squares, 32 / T::DTYPE.width()) / count
    }

    /// One step in other orders; returns the loss before it.
    #[inline(always)]
    fn step_in<const OPTIMIZER: bool>(&mut self, orders: &mut Orders<T>) -> T {
        let n = self.size;
        let count = T::from_f64((n * n) as f64);
        let Orders { forward, backward, loss, transposed, room } = orders;
        forward.each_dot(n, room, &self.parameter, &self.matrix, |at, y_hat| {
            (self.squares[at], self.upstream[at]) = square_and_upstream(y_hat, at / n == at % n, count);
        });
        backward.each_dot(n, room, &self.upstream, transposed, |at, d| {
            self.update.entry::<OPTIMIZER>(d, &mut self.parameter[at], &mut self.gradient[at], &mut self.buffer[at]);
        });
        loss.run(room, 1, |_| T::from_f64(1.0), |k| &self.squares[k..=k]);
        room[0] / count
    }
}

/// The entry's part of Σ X², and its G.
#[inline(always)]
fn square_and_upstream<T: Scalar>(y_hat: T, on_diagonal: bool, count: T) -> (T, T) {
    let (one, two) = (T::from_f64(1.0), T::from_f64(2.0));
    let x = (if on_diagonal { one } else { T::from_f64(0.0) }) - y_hat;
    (x * x, -((one / count) * (two * x)))
}

/// The end of a step.
#[derive(Clone, Copy, Debug)]
struct Update<T> {
    learning_rate: T,
    momentum: T,
    /// Whether an optimizer's step rounds once.
    fused: bool,
}

impl<T: Scalar> Update<T> {
    /// Moves one entry of R, of its gradient and of an optimizer's V by the entry `d` of D.
    #[inline(always)]
    fn entry<const OPTIMIZER: bool>(self, d: T, parameter: &mut T, gradient: &mut T, buffer: &mut T) {
        if !OPTIMIZER {
            let accumulated = *gradient + d;
            *parameter = *parameter - self.learning_rate * accumulated;
            *gradient = accumulated * self.momentum;
            return;
        }
        *gradient = d;
        *buffer = *buffer * self.momentum + d;
        *parameter = if self.fused {
            (-self.learning_rate).mul_add(*buffer, *parameter)
        } else {
            *parameter - self.learning_rate * *buffer
        };
    }
}

/// The dot product of n ≥ 1 pairs of factors in the notebook's order.
#[inline(always)]
fn in_sequence_fused<T: Scalar>(n: usize, factors: impl Fn(usize) -> (T, T)) -> T {
    (0..n).fold(T::from_f64(0.0), |sum, k| {
        let (a, b) = factors(k);
        a.mul_add(b, sum)
    })
}

/// Trees made ready for the loop.
#[derive(Debug)]
struct Orders<T> {
    forward: Product,
    backward: Product,
    loss: Program,
    /// Mᵀ, row by row.
    transposed: Vec<T>,
    room: Vec<T>,
}

impl<T: Scalar> Orders<T> {
    fn new(problem: &Problem<T>, Trees { forward, backward, loss, .. }: &Trees) -> Result<Self> {
        let n = problem.size;
        ensure!(
            [forward.size, backward.size] == [n, n] && loss.terms() == n * n,
            "trees: expected those of {n}×{n} matrices, got those of {0}×{0}",
            forward.size
        );
        let (forward, backward, loss) = (Product::new(forward), Product::new(backward), Program::new(loss));
        let rows = forward.programs.iter().chain(&backward.programs).map(|program| program.rows).max();
        let room = vec![T::from_f64(0.0); (rows.unwrap_or(1) * n).max(loss.rows)];
        let transposed = (0..n * n).map(|at| problem.matrix[at % n * n + at / n]).collect();
        Ok(Orders { forward, backward, loss, transposed, room })
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
        Ok(self.parameter.clone())
    }

    fn gradient(&self) -> Result<Vec<T>> {
        Ok(self.gradient.clone())
    }
}

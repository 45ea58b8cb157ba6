//! The notebook's loop in the notebook's order of sums. The formulas and their roundings stand in the main package's `by_hand`.
//!
//! # Where a step's time goes
//!
//! A row of a product is a sum of rows, each times a number, so a processor adds a whole row at once, each entry in its
//! order: at n = 4 the 128 multiply-adds are 32 instructions, which take 16 cycles on two units. What limits a single run is
//! that each operation waits for the one before. With 4 cycles for a multiply-add and 3 for the others (Zen 4):
//!
//! ```text
//! Y    4 multiply-adds, one after another      16
//! G    I − Y, 2X, times 1/n²                    9
//! D    4 multiply-adds, one after another      16
//! R    V + D, α V, R − α V                      9
//! ```
//!
//! These 50 cycles can't be had for less in this order of sums. Before each product the compiler also puts the entries
//! where its vectors want them, which takes most of the rest. The loss's eight additions in sequence run beside the next
//! step. Runs side by side wait for nothing: their steps take as long as the units need for their operations.

use crate::{Number, reduce};

/// The loop between two steps, with the room that a step needs: a step allocates nothing. All matrices are n×n, row by row.
#[derive(Clone, Debug)]
pub struct Run<V, M = Vec<V>> {
    /// n.
    pub size: usize,
    /// The end of a step.
    pub update: Update<V>,
    /// The matrix that is to be inverted.
    pub matrix: M,
    /// It transposed.
    pub transposed: M,
    /// The parameter.
    pub parameter: M,
    /// Its gradient, already scaled by the momentum; with an optimizer, that of the last step alone. −0 before the first
    /// step.
    pub gradient: M,
    /// What an optimizer keeps: its V.
    pub buffer: M,
    /// ∂L/∂Y, the gradient at the notebook's `Y_hat`.
    pub upstream: M,
    /// The squares of the residual's entries.
    pub squares: M,
}

impl<V: Number> Run<V> {
    /// The loop before its first step. Both matrices have size² entries.
    pub fn new(size: usize, matrix: Vec<V>, parameter: Vec<V>, update: Update<V>) -> Run<V> {
        let all = |value| vec![V::from_f64(value); size * size];
        Run {
            size,
            update,
            transposed: (0..size * size).map(|at| matrix[at % size * size + at / size]).collect(),
            matrix,
            parameter,
            // −0 + x is x for every x, −0 included: so the first backward pass sets the gradient, as autograd's does.
            gradient: all(-0.0),
            buffer: all(-0.0),
            upstream: all(0.0),
            squares: all(0.0),
        }
    }

    /// Takes as many steps as `losses` has places, and puts the loss before each step there.
    #[inline(always)]
    pub(crate) fn advance<const OPTIMIZER: bool>(&mut self, losses: &mut [V]) {
        #[cfg(target_arch = "x86_64")]
        {
            if size_of::<V>() == 64 {
                // SAFETY: lanes of 64 bytes are only made where the processor has the feature.
                return unsafe { self.advance_avx512::<OPTIMIZER>(losses) };
            }
            if size_of::<V>() == 32 || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: likewise lanes of 32 bytes; or this processor has both features.
                return unsafe { self.advance_avx2::<OPTIMIZER>(losses) };
            }
        }
        self.advance_any::<OPTIMIZER>(losses);
    }

    /// The same code, compiled for processors with vectors of 64 bytes.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn advance_avx512<const OPTIMIZER: bool>(&mut self, losses: &mut [V]) {
        self.advance_any::<OPTIMIZER>(losses);
    }

    /// The same code, compiled for processors on which a fused multiply-add is one instruction.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn advance_avx2<const OPTIMIZER: bool>(&mut self, losses: &mut [V]) {
        self.advance_any::<OPTIMIZER>(losses);
    }

    #[inline(always)]
    fn advance_any<const OPTIMIZER: bool>(&mut self, losses: &mut [V]) {
        let Ok(mut four) = self.in_arrays::<16>() else {
            for loss in losses {
                *loss = self.step::<OPTIMIZER>(self.size);
            }
            return;
        };
        // A size known to the compiler unrolls the notebook's case, and keeps it in the processor's registers.
        for loss in losses {
            *loss = four.step::<OPTIMIZER>(4);
        }
        self.parameter.copy_from_slice(&four.parameter);
        self.gradient.copy_from_slice(&four.gradient);
        self.buffer.copy_from_slice(&four.buffer);
    }

    /// An error: a matrix hasn't this many entries.
    #[inline(always)]
    fn in_arrays<const COUNT: usize>(&self) -> Result<Run<V, [V; COUNT]>, std::array::TryFromSliceError> {
        let array = |values: &[V]| values.try_into();
        Ok(Run {
            size: self.size,
            update: self.update,
            matrix: array(&self.matrix)?,
            transposed: array(&self.transposed)?,
            parameter: array(&self.parameter)?,
            gradient: array(&self.gradient)?,
            buffer: array(&self.buffer)?,
            upstream: array(&self.upstream)?,
            squares: array(&self.squares)?,
        })
    }
}

impl<V: Number, M: AsRef<[V]> + AsMut<[V]>> Run<V, M> {
    /// One step; returns the loss before it.
    #[inline(always)]
    fn step<const OPTIMIZER: bool>(&mut self, n: usize) -> V {
        let count = V::from_f64((n * n) as f64);
        let (matrix, transposed) = (self.matrix.as_ref(), self.transposed.as_ref());
        let (parameter, gradient, buffer) = (self.parameter.as_mut(), self.gradient.as_mut(), self.buffer.as_mut());
        let (upstream, squares) = (self.upstream.as_mut(), self.squares.as_mut());
        let update = Update { is_optimizer: OPTIMIZER, ..self.update };
        for i in 0..n {
            let row = i * n..i * n + n;
            multiply(&parameter[row.clone()], matrix, &mut squares[row.clone()]);
            for at in row {
                (squares[at], upstream[at]) = square_and_upstream(squares[at], at == i * n + i, count);
            }
        }
        let loss = reduce::sum(squares, 32 / V::WIDTH) / count;
        for i in 0..n {
            let row = i * n..i * n + n;
            multiply(&upstream[row.clone()], transposed, &mut squares[row.clone()]);
            for at in row {
                update.entry(squares[at], &mut parameter[at], &mut gradient[at], &mut buffer[at]);
            }
        }
        loss
    }
}

/// A row times an n×n matrix: each entry a sum in sequence, of fused multiply-adds, beside the row's other entries.
#[inline(always)]
fn multiply<V: Number>(left: &[V], right: &[V], product: &mut [V]) {
    let n = product.len();
    let mut j = 0;
    while j + 16 <= n {
        columns::<V, 16>(left, &right[j..], &mut product[j..]);
        j += 16;
    }
    while j + 4 <= n {
        columns::<V, 4>(left, &right[j..], &mut product[j..]);
        j += 4;
    }
    while j < n {
        columns::<V, 1>(left, &right[j..], &mut product[j..]);
        j += 1;
    }
}

/// The first `WIDTH` entries.
#[inline(always)]
fn columns<V: Number, const WIDTH: usize>(left: &[V], right: &[V], product: &mut [V]) {
    let mut sums = [V::from_f64(0.0); WIDTH];
    for (&left, right) in left.iter().zip(right.chunks(left.len())) {
        for (sum, &right) in sums.iter_mut().zip(&right[..WIDTH]) {
            *sum = left.mul_add(right, *sum);
        }
    }
    product[..WIDTH].copy_from_slice(&sums);
}

/// The entry's part of Σ X², and its G.
#[inline(always)]
pub fn square_and_upstream<V: Number>(y_hat: V, on_diagonal: bool, count: V) -> (V, V) {
    let (one, two) = (V::from_f64(1.0), V::from_f64(2.0));
    let x = (if on_diagonal { one } else { V::from_f64(0.0) }) - y_hat;
    (x * x, -((one / count) * (two * x)))
}

/// The end of a step.
#[derive(Clone, Copy, Debug)]
pub struct Update<V> {
    /// Rounded to the run's dtype.
    pub learning_rate: V,
    /// Likewise.
    pub momentum: V,
    /// Whether an optimizer takes the step.
    pub is_optimizer: bool,
    /// Whether its step rounds once.
    pub is_fused: bool,
}

impl<V: Number> Update<V> {
    /// Moves one entry of R, of its gradient and of an optimizer's V by the entry `d` of D.
    #[inline(always)]
    pub fn entry(self, d: V, parameter: &mut V, gradient: &mut V, buffer: &mut V) {
        if !self.is_optimizer {
            let accumulated = *gradient + d;
            *parameter = *parameter - self.learning_rate * accumulated;
            *gradient = accumulated * self.momentum;
            return;
        }
        *gradient = d;
        *buffer = *buffer * self.momentum + d;
        *parameter = if self.is_fused {
            (-self.learning_rate).mul_add(*buffer, *parameter)
        } else {
            *parameter - self.learning_rate * *buffer
        };
    }
}

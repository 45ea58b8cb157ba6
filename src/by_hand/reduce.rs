//! The sum of a tensor's elements, in the order in which ATen's vectorised CPU kernel takes it.

use crate::experiment::Scalar;
use std::fmt;

/// The width of the vectors that ATen's reduction works with.
///
/// The width is the processor's: 256 bits with AVX2 and in ATen's default build for x86-64, 512 with AVX-512,
/// 128 with NEON. It decides which squares of the loss are added first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vectors {
    /// x86-64 without AVX-512, or ATen told so by `ATEN_CPU_CAPABILITY=avx2`.
    Bits256,
    /// x86-64 with AVX-512.
    Bits512,
    /// aarch64 with NEON.
    Bits128,
}

impl Vectors {
    /// Every width, the commonest first.
    pub const ALL: [Vectors; 3] = [Vectors::Bits256, Vectors::Bits512, Vectors::Bits128];

    /// The sum of all values, as `torch.sum` gives it for a contiguous tensor on the CPU.
    ///
    /// Source: `cascade_sum` in PyTorch's `aten/src/ATen/native/cpu/SumKernel.cpp`. The values are read as a row of
    /// vectors. Vectors 0, 4, 8 … are summed in cascade, so are 1, 5, 9 … and the other two; the vectors that are left
    /// over go to the first of the four sums, which then takes in the others. At last the lanes are added, in
    /// sequence, to the sum of the values that fill no vector. Fewer values than a vector has lanes are taken
    /// one by one, as vectors of one lane.
    ///
    /// Exact below 32768 values; from there on libtorch splits the sum among its threads, if it has more than one.
    #[inline(always)]
    pub(super) fn sum<T: Scalar>(self, values: &[T]) -> T {
        // A width known to the compiler unrolls the notebook's case.
        match self {
            Vectors::Bits256 => sum(values, 32 / T::DTYPE.width()),
            Vectors::Bits512 => sum(values, 64 / T::DTYPE.width()),
            Vectors::Bits128 => sum(values, 16 / T::DTYPE.width()),
        }
    }
}

#[inline(always)]
fn sum<T: Scalar>(values: &[T], width: usize) -> T {
    let lanes = if values.len() < width { 1 } else { width };
    let vectors = values.len() / lanes;
    let rows = vectors / 4;

    let mut total = T::from_f64(0.0);
    for &value in &values[vectors * lanes..] {
        total = total + value;
    }
    for lane in 0..lanes {
        let value = |vector: usize| values[vector * lanes + lane];
        let mut sum = cascade(rows, |row| value(4 * row));
        for vector in 4 * rows..vectors {
            sum = sum + value(vector);
        }
        for i in 1..4 {
            sum = sum + cascade(rows, |row| value(4 * row + i));
        }
        total = total + sum;
    }
    total
}

/// Sums in blocks, the blocks' sums in blocks again, and so on for four levels, so that rounding errors stay small.
#[inline(always)]
fn cascade<T: Scalar>(count: usize, value: impl Fn(usize) -> T) -> T {
    const LEVELS: usize = 4;
    let zero = T::from_f64(0.0);
    let mut levels = [zero; LEVELS];
    let log2 = count.next_power_of_two().trailing_zeros() as usize;
    let power = (log2 / LEVELS).max(4);
    let block = 1 << power;

    let whole = count - count % block;
    for start in (0..whole).step_by(block) {
        for i in start..start + block {
            levels[0] = levels[0] + value(i);
        }
        let done = start + block;
        for level in 1..LEVELS {
            levels[level] = levels[level] + levels[level - 1];
            levels[level - 1] = zero;
            if done & ((block - 1) << (level * power)) != 0 {
                break;
            }
        }
    }
    let last = (whole..count).fold(levels[0], |sum, i| sum + value(i));
    levels[1..].iter().fold(last, |sum, &level| sum + level)
}

impl fmt::Display for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Vectors::Bits256 => "256-bit",
            Vectors::Bits512 => "512-bit",
            Vectors::Bits128 => "128-bit",
        })
    }
}

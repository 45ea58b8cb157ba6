//! The order in which ATen's vectorised CPU kernel sums a tensor's elements.
//!
//! Source: `cascade_sum` in PyTorch's `aten/src/ATen/native/cpu/SumKernel.cpp`. The values are read as a row of vectors.
//! Vectors 0, 4, 8 … are summed in cascade, so are 1, 5, 9 … and the other two; the vectors that are left over go to the
//! first of the four sums, which then takes in the others. At last the lanes are added, in sequence, to the sum of the
//! values that fill no vector. Fewer values than a vector has lanes are taken one by one, as vectors of one lane.

use crate::Number;

/// The sum of `values`, as `torch.sum` gives it on one thread in vectors of `lanes` values.
#[inline(always)]
pub(crate) fn sum<V: Number>(values: &[V], lanes: usize) -> V {
    sum_of(values.len(), lanes, V::from_f64(0.0), |at| values[at], &mut |a, b| a + b)
}

/// The same sum of `count` values, of whatever can be added.
#[inline(always)]
pub fn sum_of<V: Copy>(
    count: usize,
    width: usize,
    zero: V,
    value: impl Fn(usize) -> V,
    add: &mut impl FnMut(V, V) -> V,
) -> V {
    let lanes = if count < width { 1 } else { width };
    let vectors = count / lanes;
    let rows = vectors / 4;

    let mut total = zero;
    for at in vectors * lanes..count {
        total = add(total, value(at));
    }
    for lane in 0..lanes {
        let value = |vector: usize| value(vector * lanes + lane);
        let mut sum = cascade(rows, zero, |row| value(4 * row), add);
        for vector in 4 * rows..vectors {
            sum = add(sum, value(vector));
        }
        // Without rows the other three sums are zero, which changes nothing.
        for i in 1..if rows > 0 { 4 } else { 1 } {
            let other = cascade(rows, zero, |row| value(4 * row + i), add);
            sum = add(sum, other);
        }
        total = add(total, sum);
    }
    total
}

/// Sums in blocks, the blocks' sums in blocks again, and so on for four levels, so that rounding errors stay small.
#[inline(always)]
fn cascade<V: Copy>(count: usize, zero: V, value: impl Fn(usize) -> V, add: &mut impl FnMut(V, V) -> V) -> V {
    const LEVELS: usize = 4;
    let mut levels = [zero; LEVELS];
    let log2 = count.next_power_of_two().trailing_zeros() as usize;
    let power = (log2 / LEVELS).max(4);
    let block = 1 << power;

    let whole = count - count % block;
    if whole == 0 {
        return (0..count).fold(zero, |sum, i| add(sum, value(i)));
    }
    for start in (0..whole).step_by(block) {
        for i in start..start + block {
            levels[0] = add(levels[0], value(i));
        }
        let done = start + block;
        for level in 1..LEVELS {
            levels[level] = add(levels[level], levels[level - 1]);
            levels[level - 1] = zero;
            if done & ((block - 1) << (level * power)) != 0 {
                break;
            }
        }
    }
    let last = (whole..count).fold(levels[0], |sum, i| add(sum, value(i)));
    levels[1..].iter().fold(last, |sum, &level| add(sum, level))
}

//! Runs that start alike, with a learning rate and a momentum each, lane by lane.

use crate::{Number, Run, Scalar, Update};
use std::ops::ControlFlow;

/// What the runs are.
#[derive(Clone, Copy, Debug)]
pub struct SideBySide<'a, T> {
    /// n.
    pub size: usize,
    /// The matrix that is to be inverted, n×n, row by row.
    pub matrix: &'a [T],
    /// The parameter before the first step, likewise.
    pub parameter: &'a [T],
    /// The learning rate and the momentum of each run.
    pub pairs: &'a [[T; 2]],
    /// Steps of each run.
    pub steps: usize,
}

/// Is told how many steps of single runs were just taken, and may end it all.
pub type Observe<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;
/// Takes a run's number, its losses, one a step, and its last parameter.
pub type Take<'a, T> = &'a mut dyn FnMut(usize, &[T], &[T]);

/// Numbers of the kind `T` side by side.
pub(crate) trait Side<T>: Number {
    const LANES: usize;

    fn of(lane: impl FnMut(usize) -> T) -> Self;

    fn lane(&self, lane: usize) -> T;
}

impl<T: Scalar> Side<T> for T {
    const LANES: usize = 1;

    fn of(mut lane: impl FnMut(usize) -> T) -> T {
        lane(0)
    }

    fn lane(&self, _: usize) -> T {
        *self
    }
}

/// Takes the steps of all runs, `V::LANES` at a time. Each run's numbers are those of the run by itself, to the bit.
pub(crate) fn side_by_side<T: Scalar, V: Side<T>>(
    &SideBySide { size, matrix, parameter, pairs, steps }: &SideBySide<T>,
    observe: Observe,
    take: Take<T>,
) -> ControlFlow<()> {
    let alike = |values: &[T]| values.iter().map(|&value| V::of(|_| value)).collect();
    // A step of a large matrix takes long, and is told of by itself.
    let mut chunk = vec![V::from_f64(0.0); (1_000_000 / size.pow(3)).clamp(1, 256)];
    let mut losses = vec![T::from_f64(0.0); pairs.len().min(V::LANES) * steps];
    for (group, pairs) in pairs.chunks(V::LANES).enumerate() {
        // Lanes that are left over repeat the last run.
        let each = |which: usize| V::of(|lane| pairs[lane.min(pairs.len() - 1)][which]);
        let update = Update { learning_rate: each(0), momentum: each(1), is_optimizer: false, is_fused: false };
        let mut run = Run::new(size, alike(matrix), alike(parameter), update);
        let losses = &mut losses[..pairs.len() * steps];
        for start in (0..steps).step_by(chunk.len()) {
            let count = chunk.len().min(steps - start);
            run.advance::<false>(&mut chunk[..count]);
            for (lane, losses) in losses.chunks_mut(steps).enumerate() {
                for (loss, all) in losses[start..].iter_mut().zip(&chunk[..count]) {
                    *loss = all.lane(lane);
                }
            }
            observe((count * pairs.len()) as u64)?;
        }
        for (lane, losses) in losses.chunks(steps).enumerate() {
            let parameter: Vec<T> = run.parameter.iter().map(|all| all.lane(lane)).collect();
            take(group * V::LANES + lane, losses, &parameter);
        }
    }
    ControlFlow::Continue(())
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::lanes::{F32x8, F32x16, F64x4, F64x8};

    /// Every loss and parameter of runs in lanes, some of which diverge, against the same run by itself.
    fn assert_each_is_the_single_run<T: Scalar, V: Side<T>>() {
        let (sizes, steps) = if cfg!(miri) { (4..=5, 3) } else { (1..=21, 300) };
        for size in sizes {
            let entry = |at: usize, step: usize| T::from_f64(((at * step + 331) % 2039) as f64 / 2039.0);
            let matrix: Vec<T> = (0..size * size).map(|at| entry(at, 739)).collect();
            let parameter: Vec<T> = (0..size * size).map(|at| entry(at, 1471)).collect();
            let pairs: Vec<[T; 2]> = (0..V::LANES + 3)
                .map(|run| [entry(run, 1000), entry(run, 300)].map(|x| x * T::from_f64(4.0)))
                .collect();
            let runs = SideBySide { size, matrix: &matrix, parameter: &parameter, pairs: &pairs, steps };
            let (mut taken, mut seen) = (0, vec![]);
            let mut observe = |steps| {
                taken += steps;
                ControlFlow::Continue(())
            };
            let ended = side_by_side::<T, V>(&runs, &mut observe, &mut |run, losses, parameter| {
                seen.push((run, losses.to_vec(), parameter.to_vec()));
            });
            assert!(ended.is_continue() && taken == (steps * pairs.len()) as u64 && seen.len() == pairs.len());
            for (at, (run, losses, last)) in seen.into_iter().enumerate() {
                assert_eq!(at, run);
                let [learning_rate, momentum] = pairs[run];
                let update = Update { learning_rate, momentum, is_optimizer: false, is_fused: true };
                let mut single = Run::new(size, matrix.clone(), parameter.clone(), update);
                let mut alone = vec![T::from_f64(0.0); steps];
                T::advance(&mut single, &mut alone);
                for (&a, &b) in losses.iter().chain(&last).zip(alone.iter().chain(&single.parameter)) {
                    let (a, b): (f64, f64) = (a.into(), b.into());
                    assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(), "n = {size}, run {run}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn each_lane_has_the_bits_of_the_single_run() {
        assert_each_is_the_single_run::<f32, f32>();
        assert_each_is_the_single_run::<f64, f64>();
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            assert_each_is_the_single_run::<f32, F32x8>();
            assert_each_is_the_single_run::<f64, F64x4>();
        }
        if is_x86_feature_detected!("avx512f") {
            assert_each_is_the_single_run::<f32, F32x16>();
            assert_each_is_the_single_run::<f64, F64x8>();
        }
    }
}

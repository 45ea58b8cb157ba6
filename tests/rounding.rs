//! The bounds that hold for any order of summation: every order stays below them, and a loop that is wrong doesn't.

use inverse_by_descent::by_hand::rounding::{late_loss_bound, loss_difference_bound};
use inverse_by_descent::by_hand::witness::with_problem;
use inverse_by_descent::by_hand::{Kernels, Problem, Summation, Vectors, run};
use inverse_by_descent::experiment::Scalar;
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;

/// The losses of every pair of orders.
fn losses_of_all_orders<T: Scalar>(problem: &Problem<T>, steps: usize) -> Vec<Vec<T>> {
    let mut all = vec![];
    for forward in Summation::ALL {
        for backward in Summation::ALL {
            let kernels = Kernels { forward, backward, loss: Vectors::Bits256 };
            all.push(run(problem, kernels, steps).unwrap().losses);
        }
    }
    all
}

/// Asserts both bounds for every pair of orders; returns the late bound and the greatest late loss.
fn assert_below<T: Scalar>(experiment: &Experiment, step: usize) -> [f64; 2] {
    with_problem::<T, _>(Libtorch::settle(None).unwrap(), experiment, |problem| {
        let all = losses_of_all_orders(problem, experiment.steps);
        let bound = late_loss_bound(problem, step)?;
        let late = all.iter().flat_map(|losses| &losses[step..]).map(|loss| loss.to_f64());
        let greatest = late.fold(0.0, f64::max);
        assert!(greatest <= bound, "{experiment:?}: {greatest:e} is above {bound:e}");
        for at in [0, 1, 2, 5, 10, step / 2, step, experiment.steps - 1] {
            let bound = loss_difference_bound(problem, at, all[0][at])?;
            for losses in &all {
                let apart = (losses[at].to_f64() - all[0][at].to_f64()).abs();
                assert!(apart <= bound, "{experiment:?}: {apart:e} at step {at}, bound {bound:e}");
            }
        }
        Ok([bound, greatest])
    })
    .unwrap()
}

#[test]
fn the_notebooks_runs_stay_below_in_every_order() {
    // How far above the greatest loss of all orders the bound may be, about: 32,000, 240, 3200 and 1.2 times. It allows
    // rounding errors to conspire, in a resonance with the momentum; those of a run don't.
    for ((name, experiment), times) in Experiment::of_the_notebook().into_iter().zip([4e4, 300.0, 4e3, 1.5]) {
        let [bound, greatest] = assert_below::<f32>(&experiment, 9000);
        assert!(bound <= times * greatest, "{name}: {bound:e} is {} times {greatest:e}", bound / greatest);
    }
}

#[test]
fn other_runs_stay_below_in_every_order() {
    for (size, learning_rate, momentum) in [(1, 0.2, 0.5), (2, 0.5, 0.0), (3, 0.8, 0.95), (8, 3.0, 0.9), (13, 3.0, 0.3)]
    {
        for seed in [1, 2, 3] {
            let matrix = Matrix::Random;
            let experiment =
                Experiment { matrix, size, seed, learning_rate, momentum, steps: 300, ..Experiment::default() };
            assert_below::<f32>(&experiment, 200);
            assert_below::<f64>(&experiment, 200);
        }
    }
}

/// A loop of another make, with a fault to be put in: `forward` sees each factor of the forward product, `scale` is
/// what the gradient is multiplied by.
fn faulty(problem: &Problem<f32>, steps: usize, forward: fn(f32) -> f32, scale: f32) -> Vec<f32> {
    let n = problem.size;
    let (alpha, beta) = (problem.learning_rate as f32, problem.momentum as f32);
    let m = problem.matrix;
    let mut r = problem.parameter.to_vec();
    let mut v = vec![0.0; n * n];
    let mut losses = vec![];
    for _ in 0..steps {
        let mut residual = vec![0.0; n * n];
        for (ij, residual) in residual.iter_mut().enumerate() {
            let (i, j) = (ij / n, ij % n);
            let products = (0..n).map(|k| forward(r[i * n + k]) * forward(m[k * n + j]));
            *residual = products.sum::<f32>() - if i == j { 1.0 } else { 0.0 };
        }
        losses.push(residual.iter().map(|x| x * x).sum::<f32>() / (n * n) as f32);
        for ij in 0..n * n {
            let (i, j) = (ij / n, ij % n);
            let products = (0..n).map(|k| residual[i * n + k] * m[j * n + k]);
            v[ij] += scale * 2.0 / (n * n) as f32 * products.sum::<f32>();
            r[ij] -= alpha * v[ij];
            v[ij] *= beta;
        }
    }
    losses
}

#[test]
fn a_wrong_loop_is_above() {
    let (_, experiment) = &Experiment::of_the_notebook()[1];
    with_problem::<f32, _>(Libtorch::settle(None).unwrap(), experiment, |problem| {
        let late_bound = late_loss_bound(problem, 2000)?;
        let ours = run(problem, Kernels::NOTEBOOK, 4001)?.losses;
        let late = |losses: &[f32]| losses[2000..].iter().all(|&loss| f64::from(loss) <= late_bound);
        let close = |losses: &[f32]| {
            [10, 100, 1000, 2000, 4000].into_iter().all(|step| {
                let apart = f64::from((losses[step] - ours[step]).abs());
                apart <= loss_difference_bound(problem, step, ours[step]).unwrap()
            })
        };
        let right = faulty(problem, 4001, |x| x, 1.0);
        assert!(late(&right) && close(&right));
        // Ten bits of mantissa, as TensorFloat-32 has: the losses stall too high.
        let coarse = faulty(problem, 4001, |x| f32::from_bits(x.to_bits() & !0x1fff), 1.0);
        assert!(!late(&coarse) && !close(&coarse));
        // A gradient that is 1 % short ends at the same losses, but takes another way there.
        let short = faulty(problem, 4001, |x| x, 0.99);
        assert!(late(&short) && !close(&short));
        Ok(())
    })
    .unwrap();
}

#[test]
fn there_is_no_bound_where_the_run_does_not_converge() {
    let bound = |learning_rate, momentum, matrix| {
        let experiment = Experiment { learning_rate, momentum, matrix, ..Experiment::default() };
        with_problem::<f32, _>(Libtorch::settle(None).unwrap(), &experiment, |problem| late_loss_bound(problem, 2000))
            .unwrap()
    };
    // λ = 2/16·{1, 4, 9, 16}: stable for αλ < 2 + 2β, so up to α = 1.9 at β = 0.9.
    assert!(bound(1.89, 0.9, Matrix::counting(4)) < 1e-6);
    assert_eq!(bound(1.9, 0.9, Matrix::counting(4)), f64::INFINITY);
    assert_eq!(bound(0.9, 1.0, Matrix::counting(4)), f64::INFINITY);
    assert_eq!(bound(0.9, 0.9, Matrix::Diagonal(vec![1.0, 2.0, 3.0, 0.0])), f64::INFINITY);
    assert_eq!(bound(-0.1, 0.9, Matrix::counting(4)), f64::INFINITY);
    assert_eq!(bound(0.0, 0.9, Matrix::counting(4)), f64::INFINITY);
}

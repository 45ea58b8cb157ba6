//! The loop by hand against libtorch in notebook arithmetic, live. A process computes in one arithmetic only, so these
//! tests have a process of their own.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

use inverse_by_descent::by_hand::witness::{trees_of_libtorch, with_problem};
use inverse_by_descent::by_hand::{self, Kernels, Problem};
use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::trajectory::Trajectory;
use inverse_by_descent::experiment::{Dtype, Experiment, Gradient, Matrix, Scalar};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use std::ops::ControlFlow;

fn assert_same<T: Scalar>(experiment: &Experiment) {
    let settled = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap();
    let libtorch = descend::<T>(settled, experiment, |_, _| ControlFlow::Continue(())).unwrap();
    let by_hand = |kernels| {
        let run = |problem: &Problem<T>| by_hand::run(problem, kernels, experiment.steps);
        with_problem(settled, experiment, run).unwrap()
    };
    assert_equal(experiment, &libtorch, &by_hand(Kernels::Notebook));
    if experiment.gradient == Gradient::Optimizer {
        let trees = trees_of_libtorch::<T>(settled, experiment.size).unwrap();
        assert_equal(experiment, &libtorch, &by_hand(Kernels::Trees(&trees)));
    }
}

fn assert_equal<T: Scalar>(experiment: &Experiment, libtorch: &Trajectory<T>, by_hand: &Trajectory<T>) {
    for (what, libtorch, by_hand) in [
        ("loss", &libtorch.losses, &by_hand.losses),
        ("parameter", &libtorch.parameter, &by_hand.parameter),
        ("gradient", &libtorch.gradient, &by_hand.gradient),
    ] {
        assert_eq!(libtorch.len(), by_hand.len());
        if let Some(k) = (0..libtorch.len()).find(|&k| !libtorch[k].same(by_hand[k])) {
            let (libtorch, by_hand) = (libtorch[k], by_hand[k]);
            panic!("{experiment:?}: {what} {k} is {by_hand:?} by hand, {libtorch:?} in libtorch");
        }
    }
}

fn assert_same_in_its_dtype(experiment: &Experiment) {
    match experiment.dtype {
        Dtype::F32 => assert_same::<f32>(experiment),
        Dtype::F64 => assert_same::<f64>(experiment),
    }
}

#[test]
fn the_notebooks_four_runs() {
    for (_, experiment) in Experiment::of_the_notebook() {
        assert_same_in_its_dtype(&experiment);
    }
}

#[test]
fn every_size_both_dtypes_inside_and_outside_the_stable_range() {
    for dtype in [Dtype::F32, Dtype::F64] {
        for size in (1..=18).chain([31, 32, 33, 63, 64, 65]) {
            for (learning_rate, momentum) in [(0.3, 0.0), (0.1 * (size * size) as f64, 0.7), (1e3, 0.99)] {
                assert_same_in_its_dtype(&Experiment {
                    matrix: Matrix::Random,
                    size,
                    seed: size as i64,
                    learning_rate,
                    momentum,
                    steps: 20,
                    dtype,
                    ..Experiment::default()
                });
            }
        }
    }
}

/// ATen takes two vectors at a time, of 8 f32 or 4 f64: 3² = 9 fill none or one such pair, and leave some over.
#[test]
fn the_optimizers_step() {
    for dtype in [Dtype::F32, Dtype::F64] {
        for size in (1..=9).chain([16, 17]) {
            // The last two diverge, beyond f32.
            for (learning_rate, momentum, steps) in [(0.9, 0.0, 50), (0.9, 0.9, 50), (3e3, 0.0, 40), (3e3, 0.9, 40)] {
                let (matrix, gradient) = (Matrix::Random, Gradient::Optimizer);
                let experiment = Experiment { matrix, size, learning_rate, momentum, steps, dtype, gradient, seed: 5 };
                assert_same_in_its_dtype(&experiment);
            }
        }
    }
}

/// Off the diagonal the parameter goes through the subnormal numbers to 0 or −0, and the zeros'
/// signs must be libtorch's too: a product starts from 0, so it is never −0.
#[test]
fn the_optimizers_step_at_zero() {
    for size in 2..=5 {
        for learning_rate in [0.3, 0.5, 0.9].map(|factor| factor * size as f64) {
            let (matrix, gradient, momentum, steps) = (Matrix::counting(size), Gradient::Optimizer, 0.0, 1000);
            assert_same_in_its_dtype(&Experiment {
                matrix,
                size,
                learning_rate,
                momentum,
                gradient,
                steps,
                ..Experiment::default()
            });
        }
    }
}

/// The sum of the loss's squares: ATen takes it in blocks, and in blocks of blocks from 2048 vectors on.
#[test]
fn the_losss_sum_of_many_squares() {
    for dtype in [Dtype::F32, Dtype::F64] {
        for size in [90, 101, 128, 150, 181] {
            let matrix = Matrix::Random;
            assert_same_in_its_dtype(&Experiment { matrix, size, steps: 2, dtype, ..Experiment::default() });
        }
    }
}

/// One step that moves nothing and keeps the gradient as it is: autograd's gradient is the hand gradient.
#[test]
fn the_first_gradient_is_autograds() {
    for seed in 0..100 {
        assert_same_in_its_dtype(&Experiment {
            matrix: Matrix::Random,
            seed,
            learning_rate: 0.0,
            momentum: 1.0,
            steps: 1,
            ..Experiment::default()
        });
    }
}

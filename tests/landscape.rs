//! Many runs at once: equal to single runs, and stable where theory says.

use inverse_by_descent::descent::batched::{Axis, Batch, Grid, Resources, survey};
use inverse_by_descent::descent::survey::Boundary;
use inverse_by_descent::descent::{Descent, Steps, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::experiment::{Pair, Scalar};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::theory::Spectrum;
use std::ops::ControlFlow;
use tch::{Device, Tensor};

fn pair(learning_rate: f64, momentum: f64) -> Pair {
    Pair { learning_rate, momentum }
}

/// Distance in ULP of two numbers of the same sign.
fn ulp(a: f32, b: f32) -> u32 {
    a.to_bits().abs_diff(b.to_bits())
}

/// The batched parameters after `steps` steps and the losses of each step, and the same of single runs.
struct Both {
    batched: Vec<f32>,
    single: Vec<f32>,
    batched_losses: Vec<f32>,
    single_losses: Vec<f32>,
}

fn both(experiment: &Experiment, pairs: &[Pair], steps: usize) -> Both {
    let flat = |tensor: Tensor| Vec::<f32>::try_from(tensor.flatten(0, -1)).unwrap();
    let mut batch =
        Batch::new(&start::<f32>(Libtorch::settle(None).unwrap(), experiment).unwrap(), pairs, Device::Cpu).unwrap();
    let batched_losses = (0..steps).flat_map(|_| flat(batch.step().unwrap())).collect();
    let (mut single, mut by_run) = (vec![], vec![]);
    for pair in pairs {
        let experiment =
            Experiment { learning_rate: pair.learning_rate, momentum: pair.momentum, ..experiment.clone() };
        let start = start::<f32>(Libtorch::settle(None).unwrap(), &experiment).unwrap();
        let mut run = Descent::<f32>::new(&experiment, start).unwrap();
        by_run.push((0..steps).map(|_| run.step().unwrap()).collect::<Vec<_>>());
        single.extend(run.parameter().unwrap());
    }
    let single_losses = (0..steps).flat_map(|t| by_run.iter().map(move |losses| losses[t])).collect();
    Both { batched: flat(batch.parameters()), single, batched_losses, single_losses }
}

const PAIRS: [(f64, f64); 6] = [(0.9, 0.9), (0.9, 0.1), (0.3, 0.0), (1.28, 0.36), (0.05, 0.99), (0.7, -0.2)];

/// Where the order of summation can't matter or is fixed, parameters are equal to the bit, and losses to what the order of
/// their own sum allows: 2(n² − 1) ULP.
#[test]
fn a_batched_run_is_the_single_run() {
    let in_sequence = Libtorch::settle(None).unwrap().arithmetic() == Arithmetic::Notebook;
    let pairs = PAIRS.map(|(learning_rate, momentum)| pair(learning_rate, momentum));
    for (matrix, size) in [
        (Matrix::counting(4), 4),
        (Matrix::Diagonal(vec![0.5, -3.0, 2.0, 1.0, 0.25]), 5),
        (Matrix::Random, 4),
        (Matrix::Random, 1),
        (Matrix::Random, 3),
        (Matrix::Random, 7),
    ] {
        if matrix == Matrix::Random && !in_sequence {
            continue;
        }
        let name = format!("{matrix:?} {size}");
        let experiment = Experiment { matrix, size, ..Experiment::default() };
        let both = both(&experiment, &pairs, 120);
        assert_eq!(both.batched.len(), pairs.len() * size * size);
        assert_eq!(both.batched, both.single, "{name}");
        let allowed = 2 * (size * size - 1) as u32;
        for (at, (&batched, &single)) in both.batched_losses.iter().zip(&both.single_losses).enumerate() {
            assert!(ulp(batched, single) <= allowed, "{name}, loss {at}: {batched:e} {single:e}");
        }
    }
}

/// In any arithmetic: one step's roundings, bounded. The product of a row and a column is off by at most n u Σ|r||m| in
/// either order, so two orders differ by twice that, and so on through the step.
#[test]
fn a_step_of_a_batched_run_is_within_the_rounding_of_the_single_one() {
    let _ = Libtorch::settle(None).unwrap();
    let experiment = Experiment { matrix: Matrix::Random, size: 33, ..Experiment::default() };
    let both = both(&experiment, &[pair(0.9, 0.9), pair(0.5, 0.1)], 1);
    let (n, u) = (33.0, f64::from(f32::EPSILON) / 2.0);
    // |Y| ≤ n, so |Y − I| ≤ n, |G| ≤ 2/n² n, and a sum of n products |G||m| is at most 2: off by 2 (n + 4) u at most.
    // Y's own difference, 2 n u n, passes through 2/n² and n products: 4 n u. All times the learning rate, and R rounds.
    let allowed = 0.9 * (2.0 * 2.0 * (n + 4.0) * u + 4.0 * n * u) + 2.0 * 3.0 * u;
    for (&batched, &single) in both.batched.iter().zip(&both.single) {
        let difference = (f64::from(batched) - f64::from(single)).abs();
        assert!(difference <= allowed, "{batched} {single}: {difference:e} > {allowed:e}");
    }
}

fn boundary<T: Scalar>(experiment: &Experiment, cells: usize, steps: usize, workers: usize) -> Boundary {
    let start = start::<T>(Libtorch::settle(None).unwrap(), experiment).unwrap();
    let spectrum = Spectrum::of(&start.matrix).unwrap();
    let high = 1.1 * spectrum.curvature().stability_limit(1.0);
    let grid = Grid { learning_rate: Axis { low: 0.0, high, cells }, momentum: Axis { low: 0.0, high: 1.0, cells } };
    let resources = Resources { device: Device::Cpu, workers, memory: 1 << 26 };
    let points =
        survey(&start, &spectrum, &grid.pairs(), steps, resources, &|_| ControlFlow::Continue(())).unwrap().unwrap();
    assert_eq!(points.len(), cells * cells);
    Boundary::of(&grid, &points, &spectrum)
}

#[test]
fn the_measured_boundary_is_the_predicted_one_within_a_cell() {
    let _ = Libtorch::settle(None).unwrap();
    let diagonal = Experiment::default();
    let random = Experiment { matrix: Matrix::Random, ..diagonal.clone() };
    let tilted = Experiment { matrix: Matrix::Given(vec![2.0, 1.0, 1.0, 1.0]), size: 2, ..diagonal.clone() };
    let seven = Experiment { size: 7, seed: 11, ..random.clone() };
    for (experiment, workers) in [(&diagonal, 1), (&random, 2), (&tilted, 3), (&seven, 1)] {
        let boundary = boundary::<f32>(experiment, 24, 1000, workers);
        assert_eq!(boundary.rows, 24, "{experiment:?}");
        assert!(boundary.farthest <= 1 && boundary.within_a_cell == 24, "{boundary:?} {experiment:?}");
    }
    assert!(boundary::<f64>(&random, 12, 1000, 1).farthest <= 1);
}

/// A boundary two cells off isn't taken for the predicted one.
#[test]
fn a_wrong_boundary_is_seen() {
    let _ = Libtorch::settle(None).unwrap();
    let start = start::<f32>(Libtorch::settle(None).unwrap(), &Experiment::default()).unwrap();
    let spectrum = Spectrum::of(&start.matrix).unwrap();
    let axis = |high| Axis { low: 0.0, high, cells: 16 };
    let grid = Grid { learning_rate: axis(2.2), momentum: axis(1.0) };
    let resources = Resources { device: Device::Cpu, workers: 1, memory: 1 << 26 };
    let points =
        survey(&start, &spectrum, &grid.pairs(), 500, resources, &|_| ControlFlow::Continue(())).unwrap().unwrap();
    let stretched = Spectrum {
        singular_values: spectrum.singular_values.iter().map(|sigma| sigma * 1.2).collect(),
        ..spectrum.clone()
    };
    assert!(Boundary::of(&grid, &points, &spectrum).farthest <= 1);
    assert!(Boundary::of(&grid, &points, &stretched).farthest > 1);
}

//! Many runs side by side: each has the bits of the single run, and is stable where theory says.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

use inverse_by_descent::by_hand::survey::{Resources, survey};
use inverse_by_descent::by_hand::{Kernels, run, witness::with_problem};
use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::{Experiment, Matrix, Scalar};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::theory::survey::{Axis, Boundary, Grid, Point};
use inverse_by_descent::theory::{Curvature, Spectrum};
use std::ops::ControlFlow::{self, Continue};

fn libtorch() -> Libtorch {
    Libtorch::settle(Some(Arithmetic::Notebook)).unwrap()
}

fn curvature<T: Scalar>(experiment: &Experiment) -> Curvature {
    Spectrum::of(&start::<T>(libtorch(), experiment).unwrap().matrix).unwrap().curvature()
}

fn points<T: Scalar>(experiment: &Experiment, grid: &Grid, workers: usize) -> (Vec<Point>, Spectrum) {
    let start = start::<T>(libtorch(), experiment).unwrap();
    let spectrum = Spectrum::of(&start.matrix).unwrap();
    let resources = Resources { workers, memory: 1 << 26 };
    let points = survey(&start, &spectrum, &grid.pairs(), experiment.steps, resources, &|_| Continue(()));
    (points.unwrap().unwrap(), spectrum)
}

/// Every cell of grids that no vector divides, on which some runs converge and some leave the finite numbers, against the
/// single run by hand; and some of them against libtorch's. The last loss depends on all that came before it.
fn assert_each_is_the_single_run<T: Scalar>(size: usize) {
    let experiment = Experiment { matrix: Matrix::Random, size, steps: 800, dtype: T::DTYPE, ..Experiment::default() };
    let mut grid = Grid::around(curvature::<T>(&experiment), 7, 5);
    grid.learning_rate.high *= 2.0;
    let (points, _) = points::<T>(&experiment, &grid, 2);
    assert_eq!(points.len(), 35);
    for (at, (pair, point)) in grid.pairs().into_iter().zip(&points).enumerate() {
        let single = Experiment { learning_rate: pair.learning_rate, momentum: pair.momentum, ..experiment.clone() };
        let by_hand =
            with_problem::<T, _>(libtorch(), &single, |problem| run(problem, Kernels::Notebook, single.steps));
        let mut courses = vec![by_hand.unwrap()];
        if at % 8 == 1 {
            courses.push(descend::<T>(libtorch(), &single, |_, _| ControlFlow::Continue(())).unwrap());
        }
        for course in courses {
            let last = course.losses[course.losses.len() - 1].to_f64();
            assert!(point.final_loss.same(last), "{size} {pair:?}: {} {last}", point.final_loss);
        }
    }
    let any = |is: fn(f64) -> bool| points.iter().any(|point| is(point.final_loss));
    assert!(any(|loss| loss < 0.1) && any(f64::is_nan), "n = {size}");
}

#[test]
fn each_cell_has_the_bits_of_its_single_run() {
    for size in [1, 2, 3, 4, 5, 7, 9] {
        assert_each_is_the_single_run::<f32>(size);
        assert_each_is_the_single_run::<f64>(size);
    }
}

/// Threads and memory change who computes what, never a number.
#[test]
fn little_memory_changes_nothing() {
    let experiment = Experiment { matrix: Matrix::Random, steps: 500, ..Experiment::default() };
    let start = start::<f32>(libtorch(), &experiment).unwrap();
    let spectrum = Spectrum::of(&start.matrix).unwrap();
    let pairs = Grid::around(spectrum.curvature(), 9, 5).pairs();
    let losses = |workers, memory| {
        let resources = Resources { workers, memory };
        let points = survey(&start, &spectrum, &pairs, 500, resources, &|_| Continue(())).unwrap().unwrap();
        points.iter().map(|point| point.final_loss.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(losses(1, 1 << 26), losses(3, 0));
}

fn boundary<T: Scalar>(experiment: &Experiment, cells: usize, workers: usize) -> Boundary {
    let grid = Grid::around(curvature::<T>(experiment), cells, cells);
    let (points, spectrum) = points::<T>(experiment, &grid, workers);
    Boundary::of(&grid, &points, &spectrum)
}

#[test]
fn the_measured_boundary_is_the_predicted_one_within_a_cell() {
    let diagonal = Experiment { steps: 1000, ..Experiment::default() };
    let random = Experiment { matrix: Matrix::Random, ..diagonal.clone() };
    let tilted = Experiment { matrix: Matrix::Given(vec![2.0, 1.0, 1.0, 1.0]), size: 2, ..diagonal.clone() };
    let seven = Experiment { size: 7, seed: 11, ..random.clone() };
    for (experiment, workers) in [(&diagonal, 1), (&random, 2), (&tilted, 3), (&seven, 1)] {
        let boundary = boundary::<f32>(experiment, 24, workers);
        assert_eq!(boundary.rows, 24, "{experiment:?}");
        assert!(boundary.farthest <= 1 && boundary.within_a_cell == 24, "{boundary:?} {experiment:?}");
    }
    assert!(boundary::<f64>(&random, 12, 1).farthest <= 1);
}

/// A boundary two cells off isn't taken for the predicted one.
#[test]
fn a_wrong_boundary_is_seen() {
    let experiment = Experiment { steps: 500, ..Experiment::default() };
    let axis = |high| Axis { low: 0.0, high, cells: 16 };
    let grid = Grid { learning_rate: axis(2.2), momentum: axis(1.0) };
    let (points, spectrum) = points::<f32>(&experiment, &grid, 1);
    let stretched = Spectrum {
        singular_values: spectrum.singular_values.iter().map(|sigma| sigma * 1.2).collect(),
        ..spectrum.clone()
    };
    assert!(Boundary::of(&grid, &points, &spectrum).farthest <= 1);
    assert!(Boundary::of(&grid, &points, &stretched).farthest > 1);
}

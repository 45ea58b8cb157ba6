//! Runs at chosen steps, and their errors along the Hessian's eigenvectors.

use inverse_by_descent::by_hand::{Kernels, State, witness::with_problem};
use inverse_by_descent::descent::snapshots::{EigenvalueErrors, eigenvalue_errors, logarithmic_steps, take};
use inverse_by_descent::descent::{Descent, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use tch::{Device, Kind, Tensor};

fn run(name: &str) -> Experiment {
    let runs = Experiment::of_the_notebook();
    runs.into_iter().find(|(run, _)| *run == name).unwrap().1
}

fn errors_of(experiment: &Experiment, steps: usize) -> EigenvalueErrors {
    let start = start::<f32>(Libtorch::settle(None).unwrap(), experiment).unwrap();
    let matrix = start.matrix.shallow_clone();
    eigenvalue_errors(&mut Descent::new(experiment, start).unwrap(), experiment, &matrix, steps).unwrap()
}

#[test]
fn the_steps_are_all_of_the_first_and_then_thin_out() {
    let steps = logarithmic_steps(8000, 24, 2000);
    assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
    assert_eq!(steps[..11], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for step in [2000, 4000, 6000, 8000] {
        assert!(steps.contains(&step), "{step}");
    }
    // From 100 on no two neighbours are farther apart than one part in ten, but for rounding.
    let far = |pair: &&[usize]| pair[0] >= 100 && pair[1] as f64 > 1.11 * pair[0] as f64;
    assert_eq!(steps.windows(2).find(far), None);
}

/// In [116] of the notebook, as printed.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn snapshots_are_what_the_notebook_printed() {
    let libtorch = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap();
    let experiment = run("losses2");
    let start = start::<f32>(libtorch, &experiment).unwrap();
    let matrix = start.matrix.shallow_clone();
    let mut descent = Descent::<f32>::new(&experiment, start).unwrap();
    let snapshots = take(&mut descent, &matrix, &[0, 7, 2000, 4000]).unwrap();
    let by_hand = with_problem(libtorch, &experiment, |problem| State::new(problem, Kernels::Notebook));
    assert_eq!(take(&mut by_hand.unwrap(), &matrix, &[0, 7, 2000, 4000]).unwrap(), snapshots);
    let steps: Vec<_> = snapshots.iter().map(|snapshot| snapshot.step).collect();
    assert_eq!(steps, [0, 7, 2000, 4000]);
    let printed: Vec<_> = snapshots[0].difference.iter().map(|entry| format!("{entry:.2}")).collect();
    let rows = ["-0.36 1.25 1.76 1.08", "0.59 0.12 1.45 0.87", "0.37 0.93 0.21 0.80", "0.45 0.97 1.25 -0.18"];
    assert_eq!(printed.join(" "), rows.join(" "));
    assert_eq!(format!("{:.4}", snapshots[0].loss), "0.8493");
    assert_eq!(format!("{:.4e}", snapshots[2].loss), "2.6224e-12");
    assert_eq!(format!("{:.4e}", snapshots[3].loss), "2.6580e-12");
    // The loss before a step is the mean square of the residual before that step.
    for snapshot in &snapshots {
        let squares = snapshot.difference.iter().map(|&entry| f64::from(entry).powi(2));
        let mean = squares.sum::<f64>() / 16.0;
        assert!((mean / f64::from(snapshot.loss) - 1.0).abs() < 1e-5, "step {}", snapshot.step);
    }
}

/// The eigenvectors are orthonormal, so the squares of the errors sum to the square of the whole error.
#[test]
fn the_errors_are_parts_of_the_whole_error() {
    let experiment = run("losses2");
    let errors = errors_of(&experiment, 3);
    let start = start::<f32>(Libtorch::settle(None).unwrap(), &experiment).unwrap();
    let inverse = start.matrix.to_kind(Kind::Double).inverse();
    let whole =
        f64::try_from((start.random_inverse.to_kind(Kind::Double) - inverse).square().sum(Kind::Double)).unwrap();
    let parts: f64 = errors.errors.iter().map(|errors| errors[0].powi(2)).sum();
    assert!((parts / whole - 1.0).abs() < 1e-9, "{parts} of {whole}");
    assert!(errors.errors.iter().all(|errors| errors.len() == 3));
    // (2/n²) σ² of the singular values that NumPy gives for M_random.
    for (eigenvalue, sigma) in errors.eigenvalues.iter().zip([2.104_f64, 0.439, 0.189, 0.077]) {
        assert!((eigenvalue.sqrt() * 8_f64.sqrt() - sigma).abs() < 1e-3, "{eigenvalue}");
    }
}

/// Of a diagonal matrix the eigenvectors are the axes: each error is that of one column.
#[test]
fn a_diagonal_matrix_has_an_error_for_each_column() {
    let experiment = Experiment { matrix: Matrix::Diagonal(vec![1.0, 3.0, 2.0]), size: 3, ..Experiment::default() };
    let errors = errors_of(&experiment, 1);
    let start =
        start::<f32>(Libtorch::settle(None).unwrap(), &experiment).unwrap().random_inverse.to_kind(Kind::Double);
    let target = Tensor::from_slice(&[1.0, 1.0 / 3.0, 0.5]).diag(0).to_device(Device::Cpu);
    let columns = (start - target).square().sum_dim_intlist([0].as_slice(), false, Kind::Double).sqrt();
    let columns = Vec::<f64>::try_from(columns).unwrap();
    for (error, column) in errors.errors.iter().zip([1, 2, 0]) {
        assert!((error[0] - columns[column]).abs() < 1e-12, "{errors:?} {columns:?}");
    }
}

#[test]
fn the_slowest_error_shrinks_at_theorys_rate() {
    let errors = errors_of(&run("losses2"), 900);
    let slowest = errors.errors.last().unwrap();
    let measured = (slowest[899] / slowest[299]).powf(1.0 / 600.0);
    let rate = errors.rates.last().unwrap();
    assert!((measured - rate).abs() < 1e-5, "{measured} measured, {rate} expected");
}

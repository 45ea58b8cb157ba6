//! The loop by hand against recorded PyTorch runs, against itself, and against finite differences.
//! Nothing here computes with libtorch, so nothing depends on the processor.

use inverse_by_descent::by_hand::{Kernels, Problem, run};
use inverse_by_descent::experiment::Gradient;
use inverse_by_descent::experiment::Scalar;
use inverse_by_descent::experiment::trajectory::{Course, Trajectory};
use inverse_by_descent::parity::pytorch::{self, PythonRuns};

/// The runs that PyTorch computed in notebook arithmetic; the first four are the notebook's.
fn recorded() -> Vec<pytorch::PythonRun> {
    PythonRuns::read(include_bytes!("../src/parity/pytorch/recorded/notebook_arithmetic.json")).unwrap().runs
}

/// What a recorded run started from, in the dtype `T`.
struct Start<T> {
    matrix: Vec<T>,
    parameter: Vec<T>,
}

impl<T: Scalar> Start<T> {
    fn of(run: &pytorch::PythonRun) -> Self {
        let exact = |values: &[f64]| values.iter().map(|&value| T::from_f64(value)).collect();
        Start { matrix: exact(&run.matrix), parameter: exact(&run.initial) }
    }

    fn problem(&self, run: &pytorch::PythonRun) -> Problem<'_, T> {
        Problem {
            size: run.experiment.size,
            matrix: &self.matrix,
            parameter: &self.parameter,
            learning_rate: run.experiment.learning_rate,
            momentum: run.experiment.momentum,
            gradient: run.experiment.gradient,
        }
    }
}

/// Runs the loop by hand as a recorded run was run, and asserts that both are the same to the bit.
fn assert_same<T: Scalar>(name: &str, recorded: &pytorch::PythonRun, course: &Trajectory<T>) {
    let start = Start::<T>::of(recorded);
    let ours = run(&start.problem(recorded), Kernels::Notebook, course.losses.len()).unwrap();
    for (what, ours, recorded) in [
        ("loss", &ours.losses, &course.losses),
        ("parameter", &ours.parameter, &course.parameter),
        ("gradient", &ours.gradient, &course.gradient),
    ] {
        assert_eq!(ours.len(), recorded.len(), "{name}: {what}");
        if let Some(k) = (0..ours.len()).find(|&k| !ours[k].same(recorded[k])) {
            panic!("{name}: {what} {k} is {:?}, recorded as {:?}", ours[k], recorded[k]);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "10,000 steps")]
fn pytorchs_recorded_runs_to_the_bit() {
    let recorded = recorded();
    for (k, run) in recorded.iter().enumerate() {
        let name = format!("run {k}, {:?}", run.experiment);
        match &run.course {
            Course::F32(course) => assert_same(&name, run, course),
            Course::F64(course) => assert_same(&name, run, course),
        }
    }
    assert!(recorded.iter().any(|run| run.experiment.gradient == Gradient::Optimizer));
}

/// In [116] of the notebook, as printed.
#[test]
#[cfg_attr(miri, ignore = "10,000 steps")]
fn the_notebooks_digits_come_out_in_sequence_and_fused() {
    let run_of_the_notebook = &recorded()[1];
    let start = Start::<f32>::of(run_of_the_notebook);
    let losses = run(&start.problem(run_of_the_notebook), Kernels::Notebook, 10_000).unwrap().losses;
    let digits = [0, 2000, 4000, 6000, 8000].map(|step| format!("{:.4e}", losses[step]));
    assert_eq!(digits, ["8.4928e-1", "2.6224e-12", "2.6580e-12", "2.6580e-12", "2.6580e-12"]);
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let values = [1.0_f32; 5];
    let problem = |size, count| Problem {
        size,
        matrix: &values[..4],
        parameter: &values[..count],
        learning_rate: 0.1,
        momentum: 0.1,
        gradient: Gradient::Scaled,
    };
    let message = |problem| run(&problem, Kernels::Notebook, 1).unwrap_err().to_string();
    assert_eq!(message(problem(0, 4)), "size: expected at least 1, got 0");
    assert_eq!(message(problem(2, 5)), "parameter: expected 2×2 values, got 5");
    assert_eq!(message(problem(3, 4)), "matrix: expected 3×3 values, got 4");
    assert_eq!(message(problem(usize::MAX, 4)), format!("matrix: expected {0}×{0} values, got 4", usize::MAX));
}

/// The hand gradient against central differences `(L(R + hP) − L(R − hP)) / 2h`, P having one entry 1.
///
/// The loss is quadratic in R: its third derivative is zero, and with it the truncation error, for any h. R's entries
/// are multiples of 2⁻¹⁰ and h is 1, so R ± hP is exact. What remains is rounding, with u = 2⁻⁵³, γₖ = ku/(1 − ku) and
/// Frobenius norms:
///
/// - the computed residual is E + e, ‖e‖ ≤ (1 + u)γₙ‖R‖‖M‖ + u‖E‖ (dot product, then the subtraction of I);
/// - a loss is off by at most η = (2‖E‖‖e‖ + ‖e‖²)/n² + γ(‖E‖ + ‖e‖)²/n², γ for the n² + 2 roundings of square, sum and
///   mean; the difference quotient by (2η + u|L₊ − L₋|)/2h, where halving is exact;
/// - the hand gradient by 2/n²·(‖e‖ + (2u + u²)(‖E‖ + ‖e‖))‖M‖ for its upstream part and by
///   γₙ(1 + u)²·2/n²·(‖E‖ + ‖e‖)‖M‖ for its dot product.
///
/// The norms are computed numbers; a factor 1 + 10⁻⁶ covers their own rounding.
#[test]
fn the_gradient_is_the_one_of_central_differences() {
    const U: f64 = f64::EPSILON / 2.0;
    let gamma = |k: f64| k * U / (1.0 - k * U);
    let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    for n in [1_usize, 2, 3, 4, 7] {
        let entry = |i: usize, step: usize| ((i * step + 331) % 2039) as f64 / 1024.0 - 1.0;
        let matrix: Vec<_> = (0..n * n).map(|i| entry(i, 739)).collect();
        let parameter: Vec<_> = (0..n * n).map(|i| entry(i, 1471)).collect();
        // One step that moves nothing and keeps the gradient as it is: the loss and the gradient at R.
        let at = |parameter: &[f64]| {
            let (learning_rate, momentum, gradient) = (0.0, 1.0, Gradient::Scaled);
            let problem = Problem { size: n, matrix: &matrix, parameter, learning_rate, momentum, gradient };
            let trajectory = run(&problem, Kernels::Notebook, 1).unwrap();
            (trajectory.losses[0], trajectory.gradient)
        };
        let count = (n * n) as f64;
        let (_, gradient) = at(&parameter);
        for k in 0..n * n {
            let moved = |by: f64| {
                let mut moved = parameter.clone();
                moved[k] += by;
                moved
            };
            let (plus, minus) = (moved(1.0), moved(-1.0));
            let (loss_plus, loss_minus) = (at(&plus).0, at(&minus).0);
            let difference = (loss_plus - loss_minus) / 2.0;

            let r = norm(&plus).max(norm(&minus)).max(norm(&parameter));
            let m = norm(&matrix);
            // ‖E‖ = √(n²L), up to rounding.
            let residual = (count * loss_plus.max(loss_minus).max(at(&parameter).0)).sqrt() * (1.0 + 1e-6);
            let e = (1.0 + U) * gamma(n as f64) * r * m + U * residual;
            let computed = residual + e;
            let eta = (2.0 * residual * e + e * e + gamma(count + 2.0) * computed * computed) / count;
            let quotient = eta + U * (loss_plus - loss_minus).abs() / 2.0;
            let by_hand = 2.0 / count * m * (e + (2.0 * U + U * U) * computed)
                + gamma(n as f64) * (1.0 + U) * (1.0 + U) * 2.0 / count * computed * m;
            let bound = (quotient + by_hand) * (1.0 + 1e-6);

            let error = (gradient[k] - difference).abs();
            assert!(error <= bound, "n = {n}, entry {k}: {error:e} apart, bound {bound:e}");
            assert!(bound <= 1e-12 * norm(&gradient), "n = {n}: a bound of {bound:e} would check nothing");
        }
    }
}

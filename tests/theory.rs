//! The theory against what it describes: the eigenvalues of its matrix, a search over all pairs, and the loop itself.

use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::{Dtype, Experiment, Matrix, Pair};
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::theory::contraction::{Rounding, measured};
use inverse_by_descent::theory::{Curvature, Spectrum, rate};
use std::ops::ControlFlow;
use tch::Tensor;

/// The unit roundoff of f64.
const U: f64 = f64::EPSILON / 2.0;

fn spectrum(experiment: &Experiment) -> Spectrum {
    Spectrum::of(&start::<f64>(Libtorch::settle(None).unwrap(), experiment).unwrap().matrix).unwrap()
}

fn losses(experiment: &Experiment) -> Vec<f64> {
    descend::<f64>(Libtorch::settle(None).unwrap(), experiment, |_, _| ControlFlow::Continue(())).unwrap().losses
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * b.abs()
}

#[test]
fn the_rate_is_the_spectral_radius_of_the_heavy_balls_matrix() {
    Libtorch::settle(None).unwrap();
    for beta in [0.0, 0.1, 0.5, 0.9, 0.99, -0.3] {
        for x in [0.001, 0.05, 0.5, 1.0, 1.7, 2.5, 3.9, 4.5] {
            let matrix = Tensor::from_slice(&[1.0 + beta - x, -beta, 1.0, 0.0]).reshape([2, 2]);
            let radius = matrix.linalg_eigvals().abs().max().double_value(&[]);
            // A double root is ill-conditioned: half the digits are lost.
            assert!(close(rate(x, beta), radius, 1e-7), "x {x}, momentum {beta}: {} {radius}", rate(x, beta));
        }
    }
}

#[test]
fn the_notebooks_matrices() {
    let diagonal = spectrum(&Experiment::default());
    assert_eq!(diagonal.singular_values, [4.0, 3.0, 2.0, 1.0]);
    let Curvature { greatest, least } = diagonal.curvature();
    assert_eq!((greatest, least), (2.0, 0.125));
    assert_eq!(diagonal.curvature().stability_limit(0.5), 1.5);
    let best = diagonal.curvature().best_pair();
    assert!(close(best.learning_rate, 1.28, 1e-12) && close(best.momentum, 0.36, 1e-12), "{best:?}");
    assert!(close(diagonal.curvature().contraction(best), 0.6, 1e-6));

    // NumPy's singular values of M_random, to four digits.
    let random = Experiment { matrix: Matrix::Random, ..Experiment::default() };
    let random = Spectrum::of(&start::<f32>(Libtorch::settle(None).unwrap(), &random).unwrap().matrix).unwrap();
    for (computed, known) in random.singular_values.iter().zip([2.104, 0.439, 0.189, 0.077]) {
        assert!((computed - known).abs() < 5.1e-4, "{computed}");
    }
    assert!((random.condition_number() - 27.19).abs() < 0.005);
}

#[test]
fn no_pair_of_a_fine_grid_is_better() {
    let curvature = Curvature { greatest: 2.0, least: 0.03 };
    let best = curvature.best_pair();
    let least = curvature.contraction(best);
    assert!(close(least, best.momentum.sqrt(), 1e-6));
    let grid = 400;
    for momentum in (0..grid).map(|i| f64::from(i) / f64::from(grid)) {
        let rates = (1..grid).map(|i| f64::from(i) / f64::from(grid) * 2.0);
        let best_rate = curvature.best_learning_rate(momentum);
        let at_best = curvature.contraction(Pair { learning_rate: best_rate, momentum });
        for learning_rate in rates {
            let contraction = curvature.contraction(Pair { learning_rate, momentum });
            assert!(contraction >= least * (1.0 - 1e-7), "{learning_rate} {momentum}: {contraction} < {least}");
            assert!(contraction >= at_best * (1.0 - 1e-7), "{learning_rate} {momentum}: {contraction} < {at_best}");
            let best_momentum = curvature.best_momentum(learning_rate).unwrap();
            let at_best = curvature.contraction(Pair { learning_rate, momentum: best_momentum });
            assert!(contraction >= at_best * (1.0 - 1e-7), "{learning_rate} {momentum}: {contraction} < {at_best}");
        }
    }
}

#[test]
fn outside_the_stable_range_there_is_no_best_momentum() {
    let curvature = Curvature { greatest: 2.0, least: 0.125 };
    for learning_rate in [-0.1, 0.0, 2.0, 5.0] {
        let message = curvature.best_momentum(learning_rate).unwrap_err().to_string();
        assert!(message.contains("below 4/L = 2.0"), "{message}");
    }
    assert!(curvature.is_stable(Pair { learning_rate: 1.899, momentum: 0.9 }));
    for (learning_rate, momentum) in [(1.901, 0.9), (0.0, 0.9), (-0.1, 0.0), (0.1, 1.0), (0.1, -1.0)] {
        assert!(!curvature.is_stable(Pair { learning_rate, momentum }), "{learning_rate} {momentum}");
    }
}

#[test]
fn a_singular_matrix_is_known() {
    Libtorch::settle(None).unwrap();
    let of = |entries: &[f64]| Spectrum::of(&Tensor::from_slice(entries).reshape([2, 2])).unwrap();
    assert!(of(&[1.0, 2.0, 2.0, 4.0]).is_singular());
    assert!(of(&[0.1, 0.2, 0.3, 0.6]).is_singular());
    assert!(of(&[0.0; 4]).is_singular());
    assert!(!of(&[1.0, 0.0, 0.0, 1e-12]).is_singular());
    assert!(close(of(&[1.0, 0.0, 0.0, 1e-12]).condition_number(), 1e12, 1e-12));
}

/// Of M = [[3, 1], [1, 0.33333334]] as f32 has it, κ is 3.7e8; f32 tells condition numbers up to 2²² at n = 2.
#[test]
fn a_matrix_is_singular_in_its_dtype() {
    Libtorch::settle(None).unwrap();
    let matrix = Tensor::from_slice(&[3.0, 1.0, 1.0, 0.33333334]).reshape([2, 2]);
    assert!(!Spectrum::of(&matrix).unwrap().is_singular());
    assert!(Spectrum::of(&matrix.to_kind(tch::Kind::Float)).unwrap().is_singular());
    let of = |least| Spectrum { singular_values: vec![1.0, least], dtype: Dtype::F32 };
    assert!(of(2_f64.powi(-22)).is_singular() && !of(2_f64.powi(-21)).is_singular());
    assert!(of(f64::NAN).is_singular());
}

/// Up to the greatest condition number of each dtype, as rounded to it, with a margin for the rounding of L.
#[test]
fn the_best_pair_is_stable_in_its_dtype() {
    for (dtype, n) in [Dtype::F32, Dtype::F64].into_iter().flat_map(|d| [(d, 2), (d, 4), (d, 50)]) {
        let (u, mut kappa) = (dtype.unit_roundoff(), 1.0);
        while kappa < 0.4 / (n as f64 * u) {
            let mut singular_values = vec![3.0; n];
            singular_values[n - 1] = 3.0 / kappa;
            let spectrum = Spectrum { singular_values, dtype };
            let curvature = spectrum.curvature();
            for (learning_rate, momentum) in [(None, None), (None, Some(0.9)), (Some(0.1), None)] {
                let pair = spectrum.best(learning_rate, momentum).unwrap();
                let Pair { learning_rate: alpha, momentum: beta } = pair.rounded(dtype);
                let limit = 2.0 * (1.0 + beta) / curvature.greatest;
                let what = format!("{dtype}, n = {n}, κ = {kappa:e}: {alpha:e} {beta}");
                assert!(beta < 1.0 && 0.0 < alpha && alpha < limit * (1.0 - 2.0 * u), "{what}");
            }
            let pair = spectrum.best(None, None).unwrap();
            // 1 − (κ − 1)/(κ + 1), of which at most a tenth is given away.
            let best = 2.0 / (kappa + 1.0);
            let is = 1.0 - pair.momentum.sqrt();
            assert!(is > 0.9 * best * (1.0 - 1e-6) - u, "{dtype}, n = {n}, κ = {kappa:e}");
            kappa *= 1.7;
        }
    }
}

#[test]
fn nan_is_never_taken_for_success() {
    use inverse_by_descent::theory::contraction::has_diverged;
    assert!(has_diverged(&[f64::NAN, 1.0]) && has_diverged(&[1.0, f64::NAN]));
    assert!(has_diverged(&[1.0, f64::INFINITY]) && !has_diverged(&[1.0, 0.5]));
}

/// Runs inside and outside the stable range, in f64, each measured and predicted.
#[test]
fn what_is_measured_is_what_is_predicted() {
    let diagonal = Experiment { steps: 400, ..Experiment::default() };
    let random = Experiment { matrix: Matrix::Random, ..diagonal.clone() };
    let seven = Experiment { size: 7, seed: 2, steps: 3000, ..random.clone() };
    for (experiment, learning_rate, momentum) in [
        (&diagonal, 0.9, 0.9),
        (&diagonal, 0.9, 0.1),
        (&diagonal, 0.5, 0.0),
        (&diagonal, 1.45, 0.5),
        (&diagonal, 1.55, 0.5),
        (&diagonal, 2.1, 0.9),
        (&random, 0.9, 0.9),
        (&random, 6.0, 0.8),
        (&random, 5.5, 0.5),
        (&seven, 3.0, 0.95),
    ] {
        let experiment = Experiment { learning_rate, momentum, ..experiment.clone() };
        let spectrum = spectrum(&experiment);
        let pair = Pair { learning_rate, momentum };
        let predicted = spectrum.curvature().contraction(pair);
        let measured = measured(&losses(&experiment), spectrum.rounding(pair)).unwrap();
        // The residual shrinks by 1 − predicted a step; that is measured to a twentieth.
        let tolerance = (1.0 - predicted).abs() / 20.0;
        assert!((measured - predicted).abs() < tolerance, "{pair:?}: measured {measured}, predicted {predicted}");
    }
}

#[test]
fn a_geometric_series_is_measured_exactly() {
    for ratio in [0.3, 0.9, 0.999, 1.01] {
        let losses: Vec<f64> = (0..200).map(|t| f64::powi(ratio, 2 * t)).collect();
        let measured = measured(&losses, Rounding { unit: U, floor: 0.0 }).unwrap();
        assert!(close(measured, ratio, 1e-12), "{measured} {ratio}");
    }
    // At its floor from step 90 on, where it flickers.
    let losses: Vec<f32> = (0..1000).map(|t| 0.8_f32.powi(2 * t).max(1e-17 * (1 + t % 3) as f32)).collect();
    let rounding = Rounding { unit: 2_f64.powi(-24), floor: 1e-12 };
    assert!(close(measured(&losses, rounding).unwrap(), 0.8, 1e-6));
    assert_eq!(measured(&[1.0, 0.1, 0.01], rounding), None);
    assert_eq!(measured::<f64>(&[], rounding), None);
    assert_eq!(measured(&[f64::NAN; 50], rounding), None);
}

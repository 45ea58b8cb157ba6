//! The distance to the inverse, where it is known.

use inverse_by_descent::descent::start;
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::theory::Spectrum;
use inverse_by_descent::theory::distance::distances;
use tch::Tensor;

/// M = [[2, 1], [1, 1]] has the inverse [[1, −1], [−1, 2]], and R differs from it by D, far below what R·M in f64 shows.
#[test]
fn a_known_difference_comes_back_to_the_last_digits() {
    Libtorch::settle(None).unwrap();
    let matrix = Tensor::from_slice(&[2.0, 1.0, 1.0, 1.0]).reshape([2, 2]);
    let ulp = f64::EPSILON;
    let parameter = [1.0 + 3.0 * ulp, -1.0, -1.0 + ulp, 2.0 - 4.0 * ulp];
    let spectrum = Spectrum::of(&matrix).unwrap();
    let found = distances(&parameter, &matrix, &spectrum).unwrap();
    let known = (9.0_f64 + 1.0 + 16.0).sqrt() * ulp;
    assert!((found.to_inverse / known - 1.0).abs() < 1e-12, "{found:?}");
    // D·M = ulp [[6, 3], [−2, −3]].
    let residual = (36.0_f64 + 9.0 + 4.0 + 9.0).sqrt() * ulp;
    assert!((found.residual / residual - 1.0).abs() < 1e-12, "{found:?}");
    assert!(found.to_inverse <= found.bound);
}

#[test]
fn the_bound_holds_and_the_librarys_inverse_is_near() {
    for size in [1, 3, 40] {
        let experiment = Experiment { matrix: Matrix::Random, size, ..Experiment::default() };
        let start = start::<f32>(Libtorch::settle(None).unwrap(), &experiment).unwrap();
        let spectrum = Spectrum::of(&start.matrix).unwrap();
        let library = Tensor::linalg_inv(&start.matrix);
        let found =
            distances(&Vec::<f32>::try_from(library.flatten(0, -1)).unwrap(), &start.matrix, &spectrum).unwrap();
        assert_eq!(found.to_library, 0.0);
        let inverse = Tensor::linalg_inv(&start.matrix.to_kind(tch::Kind::Double));
        let direct = (library.to_kind(tch::Kind::Double) - inverse).norm().double_value(&[]);
        assert!((found.to_inverse - direct).abs() <= 1e-6 * direct, "{size}: {found:?}, directly {direct}");
        assert!(found.to_inverse <= found.bound * (1.0 + 1e-12), "{size}: {found:?}");
        let start = Vec::<f32>::try_from(start.random_inverse.flatten(0, -1)).unwrap();
        assert!(start.len() == size * size);
    }
}

#[test]
fn a_diverged_parameter_is_nowhere() {
    Libtorch::settle(None).unwrap();
    let matrix = Tensor::from_slice(&[1.0_f32, 0.0, 0.0, 2.0]).reshape([2, 2]);
    let spectrum = Spectrum::of(&matrix).unwrap();
    let found = distances(&[f32::NAN, 0.0, f32::INFINITY, 1.0], &matrix, &spectrum).unwrap();
    assert!(!found.to_inverse.is_finite() && !found.to_library.is_finite() && !found.bound.is_finite());
}

//! The comparison to the bit: what counts as equal, and where a difference is found.

use inverse_by_descent::experiment::digest::Digest;
use inverse_by_descent::experiment::trajectory::Trajectory;
use inverse_by_descent::parity::compare::{compare, series, ulp_distance};

#[test]
fn one_flipped_bit_is_found_and_located() {
    let ours: Vec<f32> = (1..=1000).map(|k| 1.0 / k as f32).collect();
    for (step, bit) in [(0, 0), (417, 0), (417, 5), (999, 22)] {
        let mut theirs = ours.clone();
        theirs[step] = f32::from_bits(theirs[step].to_bits() ^ (1 << bit));
        let found = series(&ours, &theirs);
        assert_eq!((found.count, found.equal), (1000, 999));
        let (first, largest) = (found.first.unwrap(), found.largest.unwrap());
        assert_eq!((first.at, first.ulp), (step, 1 << bit));
        assert_eq!((largest.at, largest.ulp), (step, 1 << bit));
        assert_eq!(first.theirs.parse::<f32>().unwrap().to_bits(), theirs[step].to_bits());
    }
}

#[test]
fn the_first_and_the_largest_difference_are_told_apart() {
    let ours = [1.0_f64; 5];
    let next = |ulps| f64::from_bits(1.0_f64.to_bits() + ulps);
    let found = series(&ours, &[1.0, next(2), next(7), next(7), 1.0]);
    assert_eq!(found.equal, 2);
    assert_eq!(found.first.map(|first| (first.at, first.ulp)), Some((1, 2)));
    assert_eq!(found.largest.map(|largest| (largest.at, largest.ulp)), Some((2, 7)));
    assert_eq!(found.distances, [0, 2, 7, 7, 0]);
}

#[test]
fn nan_equals_nan_and_nothing_else() {
    let other_nan = f32::from_bits(f32::NAN.to_bits() ^ 0x8000_0001);
    assert!(other_nan.is_nan());
    assert_eq!(ulp_distance(f32::NAN, other_nan), 0);
    assert_eq!(ulp_distance(f32::NAN, f32::INFINITY), u64::MAX);
    assert_eq!(ulp_distance(f32::INFINITY, f32::INFINITY), 0);
    assert_eq!(ulp_distance(f32::INFINITY, f32::MAX), 1);
    assert_eq!(ulp_distance(f64::INFINITY, f64::NEG_INFINITY), 2 * (0x7ff0_0000_0000_0000) + 1);
    assert_eq!(ulp_distance(0.0_f32, -0.0), 1);
    assert_eq!(ulp_distance(f32::from_bits(1), -f32::from_bits(1)), 3);
}

#[test]
fn a_shorter_series_differs_where_it_ends() {
    let found = series(&[1.0_f32, 2.0, 3.0], &[1.0, 2.0]);
    assert_eq!((found.count, found.equal), (3, 2));
    let first = found.first.unwrap();
    assert_eq!((first.at, &*first.ours, &*first.theirs), (2, "3.0", "nothing"));
}

#[test]
fn parameter_and_gradient_count_too() {
    let ours = Trajectory { losses: vec![1.0_f32], parameter: vec![1.0; 4], gradient: vec![0.0; 4] };
    assert!(compare(&ours, &ours).all_equal());
    let mut theirs = ours.clone();
    theirs.gradient[3] = -0.0;
    assert!(!compare(&ours, &theirs).all_equal());
    let mut theirs = ours.clone();
    theirs.parameter[0] = 2.0;
    assert!(!compare(&ours, &theirs).all_equal());
}

#[test]
fn a_comparison_has_the_digest_of_each_sides_losses() {
    let run = |losses: &[f32]| Trajectory { losses: losses.to_vec(), parameter: vec![0.5], gradient: vec![0.0] };
    let compared = compare(&run(&[1.0, 2.0]), &run(&[1.0, 2.5]));
    assert_eq!(compared.losses_sha256, [Digest::of(&[1.0_f32, 2.0]), Digest::of(&[1.0_f32, 2.5])]);
}

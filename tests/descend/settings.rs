//! What the settings do.

use crate::ran::{run, run_with_input};

/// The loop by hand doesn't use libtorch's arithmetic at all; in notebook arithmetic both have the same bits.
#[test]
fn by_hand_and_autograd_agree() {
    let options = ["--matrix", "random", "--steps", "300", "--gradient"];
    let by_hand = run(&[&options[..], &["by-hand"]].concat());
    let autograd = run(&[&options[..], &["autograd"]].concat());
    let optimizer = run(&[&options[..], &["optimizer"]].concat());
    for ran in [&by_hand, &autograd, &optimizer] {
        ran.assert_ended(0);
    }
    if inverse_by_descent::libtorch::arithmetic::notebook_arithmetic_lacks().is_none() {
        assert_eq!(by_hand.losses(), autograd.losses());
        assert_eq!(by_hand.array("gradient.npy"), autograd.array("gradient.npy"));
    }
    // SGD rounds in another order: close, not equal.
    for (one, other) in autograd.losses().iter().zip(optimizer.losses()) {
        assert!((one - other).abs() <= 1e-3 * one, "{one} {other}");
    }
}

#[test]
fn auto_is_the_heavy_balls_best_pair() {
    let ran = run(&["--matrix", "random", "--learning-rate", "auto", "--momentum", "auto", "--steps", "400"]);
    ran.assert_ended(0);
    let json = ran.json();
    let number = |path: &str| json.pointer(path).unwrap().as_f64().unwrap();
    // κ(M) = 27.19: β = ((κ − 1)/(κ + 1))², and √β is the contraction.
    let kappa = number("/theory/condition_number");
    assert!((kappa - 27.19).abs() < 0.01);
    let contraction = (kappa - 1.0) / (kappa + 1.0);
    assert!((number("/settings/momentum") - contraction.powi(2)).abs() < 1e-12);
    // Both roots are double there, which makes the residual t times a geometric series: a little slower.
    let measured = number("/measured/contraction");
    assert!((contraction..contraction + 0.02).contains(&measured), "{measured} {contraction}");

    let one = run(&["--momentum", "auto", "--learning-rate", "0.5", "--steps", "50"]).json();
    // μ = 1/8, L = 2: the greater of (1 − √(1/16))² and (1 − √1)².
    assert!((one["settings"]["momentum"].as_f64().unwrap() - 0.5625).abs() < 1e-12, "{one}");
    let one = run(&["--learning-rate", "auto", "--momentum", "0", "--steps", "50"]).json();
    assert!((one["settings"]["learning_rate"].as_f64().unwrap() - 2.0 / 2.125).abs() < 1e-12, "{one}");
}

/// In f32, at condition number 10⁴, the best pair of theory grows to 10¹⁰ by rounding alone.
#[test]
fn auto_stays_stable_where_rounding_matters() {
    let (c, s) = (0.6, 0.8);
    let row = |a: f64, b: f64| format!("{},{}\n", a * c - b * 1e-4 * s, a * s + b * 1e-4 * c);
    let matrix = row(c, -s) + &row(s, c);
    let options = ["--matrix", "m.csv", "--learning-rate", "auto", "--momentum", "auto"];
    let options = [&options[..], &["--steps", "100000", "--gradient", "by-hand"]].concat();
    let ran = run_with_input(&options, &[("m.csv", &matrix)], "");
    ran.assert_ended(0);
    let losses = ran.losses();
    assert!(losses[losses.len() - 1] < 1e-2 * losses[0], "{:e}", losses[losses.len() - 1]);
}

#[test]
fn until_stops_at_the_loss() {
    let ran = run(&["--until", "1e-6"]);
    ran.assert_ended(0);
    let losses = ran.losses();
    let (last, before) = losses.split_last().unwrap();
    assert!(*last <= 1e-6 && before.iter().all(|&loss| loss > 1e-6));
    assert_eq!(ran.json()["outcome"], "reached");

    let ran = run(&["--until", "1e-30", "--steps", "20"]);
    ran.assert_ended(0);
    assert!(ran.stdout.contains("the loss 1e-30 wasn't reached"), "{}", ran.stdout);
}

#[test]
fn other_types_and_sizes_run() {
    for options in [
        &["--size", "1", "--momentum", "0"][..],
        &["--size", "2", "--dtype", "f64"],
        &["--matrix", "random", "--size", "33", "--steps", "5"],
        &["--matrix", "random", "--size", "140", "--steps", "3", "--dtype", "f64", "--gradient", "by-hand"],
        &["--matrix", "diag:-1,2,-3", "--seed", "-7"],
    ] {
        let ran = run(&[&["--steps", "60"][..], options].concat().into_iter().fold(vec![], later_wins));
        ran.assert_ended(0);
    }
}

/// Options with a later value for one that was given already: the first is dropped.
fn later_wins<'a>(mut options: Vec<&'a str>, next: &'a str) -> Vec<&'a str> {
    if let Some(at) = options.iter().position(|&option| option == next && next.starts_with("--")) {
        options.drain(at..at + 2);
    }
    options.push(next);
    options
}

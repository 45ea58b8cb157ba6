//! What is refused, and how it is said.

use crate::ran::{assert_refused, run, run_with_input};

#[test]
fn what_can_not_be_inverted_is_refused_with_the_numbers() {
    let with = |text: &str| run_with_input(&["--matrix", "m.csv"], &[("m.csv", text)], "");
    assert_refused(&with("1,2\n2,4\n"), &["--matrix", "singular", "condition number"]);
    assert_refused(&with("0.1,0.2\n0.3,0.6\n"), &["singular"]);
    assert_refused(&with("1,2,3\n4,5,6\n"), &["m.csv", "2 rows of 3 numbers", "square"]);
    assert_refused(&with("1,nan\n4,5\n"), &["m.csv", "row 1, column 2", "finite"]);
    assert_refused(&with(""), &["m.csv", "no numbers"]);
    assert_refused(&run(&["--matrix", "diag:1,0"]), &["singular"]);
    assert_refused(&run(&["--matrix", "diag:1,1e-60"]), &["singular"]);
    assert_refused(&run(&["--matrix", "diag:1e39,1"]), &["1e39", "f64"]);
    assert_refused(&run(&["--matrix", "diag:1,2", "--size", "3"]), &["--matrix", "size 3", "2×2"]);
    assert_refused(&run(&["--matrix", "missing.csv"]), &["missing.csv", "can't be read"]);
    assert_refused(&run(&["--matrix", "matrix.xlsx"]), &["matrix.xlsx", ".csv"]);
}

#[test]
fn what_is_out_of_range_is_refused_before_it_runs() {
    let unstable = run(&["--learning-rate", "1.91"]);
    assert_refused(&unstable, &["1.91", "momentum 0.9", "condition number 4.0", "= 1.9 ", "--force"]);
    assert_refused(&run(&["--learning-rate", "0"]), &["--learning-rate 0", "above 0"]);
    assert_refused(&run(&["--learning-rate", "-0.1"]), &["--learning-rate -0.1"]);
    assert_refused(&run(&["--momentum", "1"]), &["--momentum 1", "between -1 and 1"]);
    assert_refused(&run(&["--learning-rate", "2.5", "--momentum", "auto"]), &["--momentum auto", "below 4/L = 2.0"]);
    for (option, value) in [
        ("--learning-rate", "nan"),
        ("--momentum", "fast"),
        ("--steps", "0"),
        ("--size", "0"),
        ("--size", "32769"),
        ("--until", "-1"),
        ("--gradient", "magic"),
        ("--seed", "1.5"),
    ] {
        assert_refused(&run(&[option, value]), &[value, option]);
    }
    let negative = ["--gradient", "optimizer", "--learning-rate", "-1", "--force"];
    assert_refused(&run(&negative), &["optimizer", "negative"]);
}

#[test]
fn a_run_that_can_not_fit_says_so_with_the_bytes() {
    use inverse_by_descent::libtorch::memory;
    let bytes = |parts: &[memory::Part]| parts.iter().map(|part| part.bytes).sum::<u64>();
    let needed = bytes(&memory::of_descent(32768, 8, 10_000));
    if memory::available() < needed {
        let ran = run(&["--size", "32768", "--dtype", "f64"]);
        let parts = ["--size 32768", &needed.to_string(), "its matrices", "a smaller matrix"];
        assert_refused(&ran, &parts);
    }
    let steps = u32::MAX.to_string();
    if memory::available() < bytes(&memory::of_descent(4, 8, u32::MAX as usize)) {
        let ran = run(&["--steps", &steps, "--dtype", "f64"]);
        assert_refused(&ran, &["--steps 4294967295", "the losses of its steps", "fewer steps"]);
    }
    assert!(memory::ensure_fits(&[memory::of_pairs(usize::MAX >> 6)]).is_err());
    assert!(memory::ensure_fits(&[memory::of_pairs(1)]).is_ok());
}

/// Its condition number is 3.7e8: as f32 has it, it can't be told from 3,1 / 1,1/3.
#[test]
fn what_is_singular_in_its_dtype_is_refused_before_the_run() {
    let with = |dtype: &str| {
        let options = ["--matrix", "m.csv", "--learning-rate", "0.1", "--steps", "50"];
        let options = [&options[..], &["--dtype", dtype]].concat();
        run_with_input(&options, &[("m.csv", "3,1\n1,0.33333334\n")], "")
    };
    assert_refused(&with("f32"), &["--matrix m.csv", "singular in f32", "in f64"]);
    with("f64").assert_ended(0);
}

#[test]
fn by_hand_computes_in_notebook_arithmetic_alone() {
    let native = run(&["--gradient", "by-hand", "--arithmetic", "native"]);
    assert_refused(&native, &["--arithmetic native", "by-hand", "notebook arithmetic"]);
    let by_hand = run(&["--gradient", "by-hand", "--steps", "5"]);
    by_hand.assert_ended(0);
    assert_eq!(by_hand.json()["environment"]["arithmetic"], "notebook");
}

#[test]
fn an_unwritable_folder_is_said_before_the_first_step() {
    let ran = run_with_input(&["--out", "file", "--trace", "1"], &[("file", "")], "");
    assert_refused(&ran, &["file", "--out"]);
}

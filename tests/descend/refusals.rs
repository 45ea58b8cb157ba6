//! What is refused, and how it is said.

use crate::ran::{assert_refused, run, run_with_input};

#[test]
fn what_can_not_be_inverted_is_refused_with_the_numbers() {
    let with = |text: &str| run_with_input(&["--matrix", "m.csv"], &[("m.csv", text)], "");
    assert_refused(&with("1,2\n2,4\n"), &["--matrix", "singular", "condition number"]);
    assert_refused(&with("0.1,0.2\n0.3,0.6\n"), &["singular"]);
    assert_refused(&with("1,2,3\n4,5,6\n"), &["m.csv", "2 rows of 3 entries", "square"]);
    assert_refused(&with("1,nan\n4,5\n"), &["m.csv", "row 1, column 2", "finite"]);
    assert_refused(&with(""), &["m.csv", "no numbers"]);
    assert_refused(&run(&["--matrix", "diag:1,0"]), &["singular"]);
    assert_refused(&run(&["--matrix", "diag:1,1e-60"]), &["singular"]);
    assert_refused(&run(&["--matrix", "diag:1e39,1"]), &["1e39", "--dtype f64"]);
    assert_refused(&run(&["--matrix", "diag:1,2", "--size", "3"]), &["--size 3", "2×2"]);
    assert_refused(&run(&["--matrix", "missing.csv"]), &["missing.csv", "can't be read"]);
    assert_refused(&run(&["--matrix", "matrix.txt"]), &["matrix.txt", ".csv"]);
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
        ("--device", "gpu"),
        ("--gradient", "magic"),
        ("--seed", "1.5"),
    ] {
        assert_refused(&run(&[option, value]), &[value, option]);
    }
    assert_refused(&run(&["--device", "cuda:97"]), &["cuda:97", "--device cpu"]);
    assert_refused(&run(&["--device", "cuda:0", "--gradient", "by-hand"]), &["by-hand", "cuda:0"]);
    let negative = ["--gradient", "optimizer", "--learning-rate", "-1", "--force"];
    assert_refused(&run(&negative), &["optimizer", "negative"]);
}

#[test]
fn a_run_that_can_not_fit_says_so_with_the_bytes() {
    use inverse_by_descent::libtorch::memory;
    let needed = memory::of_descent(32768, 8, 10_000);
    if memory::available() < needed {
        let ran = run(&["--size", "32768", "--dtype", "f64"]);
        assert_refused(&ran, &["--size 32768", &needed.to_string(), "bytes"]);
    }
    let message = memory::ensure_fits("all", u64::MAX).unwrap_err().to_string();
    assert!(message.contains("18446744073709551615 bytes"), "{message}");
    assert!(memory::ensure_fits("nothing", 0).is_ok());
}

#[test]
fn an_unwritable_folder_is_said_before_the_first_step() {
    let ran = run_with_input(&["--out", "file", "--trace", "1"], &[("file", "")], "");
    assert_refused(&ran, &["file", "--out DIR"]);
}

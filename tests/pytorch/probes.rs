use super::{LIMIT, contains, fake_child};
use crate::common::pytorch;
use inverse_by_descent::by_hand::witness::{trees_of, trees_of_libtorch};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use inverse_by_descent::parity::pytorch::{Job, Python};
use std::time::{Duration, Instant};

fn job(python: &Python, limit: Duration) -> Job<'_> {
    Job { python, experiments: &[], threads: Some(1), arithmetic: Arithmetic::Native, limit }
}

/// The message when a child that runs `script` is asked for the trees of 4×4 matrices.
fn unread(script: &str, limit: Duration) -> String {
    let (_folder, python) = fake_child(script);
    let error = trees_of::<f32>(&mut job(&python, limit).probes().unwrap(), 4).expect_err("no answers");
    let message = format!("{error:#}");
    assert!(!message.contains('\n'), "more than one line: {message}");
    message
}

/// The socket is the child's standard input.
#[test]
fn answers_to_probes_that_are_none_are_one_message() {
    let numbers = |count: &str, number: &str| format!("printf '{count}\\0\\0\\0\\0\\0\\0\\0{}'", number.repeat(16));
    let endless = |answer: String| format!("while {answer} >&0; do :; done");
    for (script, part) in [
        (
            "printf 'hello there' >&0; sleep 1000",
            r#"asked how its PyTorch sums, it answered with text that begins with "hello th""#,
        ),
        (&*format!("{} >&0; sleep 1000", numbers("\\003", "")), "with 3 numbers, expected 16 numbers"),
        (&*format!("{} >&0", numbers("\\020", "")), "it ended before its answer"),
        (&*endless(numbers("\\020", "\\0\\0\\300\\177")), "with NaN, expected finite numbers"),
        (
            &*endless(numbers("\\020", "\\0\\0\\0\\077")),
            "the forward product: row 0, column 0: not a tree: a probe was answered by 0.5",
        ),
        ("echo no luck >&2; exit 3", "ended with exit status: 3, saying: no luck"),
        ("exit 0", "it ended before its answer"),
    ] {
        contains(&unread(script, LIMIT), part);
    }
    let start = Instant::now();
    contains(
        &unread("echo waiting >&2; sleep 1000", Duration::from_millis(1500)),
        "time limit and was killed, saying: waiting",
    );
    assert!(start.elapsed() < Duration::from_secs(60));
}

/// What its site prints while it starts, and later, is kept apart from its answers.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_live_python_with_pytorch_sums_in_the_trees_that_are_read_here() {
    let site = tempfile::tempdir().unwrap();
    let noise = "import atexit, os\nprint('hello', flush=True)\nos.write(1, b'hello')\natexit.register(print, 'bye')\n";
    std::fs::write(site.path().join("sitecustomize.py"), noise).unwrap();
    let script = format!("PYTHONPATH={} exec {} \"$@\"", site.path().display(), pytorch().program.display());
    let (_folder, python) = fake_child(&script);
    let libtorch = Libtorch::settle(Some(Arithmetic::Native)).unwrap();
    libtorch.set_threads(1);
    let mut probes = job(&python, LIMIT).probes().unwrap();
    for n in [1, 2, 4, 9, 33] {
        assert_eq!(trees_of::<f32>(&mut probes, n).unwrap(), trees_of_libtorch::<f32>(libtorch, n).unwrap());
        assert_eq!(trees_of::<f64>(&mut probes, n).unwrap(), trees_of_libtorch::<f64>(libtorch, n).unwrap());
    }
}

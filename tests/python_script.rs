//! `notebooks-ported/matrix_inverse.py` used alone: what it says to bad input, and that both of its formats keep
//! every bit. Bad input is found before PyTorch is imported, so any python3 will do for that.
#![cfg(unix)]

mod common;

use std::path::Path;
use std::process::{Command, Output};

fn script(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/notebooks-ported/matrix_inverse.py"));
    command
}

/// Asserts one message on standard error that says `part`, exit code 2 and nothing on standard output.
#[track_caller]
fn refused(output: &Output, part: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.starts_with("Error: ") && stderr.trim_end().lines().count() == 1, "{stderr}");
    assert!(stderr.contains(part), "no {part:?} in {stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn bad_input_is_one_message() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("ragged.json", r#"[{"matrix": [[1, 2], [3]]}]"#),
        ("text.json", r#"[{"matrix": [[1, "x"], [3, 4]]}]"#),
        ("empty.json", r#"[{"matrix": []}]"#),
        ("nan.json", r#"[{"matrix": [[1, NaN], [0, 1]]}]"#),
        ("numbers.json", r#"[{"matrix": [1, 2]}]"#),
        ("cut.json", "[[1, 2], [3"),
        ("unknown.json", r#"[{"sed": 1}]"#),
        ("null.json", r#"[{"learning_rate": null}]"#),
        ("bool.json", r#"[{"seed": true}]"#),
        ("huge.json", &format!(r#"[{{"momentum": 1{}}}]"#, "0".repeat(400))),
        ("rows.json", r#"[{"size": 3, "matrix": [[1, 2], [3, 4]]}]"#),
        ("object.json", "{}"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for (arguments, part) in [
        ("--seed x", "--seed: invalid int value: 'x'"),
        ("--nonsense", "--nonsense"),
        ("--size 0", "size: expected a whole number from 1"),
        ("--steps 0", "steps: expected a whole number from 1"),
        ("--threads 0", "--threads: expected a whole number from 1"),
        ("--learning-rate nan", "learning_rate: expected a finite number, not nan"),
        ("--momentum 1e999", "momentum: expected a finite number, not inf"),
        ("--dtype f16", "dtype: expected f32 or f64, not 'f16'"),
        ("--gradient adam", "gradient: expected scaled or optimizer"),
        ("--gradient optimizer --learning-rate -1", "use gradient scaled"),
        ("--matrix other", "matrix 'other': expected diag"),
        ("--matrix diag:1,,2", "expected numbers with commas between"),
        ("--matrix diag:1,2 --size 3", "size is 3, but the matrix is 2×2"),
        ("--settings ragged.json", "row 1 has 1 entries"),
        ("--settings text.json", "row 0: expected a finite number, not 'x'"),
        ("--settings empty.json", "expected a list of rows"),
        ("--settings nan.json", "row 0: expected a finite number, not nan"),
        ("--settings numbers.json", "expected a list of rows"),
        ("--settings none.json", "settings 'none.json': No such file"),
        ("--settings unknown.json", "run 0: unknown setting 'sed'"),
        ("--settings null.json", "run 0: learning_rate: expected a finite number"),
        ("--settings bool.json", "run 0: seed: expected a whole number"),
        ("--settings huge.json", "run 0: momentum: expected a finite number"),
        ("--settings rows.json", "size is 3, but the matrix is 2×2"),
        ("--settings object.json", "expected a JSON list of objects"),
        ("--settings cut.json", "settings 'cut.json':"),
        ("--out losses.txt", "expected a name ending in .json or .npz"),
        ("--out none/losses.json", "none/losses.json"),
    ] {
        let mut command = script(Path::new("python3"));
        command.args(arguments.split(' ')).current_dir(&folder);
        refused(&command.output().unwrap(), part);
    }
}

#[test]
fn missing_packages_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for package in ["torch", "numpy"] {
        let text = format!("raise ImportError('No module named {package}')");
        std::fs::write(folder.path().join(format!("{package}.py")), text).unwrap();
    }
    let mut command = script(Path::new("python3"));
    command.env("PYTHONPATH", folder.path()).current_dir(&folder);
    command.args(["--out", "runs.json"]);
    refused(&command.output().unwrap(), "-m pip install torch");
    let left = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("runs")).collect();
    assert!(left.is_empty(), "a failed run leaves {left:?}");
    command.args(["--out", "runs.npz"]);
    refused(&command.output().unwrap(), "-m pip install numpy");
}

#[test]
fn help_needs_no_torch() {
    let output = script(Path::new("python3")).arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for option in ["--seed", "--matrix", "--learning-rate", "--settings", "examples:", "exit codes:"] {
        assert!(help.contains(option), "no {option}");
    }
}

/// Read back by NumPy: a run in each dtype that overflows to infinity and NaN of both signs, and one that converges.
const COMPARE: &str = "\
import json, numpy
written, arrays = json.load(open('runs.json'))['runs'], numpy.load('runs.npz')
for k, run in enumerate(written, 1):
    for name in ('losses', 'parameter', 'gradient', 'initial', 'matrix'):
        array = arrays[f'{name}{k}']
        assert array.dtype == {'f32': 'float32', 'f64': 'float64'}[run['settings']['dtype']]
        flat = [float(x) for x in numpy.array(run[name], dtype=object).ravel()]
        read = numpy.array(flat, dtype=array.dtype)
        assert read.tobytes() == array.tobytes(), (k, name)
    losses = arrays[f'losses{k}']
    assert k == 3 or numpy.isinf(losses).any() and numpy.isnan(losses).any()
print('same')
";

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn both_formats_written_with_pytorch_keep_every_bit() {
    let python = common::pytorch().program;
    let folder = tempfile::tempdir().unwrap();
    let settings = r#"[{"matrix": "random", "learning_rate": 30, "steps": 2000},
        {"matrix": "diag", "size": 5, "dtype": "f64", "learning_rate": 300, "steps": 2000},
        {"matrix": "random", "steps": 1000}]"#;
    std::fs::write(folder.path().join("settings.json"), settings).unwrap();
    for out in ["runs.json", "runs.npz"] {
        let mut command = script(&python);
        command.args(["--settings", "settings.json", "--out", out]).current_dir(&folder);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut compare = Command::new(&python);
    let output = compare.args(["-c", COMPARE]).current_dir(&folder).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.stdout, b"same\n", "{stderr}");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["runs.json", "runs.npz", "settings.json"], "something was left beside the results");
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(target_os = "linux")]
fn a_full_disk_with_pytorch_is_one_message() {
    let python = common::pytorch().program;
    for arguments in [&["--steps", "3"][..], &["--steps", "3", "--out", "-"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = script(&python);
        command.args(arguments).env_remove("PYTHONUNBUFFERED");
        refused(&command.stdout(full).output().unwrap(), "No space left on device");
    }
}

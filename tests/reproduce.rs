//! The binary as a process: what it prints and writes, and its exit codes.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

/// `reproduce`, run in `folder`.
fn reproduce(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command.current_dir(folder).env_remove("RUST_BACKTRACE");
    command
}

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// One line on standard error, nothing on standard output, exit code 2.
#[track_caller]
fn assert_refused(command: &mut Command, parts: &[&str]) {
    let ran = run(command);
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} isn't in {:?}", ran.stderr);
    }
    assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("backtrace"), "{}", ran.stderr);
}

fn notebook_arithmetic() -> bool {
    inverse_by_descent::libtorch::arithmetic::notebook_arithmetic_lacks().is_none()
}

#[test]
fn it_prints_the_notebook_and_writes_report_and_pictures() {
    let folder = tempdir().unwrap();
    let ran = run(&mut reproduce(folder.path()));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "", "no progress where there is no terminal");
    assert!(!ran.stdout.contains('\x1b'), "no colours where there is no terminal");
    for part in [
        "In [78]:",
        "tensor([[1., 0., 0., 0.],\n        [0., 2., 0., 0.],",
        "0 : tensor(1.6650)",
        "[[-0.28 1.26 2.00 1.35]\n",
    ] {
        assert!(ran.stdout.contains(part), "{part:?} isn't in {}", ran.stdout);
    }
    if notebook_arithmetic() {
        let last = ran.stdout.lines().last().unwrap();
        assert!(
            last.starts_with("266 of 266 numbers equal in value, 263 as printed; written to reproduction; "),
            "{last}"
        );
    }

    let mut files: Vec<_> = fs::read_dir(folder.path().join("reproduction"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut expected = vec!["report.html".to_string(), "report.json".to_string()];
    for extension in ["png", "svg"] {
        expected.push(format!("in-119-losses.{extension}"));
        for (cell, t) in [106, 116].into_iter().flat_map(|cell| [0, 2000, 4000, 6000, 8000].map(|t| (cell, t))) {
            expected.push(format!("in-{cell}-difference-{t}.{extension}"));
        }
    }
    expected.sort();
    assert_eq!(files, expected);

    if notebook_arithmetic() {
        for file in ["in-119-losses.svg", "in-116-difference-0.svg"] {
            let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks-ported/pictures").join(file);
            let made = fs::read(folder.path().join("reproduction").join(file)).unwrap();
            assert!(made == fs::read(committed).unwrap(), "the README's {file} isn't what is drawn now");
        }
    }

    let report: Value =
        serde_json::from_slice(&fs::read(folder.path().join("reproduction/report.json")).unwrap()).unwrap();
    assert_eq!(report["notebook"]["numbers"], 266);
    assert_eq!(report["cells"].as_array().unwrap().len(), 19);
    assert_eq!(report["environment"]["torch"], env!("LIBTORCH_VERSION"));
    if notebook_arithmetic() {
        assert_eq!(report["pytorch"]["losses"], 40_000);
        assert_eq!(report["pytorch"]["equal"], 40_000);
    }
    let runs = report["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 4);
    for run in runs {
        let losses = run["losses"].as_array().unwrap();
        assert_eq!(losses.len(), 10_000);
        for loss in losses {
            let loss = loss.as_f64().unwrap();
            // The shortest decimal of an f32: printed again from the f32 that it reads back to, it is the same.
            assert_eq!((loss as f32).to_string().parse::<f64>().unwrap(), loss);
        }
        assert_eq!(run["parameter"].as_array().unwrap().len(), 4);
        assert_eq!(run["gradient"][3].as_array().unwrap().len(), 4);
    }
}

#[test]
fn native_arithmetic_is_explained_digit_by_digit() {
    let folder = tempdir().unwrap();
    let ran = run(reproduce(folder.path()).args(["--arithmetic", "native", "--json"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["environment"]["arithmetic"], "native");
    assert!(report["pytorch"].is_null(), "nothing native was recorded");
    let count = |key: &str| report["notebook"][key].as_u64().unwrap();
    assert_eq!(count("equal_in_value") + count("explained"), 266);
    for difference in report["differences"].as_array().unwrap() {
        assert_ne!(difference["why"], "", "{difference}");
    }
}

#[test]
fn a_changed_digit_fails_and_is_named() {
    let folder = tempdir().unwrap();
    let numbers = include_str!("../src/notebook/printed_numbers.csv");
    let changed = numbers.replacen("In [128],tensor,2,1,0.8938", "In [128],tensor,2,1,0.8939", 1);
    assert_ne!(numbers, changed);
    fs::write(folder.path().join("changed.csv"), changed).unwrap();
    let ran = run(reproduce(folder.path()).args(["--expected", "changed.csv"]));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("In [128] tensor, row 2, column 1: printed 0.8939, computed 0.8938"), "{}", ran.stdout);
    assert!(ran.stdout.contains("265 of 266 numbers equal in value"), "{}", ran.stdout);
}

#[test]
fn quiet_prints_the_verdict_alone() {
    let folder = tempdir().unwrap();
    let ran = run(reproduce(folder.path()).args(["--quiet", "--out", "elsewhere"]));
    assert_eq!((ran.code, ran.stdout.lines().count(), &*ran.stderr), (Some(0), 1, ""));
    assert!(folder.path().join("elsewhere/report.json").is_file());
}

#[test]
fn bad_input_is_refused_before_anything_is_written() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    fs::write(folder.path().join("text.csv"), "cell,output,row,column,printed\nIn [78],tensor,0,0,one\n").unwrap();
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    let reproduce = || reproduce(folder.path());
    assert_refused(reproduce().args(["--out", "file"]), &["file", "--out DIR"]);
    assert_refused(reproduce().args(["--out", "/proc/nowhere"]), &["/proc/nowhere", "--out DIR"]);
    assert_refused(reproduce().arg("--learn"), &["--learn"]);
    assert_refused(reproduce().args(["--arithmetic", "decimal"]), &["decimal", "native", "notebook"]);
    assert_refused(reproduce().args(["--expected", "missing.csv"]), &["missing.csv"]);
    assert_refused(reproduce().args(["--expected", "text.csv"]), &["text.csv", "\"one\"", "record 1"]);
    assert_refused(reproduce().args(["--expected", "empty.csv"]), &["empty.csv", "no printed numbers"]);
    assert!(!folder.path().join("reproduction").exists());
}

#[test]
fn a_failing_run_leaves_the_last_results() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("reproduction");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("report.json"), "the last good report").unwrap();
    // A folder in a picture's place: the report can't be completed.
    fs::create_dir_all(out.join("in-106-difference-0.svg/occupied")).unwrap();
    assert_refused(&mut reproduce(folder.path()), &["in-106-difference-0.svg"]);
    assert_eq!(fs::read_to_string(out.join("report.json")).unwrap(), "the last good report");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "no temporary files are left");
}

#[test]
fn version_names_tch_and_libtorch() {
    let folder = tempdir().unwrap();
    let ran = run(reproduce(folder.path()).arg("--version"));
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains(concat!("libtorch ", env!("LIBTORCH_VERSION"))), "{}", ran.stdout);
    assert!(ran.stdout.contains("tch 0."), "{}", ran.stdout);
}

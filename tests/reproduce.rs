//! The binary as a process: what it prints and writes, and its exit codes.

mod common;

use common::{reproduce, run};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn notebook_arithmetic() -> bool {
    inverse_by_descent::libtorch::arithmetic::notebook_arithmetic_lacks().is_none()
}

#[test]
fn it_prints_the_notebook_and_writes_report_and_pictures() {
    let folder = tempdir().unwrap();
    let ran = run(&mut reproduce(folder.path(), &[]));
    ran.assert_ended(0); // no progress on standard error where there is no terminal
    assert!(!ran.stdout.contains('\x1b'), "no colours where there is no terminal");
    assert!(ran.stdout.contains("In [78]:  = as printed (16 numbers)\n"), "{}", ran.stdout);
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
            last.starts_with(
                "266 of 266 numbers equal in value, 263 as printed; 40,000 of 40,000 losses equal to PyTorch's recorded \
                 ones; written to reproduction; "
            ),
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
    assert_eq!(report["holds"], true);
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
    let ran = run(&mut reproduce(folder.path(), &["--arithmetic", "native"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = fs::read(folder.path().join("reproduction/report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["environment"]["arithmetic"], "native");
    assert!(report["pytorch"].is_null(), "nothing native was recorded");
    let count = |key: &str| report["notebook"][key].as_u64().unwrap();
    assert_eq!(count("equal_in_value") + count("explained"), 266);
    assert_eq!(report["holds"], true);
    for difference in report["differences"].as_array().unwrap() {
        assert_ne!(difference["why"], "", "{difference}");
    }
    // The cell's mark, and both orders of a sum.
    for words in ["numbers differ, explained by the order of summation", "The forward product R·M, in 2020"] {
        assert_eq!(ran.stdout.contains(words), count("explained") > 0, "{}", ran.stdout);
    }
}

#[test]
fn a_changed_digit_fails_and_is_named() {
    let folder = tempdir().unwrap();
    let numbers = include_str!("../src/notebook/printed_numbers.csv");
    let changed = numbers.replacen("In [128],tensor,2,1,0.8938", "In [128],tensor,2,1,0.8939", 1);
    assert_ne!(numbers, changed);
    fs::write(folder.path().join("changed.csv"), changed).unwrap();
    let ran = run(&mut reproduce(folder.path(), &["--expected", "changed.csv"]));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("In [128] tensor, row 2, column 1: printed 0.8939, computed 0.8938"), "{}", ran.stdout);
    assert!(ran.stdout.contains("In [128]:  ≠ 1 of 16 numbers differ\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("265 of 266 numbers equal in value"), "{}", ran.stdout);
}

#[test]
fn quiet_prints_the_verdict_alone() {
    let folder = tempdir().unwrap();
    let ran = run(&mut reproduce(folder.path(), &["--quiet", "--out", "elsewhere"]));
    assert_eq!((ran.code, ran.stdout.lines().count(), &*ran.stderr), (Some(0), 1, ""));
    assert!(folder.path().join("elsewhere/report.json").is_file());
}

#[test]
fn bad_input_is_refused_before_anything_is_written() {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("file", "");
    write("text.csv", "cell,output,row,column,printed\nIn [78],tensor,0,0,one\n");
    write("empty.csv", "");
    for (arguments, parts) in [
        (["--out", "file"], vec!["--out", "file", "another folder"]),
        (["--out", "/proc/nowhere"], vec!["--out", "/proc/nowhere", "another folder"]),
        (["--quiet", "--learn"], vec!["--learn"]),
        (["--arithmetic", "decimal"], vec!["decimal", "native", "notebook"]),
        (["--expected", "missing.csv"], vec!["--expected", "missing.csv"]),
        (["--expected", "text.csv"], vec!["text.csv", "\"one\"", "record 1"]),
        (["--expected", "empty.csv"], vec!["empty.csv", "no printed numbers"]),
    ] {
        run(&mut reproduce(folder.path(), &arguments)).assert_refused(&parts);
    }
    assert!(!folder.path().join("reproduction").exists());
}

#[test]
fn a_picture_or_page_that_fails_costs_nothing_else() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("reproduction");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("report.json"), "an earlier report").unwrap();
    // Folders stand in their places.
    for name in ["in-106-difference-0.svg", "in-119-losses.svg", "in-119-losses.png", "report.html"] {
        fs::create_dir_all(out.join(name).join("occupied")).unwrap();
    }
    let ran = run(&mut reproduce(folder.path(), &["--json"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let warnings: Vec<_> = ran.stderr.lines().collect();
    assert!(warnings[0].starts_with("Warning: in-106-difference-0.svg is missing"), "{warnings:?}");
    assert_eq!(warnings[2..], ["Warning: 2 more files are missing"]);
    common::assert_reports(&fs::read(out.join("report.json")).unwrap(), &ran.stdout);
    assert!(out.join("in-106-difference-0.png").is_file());
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2 + 2 * 11, "no temporary files are left");
}

#[test]
fn an_expected_number_that_no_cell_shows_is_named_in_text_and_page() {
    let folder = tempdir().unwrap();
    let expected = "cell,output,row,column,printed\nIn [78],tensor,4611686018427387904,0,1.\n\
                    In [79],tensor,0,0,1.\nIn [78],tensor,0,0,1.\n";
    fs::write(folder.path().join("expected.csv"), expected).unwrap();
    let ran = run(&mut reproduce(folder.path(), &["--expected", "expected.csv"]));
    ran.assert_ended(1);
    assert!(ran.stdout.contains("1 of 3 numbers equal in value, 1 as printed, 2 shown by no cell; "), "{}", ran.stdout);
    let read = |name: &str| fs::read_to_string(folder.path().join("reproduction").join(name));
    let (page, json) = (read("report.html").unwrap(), read("report.json").unwrap());
    for missing in
        ["In [78] tensor, row 4611686018427387904, column 0: printed 1.", "In [79] tensor, row 0, column 0: printed 1."]
    {
        assert!(ran.stdout.contains(missing), "{}", ran.stdout);
        assert!(page.contains(missing), "{missing:?} isn't on the page");
    }
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["holds"], false);
    assert_eq!(json["missing"].as_array().unwrap().len(), 2);
}

#[test]
fn version_names_tch_and_libtorch() {
    let folder = tempdir().unwrap();
    let ran = run(&mut reproduce(folder.path(), &["--version"]));
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains(concat!("libtorch ", env!("LIBTORCH_VERSION"))), "{}", ran.stdout);
    assert!(ran.stdout.contains("tch 0."), "{}", ran.stdout);
}

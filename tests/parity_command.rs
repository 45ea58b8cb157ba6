//! `reproduce parity` and `reproduce arithmetic` as processes.

use assert_cmd::Command;
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::libtorch::arithmetic::notebook_arithmetic_lacks;
use inverse_by_descent::parity::pytorch::{Python, candidates};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tch::{Kind, Tensor};
use tempfile::{TempDir, tempdir};

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn reproduce(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Exit code 2 and one message that has all `parts`.
#[track_caller]
fn assert_refused(folder: &Path, arguments: &[&str], parts: &[&str]) {
    let ran = reproduce(folder, arguments);
    assert_eq!(ran.code, Some(2), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "", "{arguments:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{arguments:?}: {part:?} isn't in {:?}", ran.stderr);
    }
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

/// A short run, and the losses that the loop by hand gives for it: its order of summation doesn't matter, since the
/// matrix is diagonal.
const RUN: [&str; 6] = ["--matrix", "diag", "--steps", "50", "--momentum", "0.5"];

fn losses() -> Vec<f32> {
    use inverse_by_descent::by_hand::{self, witness};
    use inverse_by_descent::experiment::Experiment;
    let experiment = Experiment { steps: 50, momentum: 0.5, ..Experiment::default() };
    let run = |problem: &by_hand::Problem<f32>| by_hand::run(problem, by_hand::Kernels::Notebook, 50);
    witness::with_problem(Libtorch::settle(None).unwrap(), &experiment, run).unwrap().losses
}

fn against(folder: &Path, file: &str) -> Ran {
    reproduce(folder, &[&["parity", "--against", file][..], &RUN].concat())
}

/// A folder with the same losses in every kind of file.
fn files_of(losses: &[f32]) -> TempDir {
    let folder = tempdir().unwrap();
    let at = |name| folder.path().join(name);
    let tensor = Tensor::from_slice(losses);
    tensor.write_npy(at("losses.npy")).unwrap();
    tensor.to_kind(Kind::Double).write_npy(at("f64.npy")).unwrap();
    Tensor::write_npz(&[("losses", &tensor), ("other", &(&tensor + 1))], at("losses.npz")).unwrap();
    let text: Vec<_> = losses.iter().map(f32::to_string).collect();
    fs::write(at("list.json"), format!("[{}]", text.join(","))).unwrap();
    fs::write(at("object.json"), format!("{{\"losses\": [{}]}}", text.join(","))).unwrap();
    fs::write(at("losses.csv"), text.join("\n")).unwrap();
    fs::write(at("header.csv"), format!("loss\r\n{}\r\n", text.join("\r\n"))).unwrap();
    folder
}

const FILES: [&str; 7] =
    ["losses.npy", "f64.npy", "losses.npz", "list.json", "object.json", "losses.csv", "header.csv"];

#[test]
fn a_series_made_elsewhere_is_compared_whatever_its_file() {
    let folder = files_of(&losses());
    for file in FILES {
        let ran = against(folder.path(), file);
        assert_eq!(ran.code, Some(0), "{file}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("50 of 50 losses equal"), "{file}: {}", ran.stdout);
        assert!(ran.stdout.contains("in every bit in the notebook's order"), "{file}: {}", ran.stdout);
    }
}

#[test]
fn a_flipped_bit_is_found_in_every_kind_of_file() {
    let mut losses = losses();
    losses[31] = f32::from_bits(losses[31].to_bits() ^ 1);
    let folder = files_of(&losses);
    for file in FILES {
        let ran = against(folder.path(), file);
        assert_eq!(ran.code, Some(1), "{file}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("49 of 50 losses equal"), "{file}: {}", ran.stdout);
        assert!(ran.stdout.contains("first differs at step 31,"), "{file}: {}", ran.stdout);
        assert!(ran.stdout.contains("largest distance at step 31, 1 ULP"), "{file}: {}", ran.stdout);
    }
    let ran = reproduce(
        folder.path(),
        &[&["parity", "--against", "losses.npy", "--out", "out", "--json"][..], &RUN].concat(),
    );
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["losses"]["first"]["at"], 31);
    for file in ["parity.json", "parity.svg", "parity.png"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file}");
    }
}

#[test]
fn a_series_that_cannot_be_compared_is_refused() {
    let losses = losses();
    let folder = files_of(&losses);
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let npy = fs::read(folder.path().join("losses.npy")).unwrap();
    write("truncated.npy", &npy[..npy.len() - 3]);
    write("header_only.npy", &npy[..40]);
    write("empty.npy", b"");
    write("empty.csv", b"");
    write("empty.json", b"[]");
    write("text.csv", b"0.5\none half\n");
    write("text.json", b"[0.5, \"one half\"]");
    write("nested.json", b"{\"a\": [1], \"b\": [2]}");
    write("columns.csv", b"0,0.5\n1,0.25\n");
    write("other.txt", b"0.5\n");
    let longer: Vec<f32> = [&losses[..], &[0.5]].concat();
    Tensor::from_slice(&longer).write_npy(folder.path().join("longer.npy")).unwrap();
    Tensor::from_slice(&losses[1..]).write_npy(folder.path().join("shorter.npy")).unwrap();
    Tensor::from_slice(&[1_i64; 50]).write_npy(folder.path().join("integers.npy")).unwrap();
    Tensor::from_slice(&[0.1_f64; 50]).write_npy(folder.path().join("doubles.npy")).unwrap();
    Tensor::from_slice(&[0.5_f32; 50]).reshape([25, 2]).write_npy(folder.path().join("table.npy")).unwrap();
    for (file, part) in [
        ("truncated.npy", "can't be read"),
        ("header_only.npy", "expected a .npy file"),
        ("empty.npy", "expected a .npy file"),
        ("empty.csv", "0 losses; expected 50"),
        ("empty.json", "0 losses; expected 50"),
        ("text.csv", "line 2: \"one half\""),
        ("text.json", "step 1"),
        ("nested.json", "arrays a, b"),
        ("columns.csv", "2 columns"),
        ("other.txt", "expected a file whose name ends in"),
        ("missing.npy", "can't be opened"),
        ("longer.npy", "more than 50 losses"),
        ("shorter.npy", "49 losses; expected 50"),
        ("integers.npy", "expected float32 or float64"),
        ("doubles.npy", "step 0: 0.1 is no float32"),
        ("table.npy", "shape [25, 2]"),
    ] {
        assert_refused(folder.path(), &[&["parity", "--against", file][..], &RUN].concat(), &[file, part]);
    }
    let flags = [&["parity", "--against", "losses.npy", "--run", "losses1"][..], &RUN].concat();
    assert_refused(folder.path(), &flags, &["--run"]);
    assert_refused(folder.path(), &["parity", "--grid", "0"], &["--grid"]);
    assert_refused(folder.path(), &["parity", "--grid", "2", "--size", "3"], &["--grid", "--size"]);
}

#[test]
fn a_python_that_hangs_or_fails_is_one_message() {
    let folder = tempdir().unwrap();
    let fake = |name: &str, script: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    };
    for (name, script) in [("hangs", "sleep 600"), ("fails", "echo no torch here >&2; exit 3"), ("silent", "exit 0")] {
        let python = fake(name, script);
        let arguments = ["parity", "--python", &python, "--timeout", "2", "--steps", "10"];
        assert_refused(folder.path(), &arguments, &[name, "cargo xtask setup --pytorch"]);
    }
    assert_refused(folder.path(), &["parity", "--python", "nowhere/python"], &["nowhere/python"]);
}

#[test]
fn tch_equals_pytorch_on_this_machine() {
    if Python::choose(&candidates(None), env!("LIBTORCH_VERSION"), Duration::from_secs(60)).is_err() {
        eprintln!(
            "not compared: no Python with the linked libtorch's torch; `cargo xtask setup --pytorch` installs one"
        );
        return;
    }
    let folder = tempdir().unwrap();
    let ran = reproduce(folder.path(), &["parity", "--grid", "6", "--seed", "1", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    assert_eq!(report["runs"].as_array().unwrap().len(), 6);
    // Two copies of libtorch may be two different builds: then equality isn't promised.
    if report["same_libtorch"] == true {
        assert_eq!((ran.code, &report["equal"]), (Some(0), &Value::Bool(true)), "{}", ran.stdout);
    }
}

#[test]
fn the_arithmetic_of_libtorch_is_named() {
    if notebook_arithmetic_lacks().is_some() {
        eprintln!("not run: this machine has no notebook arithmetic");
        return;
    }
    let folder = tempdir().unwrap();
    let ran = reproduce(folder.path(), &["arithmetic", "--arithmetic", "notebook", "--json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["explained"], true);
    for (of, lanes) in report["dtypes"].as_array().unwrap().iter().zip([8, 4]) {
        let words = |sum: usize| of["sums"][sum]["trees"][0]["words"].as_str().unwrap();
        assert_eq!([words(0), words(1)], ["in sequence, fused"; 2]);
        assert_eq!(words(2), format!("{lanes} lanes apart, added in sequence"));
        for run in of["runs"].as_array().unwrap() {
            for (what, count) in [("losses", 10_000), ("parameter", 16), ("gradient", 16)] {
                assert_eq!(run["comparison"][what]["equal"], count, "{run}");
            }
        }
    }
}

/// Whatever libtorch's own order is on this machine, it is read, explains every bit, and is drawn.
#[test]
fn native_arithmetic_is_explained() {
    let folder = tempdir().unwrap();
    let options = ["arithmetic", "--size", "9", "--steps", "20", "--out", "trees"];
    let ran = reproduce(folder.path(), &options);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("20 of 20 losses, 81 of 81 parameters, 81 of 81 gradients"));
    for sum in ["forward-1", "backward-1", "loss-1"] {
        for dtype in ["f32", "f64"] {
            let path = folder.path().join(format!("trees/{dtype}-{sum}.svg"));
            let svg = fs::read_to_string(&path).unwrap();
            let drawn = roxmltree::Document::parse(&svg).unwrap();
            let branches = drawn.descendants().filter(|node| node.has_tag_name("polyline")).count();
            let terms = if sum == "loss-1" { 81 } else { 9 };
            assert_eq!(branches, 2 * (terms - 1), "{}", path.display());
        }
    }
}

#[test]
fn sizes_that_cannot_be_read_are_refused() {
    let folder = tempdir().unwrap();
    for size in ["0", "1000000", "-4", "4.0"] {
        assert_refused(folder.path(), &["arithmetic", "--size", size], &["--size", "from 1 to 2048"]);
    }
}

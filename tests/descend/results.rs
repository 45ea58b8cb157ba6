//! What a run prints and writes.

use crate::common;
use crate::ran::{Ran, descend, run, run_with_input};
use assert_cmd::Command;
use std::{fs, process};
use tch::{Kind, Tensor};
use tempfile::tempdir;

#[test]
fn it_writes_every_file_and_says_what_happened() {
    let ran = run(&["--steps", "500"]);
    ran.assert_ended(0);
    let mut files: Vec<_> = fs::read_dir(ran.folder.path().join("descent"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let expected = [
        "difference.png",
        "difference.svg",
        "gradient.npy",
        "inverse.csv",
        "inverse.npy",
        "loss.png",
        "loss.svg",
        "losses.npy",
        "matrix.npy",
        "run.json",
    ];
    assert_eq!(files, expected);
    for part in ["condition number 4.0", "stable above 0 and below 1.9", "momentum 0.36", "500 of 500"] {
        assert!(ran.stdout.contains(part), "{part:?} isn't in {}", ran.stdout);
    }

    let (shape, inverse) = ran.array("inverse.npy");
    assert_eq!(shape, [4, 4]);
    for (at, &entry) in inverse.iter().enumerate() {
        let known = if at % 5 == 0 { 1.0 / (at / 5 + 1) as f32 } else { 0.0 };
        assert!((entry - known).abs() < 1e-6, "{at}: {entry}");
    }
    let csv = String::from_utf8(ran.bytes("inverse.csv")).unwrap();
    let read: Vec<f32> = csv.lines().flat_map(|row| row.split(',')).map(|text| text.parse().unwrap()).collect();
    assert_eq!(read, inverse);
    assert_eq!(ran.array("losses.npy").0, [500]);
    assert_eq!(ran.array("gradient.npy").0, [4, 4]);
    assert_eq!(ran.array("matrix.npy").1[5], 2.0);

    let json = ran.json();
    assert_eq!(json["outcome"], "finished");
    assert_eq!(json["settings"]["seed"], 314);
    assert_eq!(json["environment"]["torch"].as_str().map(|torch| torch.starts_with("2.")), Some(true));
    let number = |path: &str| json.pointer(path).unwrap().as_f64().unwrap();
    assert_eq!(number("/measured/last_loss") as f32, *ran.losses().last().unwrap());
    assert!(number("/distances/to_inverse") <= number("/distances/bound"));
    assert!(number("/distances/to_inverse") < 1e-6 && number("/distances/to_library") < 1e-6);
    assert!((number("/measured/contraction") / number("/theory/contraction") - 1.0).abs() < 2e-3);
}

#[test]
fn the_line_that_repeats_a_run_repeats_it() {
    let files = [("-my matrix.csv", "2,1\n0.5,1\n")];
    let ran = run_with_input(
        &["--matrix=-my matrix.csv", "--momentum", "auto", "--learning-rate", "0.3", "--steps", "80"],
        &files,
        "",
    );
    ran.assert_ended(0);
    let line = ran.json()["again"].as_str().unwrap().to_string();
    assert!(ran.stdout.contains(&line));
    let again = tempdir().unwrap();
    fs::write(again.path().join(files[0].0), files[0].1).unwrap();
    let output = process::Command::new("sh").args(["-c", &line]).current_dir(again.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read(again.path().join("descent/losses.npy")).unwrap(), ran.bytes("losses.npy"));
    assert_eq!(fs::read(again.path().join("descent/inverse.npy")).unwrap(), ran.bytes("inverse.npy"));
}

/// A name with an escape sequence reaches neither the terminal nor costs the results.
#[cfg(unix)]
#[test]
fn a_name_with_control_characters_costs_nothing() {
    let name = "a\u{1b}[31m\u{1}.csv";
    let ran = run_with_input(&["--matrix", name, "--steps", "9"], &[(name, "2,1\n1,1\n")], "");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("a\\u001b[31m\\u0001.csv, 2×2"), "{}", ran.stdout);
    assert!(!(ran.stdout.clone() + &ran.stderr).contains(['\u{1b}', '\u{1}']));
    assert_eq!(ran.losses().len(), 9);
    let unknown = run(&["--matrix", "b\u{1}.txt"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("--matrix") && !unknown.stderr.contains('\u{1}'));
}

#[test]
fn the_help_has_headings_and_commands_that_work() {
    let ran = run(&["--help"]);
    let (experiment, own) = ran.stdout.split_once("\nRun:").unwrap();
    assert!(experiment.contains("\nExperiment:"), "{experiment}");
    for (option, place) in [("--until", own), ("--out", own), ("--steps", experiment)] {
        assert!(place.contains(&format!("{option} <")), "{option}: {}", ran.stdout);
    }
    let program = Command::cargo_bin("reproduce").unwrap().get_program().to_owned();
    let example = format!("  {} descend --matrix random", program.display());
    assert!(ran.stdout.contains(&example), "{example}: {}", ran.stdout);
}

#[test]
fn a_result_that_cannot_be_written_is_printed() {
    let ran = run_with_input(&["--steps", "9"], &[], "");
    fs::remove_file(ran.folder.path().join("descent/run.json")).unwrap();
    fs::create_dir(ran.folder.path().join("descent/run.json")).unwrap();
    let again = common::run(&mut descend(ran.folder.path(), &["--steps", "9"]));
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("run.json: a folder stands in its place"), "{}", again.stderr);
    assert!(again.stdout.contains("loss          1.6650422 at the first step"), "{}", again.stdout);
    assert!(!again.stdout.contains("written to"), "{}", again.stdout);
}

#[test]
fn f64_is_written_as_f64() {
    let ran = run(&["--matrix", "random", "--dtype", "f64", "--steps", "30"]);
    ran.assert_ended(0);
    let losses = Tensor::read_npy(ran.folder.path().join("descent/losses.npy")).unwrap();
    assert_eq!((losses.size(), losses.kind()), (vec![30], Kind::Double));
}

#[test]
fn json_prints_what_is_written() {
    let ran = run(&["--json", "--steps", "20"]);
    ran.assert_ended(0);
    common::assert_reports(&ran.bytes("run.json"), &ran.stdout);
}

#[test]
fn standard_input_is_kept_for_the_next_time() {
    let ran = run_with_input(&["--matrix", "-", "--steps", "40"], &[], "2,1\n1,1\n");
    ran.assert_ended(0);
    assert_eq!(ran.array("matrix.npy").1, [2.0, 1.0, 1.0, 1.0]);
    assert!(ran.json()["again"].as_str().unwrap().contains("--matrix=descent/matrix.npy "));
}

#[test]
fn a_diverged_run_is_kept_and_marked() {
    let ran = run(&["--learning-rate", "2.5", "--force"]);
    ran.assert_ended(1);
    let losses = ran.losses();
    let (last, before) = losses.split_last().unwrap();
    assert!(!last.is_finite() && before.iter().all(|loss| loss.is_finite()));
    assert!(losses.len() < 1000, "it stops there");
    let step = losses.len() - 1;
    for part in [format!("diverged: the loss of step {step}"), "stable below 1.9".into(), "condition number 4.0".into()]
    {
        assert!(ran.stdout.contains(&part), "{part:?} isn't in {}", ran.stdout);
    }
    let json = ran.json();
    assert_eq!(json["outcome"], "diverged");
    assert!(json["measured"]["last_loss"].is_string(), "{json}");
    assert!(json["measured"]["contraction"].as_f64().unwrap() > 1.0);
    assert!(String::from_utf8(ran.bytes("loss.svg")).unwrap().contains("diverged"));
}

/// A matrix with more than 128 rows has blocks for cells, numbered by its own columns; a log axis has no place for 0.
#[test]
fn what_a_picture_does_not_show_is_said_under_it() {
    let svg = |ran: &Ran, name: &str| String::from_utf8(ran.bytes(name)).unwrap();
    let large = run(&["--size", "300", "--steps", "2"]);
    large.assert_ended(0);
    let picture = svg(&large, "difference.svg");
    assert!(picture.contains("of 3×3 entries") && picture.contains("\n270\n"));
    assert!(!svg(&large, "loss.svg").contains("log axis"));

    let one = run(&["--size", "1", "--momentum", "0", "--learning-rate", "0.3", "--steps", "100"]);
    one.assert_ended(0);
    let zeros = one.losses().iter().filter(|&&loss| loss == 0.0).count();
    assert!(zeros > 0);
    let note = format!("{zeros} of 100 losses are 0");
    assert!(svg(&one, "loss.svg").contains(&note), "{note}");
    assert!(!svg(&one, "difference.svg").contains("entries"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_named() {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("reproduce").unwrap().get_program().to_owned();
    let output = process::Command::new(program)
        .args(["descend", "--steps", "5"])
        .current_dir(folder.path())
        .stdout(fs::File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("standard output can't be written"), "{stderr}");
    assert!(folder.path().join("descent/run.json").is_file());
    // With its pictures.
    common::run(&mut common::reproduce(folder.path(), &["check", "descent"])).assert_ended(0);
}

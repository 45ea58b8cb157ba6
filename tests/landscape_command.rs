//! `reproduce landscape` as a process: what it writes, and what it refuses.

mod common;

use assert_cmd::Command;
use common::heedful;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tch::Tensor;
use tempfile::tempdir;

fn landscape(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command.current_dir(folder).env_remove("RUST_BACKTRACE").args(["landscape", "--threads", "2"]);
    command
}

#[test]
fn it_writes_picture_and_arrays() {
    let folder = tempdir().unwrap();
    let output = landscape(folder.path()).args(["--grid", "12x10", "--steps", "600"]).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""), "{stdout}");
    assert!(stdout.contains("diag, 4×4") && stdout.contains("random, 4×4"), "{stdout}");
    assert!(stdout.contains("within one cell of 2(1 + β)/L for 10 of 10 momenta"), "{stdout}");

    let out = folder.path().join("landscape");
    let svg = fs::read_to_string(out.join("landscape.svg")).unwrap();
    assert!(svg.contains("best pair") && svg.contains("settings"));
    assert!(fs::read(out.join("landscape.png")).unwrap().starts_with(b"\x89PNG"));
    let json: Value = serde_json::from_slice(&fs::read(out.join("landscape.json")).unwrap()).unwrap();
    assert_eq!(json["matrices"][1]["grid"]["learning_rate"]["cells"], 12);
    let arrays = Tensor::read_npz(out.join("landscape.npz")).unwrap();
    for k in [1, 2] {
        let read = |name: &str| -> (Vec<i64>, Vec<f64>) {
            let array = arrays.iter().find(|(other, _)| *other == format!("{name}{k}")).unwrap();
            (array.1.size(), array.1.flatten(0, -1).try_into().unwrap())
        };
        let (shape, losses) = read("final_loss");
        assert_eq!(shape, [10, 12]);
        let (_, rates) = read("learning_rate");
        let (_, limits) = read("stability_limit");
        let (_, contractions) = read("contraction");
        assert_eq!((rates.len(), limits.len(), contractions.len()), (12, 10, 120));
        // Well inside the stable range the loss fell, well outside it rose, and the contraction says the same.
        for (row, limit) in limits.iter().enumerate() {
            for (column, &rate) in rates.iter().enumerate() {
                let at = row * 12 + column;
                if rate < 0.8 * limit {
                    assert!(losses[at] < 0.8 && contractions[at] < 1.0, "{row} {column}: {}", losses[at]);
                } else if rate > 1.2 * limit {
                    assert!(
                        (losses[at].is_nan() || losses[at] >= 10.0) && contractions[at] > 1.0,
                        "{row} {column}: {}",
                        losses[at]
                    );
                }
            }
        }
    }
}

#[test]
fn ranges_may_begin_below_zero() {
    let folder = tempdir().unwrap();
    let options = "--matrix diag --grid 4x4 --steps 100 --momenta -0.5:0.5 --learning-rates -1:1 --json";
    let output = landscape(folder.path()).args(options.split(' ')).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let grid = &json["matrices"][0]["grid"];
    assert_eq!((&grid["momentum"]["low"], &grid["learning_rate"]["low"]), (&(-0.5).into(), &(-1.0).into()));
}

/// No learning rate is stable with a momentum of 1 or more, and none at or below 0: neither is a place on the boundary.
#[test]
fn the_boundary_is_sought_where_theory_has_one() {
    let folder = tempdir().unwrap();
    let boundary = |options: &str| {
        let mut command = landscape(folder.path());
        command.args(options.split(' '));
        let output = command.args(["--matrix", "diag", "--steps", "200", "--json"]).output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        json["matrices"][0]["boundary"].clone()
    };
    let half_of_the_rows = boundary("--grid 16x16 --momenta 0.5:1.5");
    assert_eq!(half_of_the_rows["rows"], 8, "{half_of_the_rows}");
    assert_eq!(half_of_the_rows["within_a_cell"], 8, "{half_of_the_rows}");
    // 2(1 + 0.25)/2 = 1.25 and 2(1 + 0.75)/2 = 1.75.
    let below_zero = boundary("--grid 32x2 --learning-rates -2:2");
    assert_eq!(below_zero["rows"], 2, "{below_zero}");
    assert_eq!(below_zero["within_a_cell"], 2, "{below_zero}");
    assert_eq!(boundary("--grid 8x4 --learning-rates -1:0.5")["rows"], 0);
}

/// The folder is opened once Ctrl-C is listened to, before the first step.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_without_results() {
    let folder = tempdir().unwrap();
    let mut child = heedful()
        .args(["landscape", "--grid", "2x2", "--steps", "50000000"])
        .args(["--matrix", "random", "--out", "map"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let map = folder.path().join("map");
    while !map.is_dir() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Stopped by Ctrl-C"));
    assert_eq!(fs::read_dir(map).unwrap().count(), 0);
}

#[test]
fn bad_input_is_refused() {
    let folder = tempdir().unwrap();
    for (options, parts) in [
        (&["--grid", "0x5"][..], &["0x5", "1 to 4096"][..]),
        (&["--grid", "128"], &["128", "128x128"]),
        (&["--momenta", "1:0"], &["1:0", "lower first"]),
        (&["--learning-rates", "0:inf"], &["0:inf", "finite"]),
        (&["--steps", "3"], &["3", "16"]),
        (&["--matrix", "diag:1,0"], &["diag:1,0", "singular"]),
        (&["--matrix", "none.csv"], &["none.csv"]),
        (&["--matrix", "diag:1e300,1"], &["1e300", "f32"]),
    ] {
        let output = landscape(folder.path()).args(options).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
        for part in parts {
            assert!(stderr.contains(part), "{options:?}: {part:?} isn't in {stderr:?}");
        }
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
}

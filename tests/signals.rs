//! Signals: a command ends, cleans up, and says with its exit code what ended it.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::tempdir;

/// `reproduce` in this folder, started.
fn start(folder: &Path, arguments: &[&str]) -> Child {
    let program = assert_cmd::cargo::cargo_bin("reproduce");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until `condition` holds.
fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(120), "waited too long");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];

#[test]
fn the_notebook_ends_and_leaves_the_earlier_results() {
    for (name, code) in SIGNALS {
        let folder = tempdir().unwrap();
        let results = folder.path().join("reproduction");
        fs::create_dir(&results).unwrap();
        fs::write(results.join("report.json"), "old").unwrap();
        // What is half-written by a run that was killed shows when this one has opened the folder.
        fs::write(results.join(".writing-old"), "").unwrap();
        let mut child = start(folder.path(), &[]);
        until(|| !results.join(".writing-old").exists());
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        assert_eq!(fs::read_to_string(results.join("report.json")).unwrap(), "old");
        assert_eq!(fs::read_dir(&results).unwrap().count(), 1, "half-written files");
    }
}

#[test]
fn a_run_with_settings_of_its_own_keeps_what_it_has() {
    for (name, code) in SIGNALS {
        let folder = tempdir().unwrap();
        let results = folder.path().join("descent");
        let mut child = start(folder.path(), &["descend", "--steps", "100000000", "--threads", "1"]);
        until(|| results.exists());
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        common::run(&mut common::reproduce(folder.path(), &["check", "descent"])).assert_ended(0);
        let report: serde_json::Value = serde_json::from_slice(&fs::read(results.join("run.json")).unwrap()).unwrap();
        assert_eq!(report["outcome"], "stopped");
    }
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_ignored() {
    let folder = tempdir().unwrap();
    let results = folder.path().join("descent");
    let program = assert_cmd::cargo::cargo_bin("reproduce");
    let mut nohup = Command::new("nohup");
    nohup.arg(program).args(["descend", "--steps", "100000000", "--threads", "1"]).current_dir(folder.path());
    let mut child = nohup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until(|| results.exists());
    signal(&child, "HUP");
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it ended");
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

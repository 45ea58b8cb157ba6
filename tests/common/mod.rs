//! Runs `reproduce` as a process, and finds the Python to compare with.
#![allow(dead_code, reason = "each test file is a program of its own and uses a part")]

use assert_cmd::Command;
use inverse_by_descent::parity::pytorch::{Python, candidates};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// The Python with the PyTorch of the linked libtorch. A test that needs it has `with_pytorch` in its name, and is ignored
/// where a plain `cargo test` runs; see xtask/src/test.rs.
#[track_caller]
pub fn pytorch() -> Python {
    let limit = Duration::from_secs(60);
    let version = env!("LIBTORCH_VERSION");
    let python = Python::choose(&candidates(None), version, limit).unwrap_or_else(|error| panic!("{error:#}"));
    assert!(python.has(version), "torch {} was found; cargo xtask setup --pytorch installs {version}", python.torch);
    python
}

/// What a process left on its outputs.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// `reproduce` in this folder, with these arguments.
pub fn reproduce(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command.current_dir(folder).env_remove("RUST_BACKTRACE").args(arguments);
    command
}

/// An executable shell script in this folder.
pub fn fake(folder: &Path, name: &str, script: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // Written by another process: while this one holds it open for writing, a fork of another test's would as well,
    // and starting it would fail with "text file busy".
    let write = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#;
    let status = std::process::Command::new("sh").args(["-c", write, "sh"]).arg(&path).arg(script).status();
    assert!(status.unwrap().success());
    path.display().to_string()
}

/// `reproduce`, which heeds signals even if these tests were started to ignore them, as a script's jobs in the background
/// are.
pub fn heedful() -> std::process::Command {
    let mut command = std::process::Command::new("env");
    command.arg("--default-signal").arg(assert_cmd::cargo::cargo_bin("reproduce"));
    command
}

/// Asserts that this report of a folder is the one that was printed, and names its files beside.
#[track_caller]
pub fn assert_reports(written: &[u8], printed: &str) {
    let mut written: Value = serde_json::from_slice(written).unwrap();
    assert!(written.as_object_mut().unwrap().remove("files").unwrap().is_object());
    assert_eq!(written, serde_json::from_str::<Value>(printed).unwrap());
}

/// Whether this process is gone, or a zombie that nobody has fetched yet.
pub fn has_ended(pid: &str) -> bool {
    let ps = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid.trim()]).output();
    let state = ps.expect("ps tells which processes live").stdout;
    matches!(state.first(), None | Some(b'Z'))
}

pub fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Ran {
    /// It ended with this exit code, and all that it said is on standard output.
    #[track_caller]
    pub fn assert_ended(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr, "");
    }

    /// It ended with exit code 2, nothing on standard output, and one line on standard error that has all `parts`.
    #[track_caller]
    pub fn assert_refused(&self, parts: &[&str]) {
        let Ran { code, stdout, stderr } = self;
        assert_eq!(*code, Some(2), "{stdout}{stderr}");
        assert_eq!(stdout, "");
        for part in parts {
            assert!(stderr.contains(part), "{part:?} isn't in {stderr:?}");
        }
        assert_eq!(stderr.lines().count(), 1, "more than one line: {stderr}");
        for trace in ["panicked", "backtrace", "Exception raised"] {
            assert!(!stderr.contains(trace), "{stderr}");
        }
    }
}

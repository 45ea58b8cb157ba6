//! Runs the program and reads what it left behind.

use assert_cmd::Command;
use npyz::NpyFile;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// `reproduce descend` in `folder`, with one thread, so that tests side by side don't wait for each other.
pub fn descend(folder: &Path, options: &[&str]) -> Command {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command.current_dir(folder).env_remove("RUST_BACKTRACE");
    command.args(["descend", "--threads", "1"]).args(options);
    command
}

/// What a run left behind.
pub struct Ran {
    pub folder: TempDir,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A run in a fresh folder with these files, and this on standard input.
pub fn run_with_input(options: &[&str], files: &[(&str, &str)], input: &str) -> Ran {
    let folder = tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let output = descend(folder.path(), options).write_stdin(input).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { folder, code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A run in an empty folder.
pub fn run(options: &[&str]) -> Ran {
    run_with_input(options, &[], "")
}

impl Ran {
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("descent").join(name)).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes("run.json")).unwrap()
    }

    /// Shape and values of an array in f32.
    pub fn array(&self, name: &str) -> (Vec<u64>, Vec<f32>) {
        let bytes = self.bytes(name);
        let file = NpyFile::new(&bytes[..]).unwrap();
        (file.shape().to_vec(), file.into_vec::<f32>().unwrap())
    }

    pub fn losses(&self) -> Vec<f32> {
        self.array("losses.npy").1
    }

    #[track_caller]
    pub fn assert_ran(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr, "");
    }
}

#[track_caller]
pub fn assert_refused(ran: &Ran, parts: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} isn't in {:?}", ran.stderr);
    }
    assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("Exception raised"), "{}", ran.stderr);
    assert!(!ran.folder.path().join("descent").exists(), "nothing is written");
}

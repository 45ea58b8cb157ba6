//! Runs the program and reads what it left behind.

use crate::common;
use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::ops::Deref;
use std::path::Path;
use tch::Tensor;
use tempfile::{TempDir, tempdir};

/// `reproduce descend` in `folder`, with one thread, so that tests side by side don't wait for each other.
pub fn descend(folder: &Path, options: &[&str]) -> Command {
    let mut command = common::reproduce(folder, &["descend", "--threads", "1"]);
    command.args(options);
    command
}

/// What a run left behind.
pub struct Ran {
    pub folder: TempDir,
    ran: common::Ran,
}

impl Deref for Ran {
    type Target = common::Ran;

    fn deref(&self) -> &common::Ran {
        &self.ran
    }
}

/// A run in a fresh folder with these files, and this on standard input.
pub fn run_with_input(options: &[&str], files: &[(&str, &str)], input: &str) -> Ran {
    let folder = tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let ran = common::run(descend(folder.path(), options).write_stdin(input));
    Ran { folder, ran }
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

    /// Shape and values of an array in f32, by tch's own reader.
    pub fn array(&self, name: &str) -> (Vec<i64>, Vec<f32>) {
        let array = Tensor::read_npy(self.folder.path().join("descent").join(name)).unwrap();
        (array.size(), array.flatten(0, -1).try_into().unwrap())
    }

    pub fn losses(&self) -> Vec<f32> {
        self.array("losses.npy").1
    }
}

#[track_caller]
pub fn assert_refused(ran: &Ran, parts: &[&str]) {
    ran.assert_refused(parts);
    assert!(!ran.folder.path().join("descent").exists(), "nothing is written");
}

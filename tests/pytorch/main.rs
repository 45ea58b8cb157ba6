//! The Python side of the cross-check: Pythons that fail in every way, and a live one where there is one.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod child;
mod choice;
mod live;
mod probes;

use inverse_by_descent::experiment::Experiment;
use inverse_by_descent::libtorch::arithmetic::Arithmetic;
use inverse_by_descent::parity::pytorch::{Child, Job, Python};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

const VERSION: &str = "2.13.0";
const LIMIT: Duration = Duration::from_secs(300);

/// A folder with an executable `python` that runs this shell script.
fn fake(script: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = common::fake(folder.path(), "python", script).into();
    (folder, program)
}

/// A Python that answers the probe (started with -c) well and runs `script` as its child.
fn fake_child(script: &str) -> (TempDir, Python) {
    let (folder, program) = fake(&format!("{}\n{script}", whole("2.13.0+cpu")));
    let python = Python::choose(&[program], VERSION, LIMIT).unwrap();
    (folder, python)
}

/// The part of a script that answers the probe: a torch of this version beside the script, with these libraries.
fn answering(torch: &str, libraries: &str) -> String {
    format!(
        r#"if [ "$1" = -c ]; then
            torch=$(dirname "$0")/torch
            mkdir -p "$torch/lib" && cd "$torch/lib" && touch none {libraries}
            echo "__version__ = '{torch}'" > ../version.py
            printf '3 11\n%s\n%s\n' "$0" "$torch" > "$3"; exit 0
        fi"#
    )
}

fn whole(torch: &str) -> String {
    answering(torch, &format!("{DLL_PREFIX}torch_python{DLL_SUFFIX}"))
}

fn spawn(python: &Python, experiments: &[Experiment], limit: Duration) -> Child {
    let arithmetic = Arithmetic::Native;
    let job = Job { python, experiments, threads: Some(1), arithmetic, limit };
    job.spawn(|_, _| ()).unwrap()
}

#[track_caller]
fn contains(message: &str, part: &str) {
    assert!(message.contains(part), "no {part:?} in {message:?}");
}

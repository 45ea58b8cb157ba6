//! `reproduce check`.

mod common;

use common::{reproduce, run};
use std::fs;
use tempfile::tempdir;

/// A message is one line all the same.
#[cfg(unix)]
#[test]
fn names_of_any_bytes() {
    use std::os::unix::{ffi::OsStrExt, process::CommandExt};
    let folder = tempdir().unwrap();
    run(&mut reproduce(folder.path(), &["check", "a\nb\u{1b}[2J"])).assert_refused(&["a\\nb\\u001b[2J", "a folder"]);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("reproduce"));
    command.arg0(std::ffi::OsStr::from_bytes(b"\xff")).args(["check", "nowhere"]);
    run(&mut command.into()).assert_refused(&["nowhere", "a folder of results"]);
}

#[test]
fn it_tells_a_whole_set_from_one_that_is_not() {
    let folder = tempdir().unwrap();
    run(&mut reproduce(folder.path(), &["descend", "--steps", "5", "--out", "results"])).assert_ended(0);
    let check = || run(&mut reproduce(folder.path(), &["check", "results"]));
    let whole = check();
    whole.assert_ended(0);
    assert_eq!(whole.stdout, "results: run.json and every file that it names are whole\n");

    fs::write(folder.path().join("results/losses.npy"), "others").unwrap();
    let changed = check();
    changed.assert_ended(1);
    assert_eq!(changed.stdout, "results: losses.npy isn't what the run wrote (named in run.json)\n");

    fs::remove_file(folder.path().join("results/run.json")).unwrap();
    let incomplete = check();
    incomplete.assert_ended(1);
    assert!(incomplete.stdout.contains("not a whole set of results"), "{}", incomplete.stdout);

    run(&mut reproduce(folder.path(), &["check", "elsewhere"])).assert_refused(&["elsewhere", "a folder of results"]);
}

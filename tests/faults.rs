//! A run that is killed, or that the system refuses something, at any call that changes the folder of its results.

use inverse_by_descent::output::folder::check;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use tempfile::{TempDir, tempdir};

/// What a run does to files, in Linux's names; which of them are made differs from machine to machine.
const CALLS: &str = "openat,write,?rename,renameat,?renameat2,?unlink,unlinkat";

/// `reproduce descend` into `folder`, under strace with these options if there are any: the exit code, and what it said.
fn descend(folder: &Path, steps: &str, strace: &[&str]) -> (Option<i32>, String) {
    let program = assert_cmd::cargo::cargo_bin("reproduce");
    let mut command = Command::new(if strace.is_empty() { program.as_os_str() } else { "strace".as_ref() });
    if !strace.is_empty() {
        command.args(["-f", "-qq", "-e", &format!("trace={CALLS}")]).args(strace).arg(program);
    }
    let arguments = ["descend", "--steps", steps, "--threads", "1", "--out"];
    // Else it waits for the threads that it has tried to end, and asks for their number now more often, now less.
    let output =
        command.args(arguments).arg(folder).env("OMP_THREAD_LIMIT", "1").output().expect("strace is installed");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// The number of steps in the folder's report, if its set is whole.
fn whole(folder: &Path) -> Option<i64> {
    let problems = check(folder, "run.json").unwrap();
    let report = problems.is_some_and(|problems| problems.is_empty()).then(|| folder.join("run.json"))?;
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    report["settings"]["steps"].as_i64()
}

/// A folder with the results of 5 steps.
fn old() -> TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempdir().unwrap();
        assert_eq!(descend(folder.path(), "5", &[]), (Some(0), String::new()));
        folder
    });
    let folder = tempdir().unwrap();
    for file in fs::read_dir(made.path()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    assert_eq!(whole(folder.path()), Some(5));
    folder
}

/// Each call that a run makes on files in its folder, each write, and the opening of the system's random numbers: the
/// call's name, and the how manieth of it that is.
fn calls() -> Vec<(String, usize)> {
    let (folder, trace) = (old(), tempdir().unwrap());
    let trace = trace.path().join("trace");
    assert_eq!(descend(folder.path(), "6", &["-o", trace.to_str().unwrap()]), (Some(0), String::new()));
    let (mut counts, mut calls) = (BTreeMap::new(), vec![]);
    for line in fs::read_to_string(trace).unwrap().lines() {
        let Some((call, _)) = line.split_once('(') else { continue };
        // strace counts the calls of each thread by themselves; it is the first that writes.
        let count = counts.entry(call.to_owned()).and_modify(|count| *count += 1).or_insert(1_usize);
        let call = call.split_whitespace().next_back().unwrap().to_owned();
        if call == "write" || [folder.path().to_str().unwrap(), "/dev/urandom"].iter().any(|path| line.contains(path)) {
            calls.push((call, *count));
        }
    }
    assert!(calls.len() > 30, "{calls:?}");
    calls
}

/// Runs over old results with the fault at each call in turn. Then the folder holds the old set, or the new one, or is seen
/// to be incomplete.
fn with_each_fault(fault: impl Fn(&str) -> String, judge: impl Fn(Option<i32>, &str, &Path)) {
    for (call, number) in calls() {
        let folder = old();
        let inject = format!("inject={call}:{}:when={number}", fault(&call));
        let (code, said) = descend(folder.path(), "6", &["-o", "/dev/null", "-e", &inject]);
        let left = whole(folder.path());
        println!("{call} {number}: exit code {code:?}, left {left:?}, said {said:?}");
        assert!(matches!(left, None | Some(5 | 6)));
        judge(code, &said, folder.path());
    }
}

#[test]
#[ignore = "needs strace, a package of that name"]
fn killed_at_any_call_a_run_leaves_what_the_next_one_makes_good_with_strace() {
    with_each_fault(
        |_| "signal=KILL".to_owned(),
        |code, _, folder| {
            assert_ne!(code, Some(0), "strace didn't kill it");
            assert_eq!(descend(folder, "7", &[]), (Some(0), String::new()));
            assert_eq!(whole(folder), Some(7));
            assert_eq!(fs::read_dir(folder).unwrap().count(), 10, "something is left over");
        },
    );
}

#[test]
#[ignore = "needs strace, a package of that name"]
fn a_signal_that_comes_while_results_are_written_ends_the_run_with_strace() {
    let folder = old();
    let inject = "inject=?rename,?renameat,?renameat2:signal=TERM:when=1";
    assert_eq!(descend(folder.path(), "6", &["-o", "/dev/null", "-e", inject]), (Some(143), String::new()));
    assert_ne!(whole(folder.path()), Some(6));
}

#[test]
#[ignore = "needs strace, a package of that name"]
fn refused_at_any_call_a_run_says_so_in_one_line_with_strace() {
    let fault = |call: &str| format!("error={}", if call.starts_with("unlink") { "EACCES" } else { "ENOSPC" });
    with_each_fault(fault, |code, said, folder| {
        assert!(said.lines().count() <= 1 && !said.contains("panicked"), "{said}");
        match code {
            Some(0) => assert_eq!(whole(folder), Some(6)),
            code => assert!(code == Some(2) && !said.is_empty()),
        }
    });
}

//! Runs of many steps: stopped on the way, and how much memory they take.

use crate::common::heedful;
use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{self, Stdio};
use tch::Tensor;
use tempfile::tempdir;

/// A run that a test follows while it runs. The first line of its trace says that Ctrl-C is listened to.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_step_and_writes_what_there_is() {
    let folder = tempdir().unwrap();
    let mut child = heedful()
        .args(["descend", "--threads", "1", "--steps", "200000000", "--trace", "1"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "step 0");
    // SAFETY: the child hasn't been waited for, so the number is still its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) }, 0);
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(rest.iter().any(|line| line.contains("by Ctrl-C after step")), "{rest:?}");
    let json: Value = serde_json::from_slice(&fs::read(folder.path().join("descent/run.json")).unwrap()).unwrap();
    assert_eq!(json["outcome"], "stopped");
    let losses = Tensor::read_npy(folder.path().join("descent/losses.npy")).unwrap();
    assert_eq!(losses.size(), [json["measured"]["steps"].as_i64().unwrap()]);
    assert!(folder.path().join("descent/loss.png").is_file());
}

/// The greatest resident size of a run, in KiB.
#[cfg(target_os = "linux")]
#[expect(clippy::zombie_processes, reason = "wait4 waits for it: Child::wait doesn't give its memory")]
fn resident(steps: &str) -> i64 {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("reproduce").unwrap().get_program().to_owned();
    let child = process::Command::new(program)
        .args(["descend", "--matrix", "random", "--threads", "1", "--steps", steps])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the child is ours and waited for once, here; `wait4` writes both, and a zeroed rusage is a valid one.
    let usage = unsafe {
        let waited = libc::wait4(child.id() as libc::pid_t, &mut status, 0, usage.as_mut_ptr());
        assert_eq!(waited, child.id() as libc::pid_t);
        usage.assume_init()
    };
    assert_eq!(status, 0);
    usage.ru_maxrss
}

/// 198,000 steps more may take room for their losses, 4 bytes each, and what doubling a vector and drawing it take. One
/// tensor kept a step would be 40 MB.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_steps() {
    let (few, many) = (resident("2000"), resident("200000"));
    assert!(many - few < 16 * 1024, "2,000 steps: {few} KiB, 200,000 steps: {many} KiB");
}

//! Signals: a command ends, cleans up, and says with its exit code what ended it.

mod common;

use common::{fake, heedful};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::tempdir;

/// `reproduce` in this folder, started.
fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = heedful();
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until `condition` holds.
fn until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(120), "waited too long");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for the process; its exit code.
fn ended(child: &mut Child) -> Option<i32> {
    let mut status = None;
    until(|| {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap().code()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

const SIGNALS: [(&str, i32); 5] = [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131), ("XCPU", 152)];

#[test]
fn the_notebook_ends_and_leaves_the_earlier_results() {
    for (name, code) in SIGNALS {
        let folder = tempdir().unwrap();
        let results = folder.path().join("reproduction");
        fs::create_dir(&results).unwrap();
        fs::write(results.join("report.json"), "old").unwrap();
        // What is half-written by a run that was killed shows when this one has opened the folder.
        fs::write(results.join(".writing-abcdef"), "").unwrap();
        let mut child = start(folder.path(), &[]);
        until(|| !results.join(".writing-abcdef").exists());
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        assert_eq!(fs::read_to_string(results.join("report.json")).unwrap(), "old");
        assert_eq!(fs::read_dir(&results).unwrap().count(), 1, "half-written files");
    }
}

/// Also where it writes into a pipe that nobody reads.
#[test]
fn a_run_with_settings_of_its_own_keeps_what_it_has() {
    for ((name, code), trace) in SIGNALS.into_iter().flat_map(|signal| [(signal, "0"), (signal, "1000000")]) {
        let folder = tempdir().unwrap();
        let results = folder.path().join("descent");
        let mut command = heedful();
        command.args(LONG).args(["--trace", trace]);
        let mut child =
            command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        until(|| results.exists());
        std::thread::sleep(Duration::from_millis(500));
        signal(&child, name);
        assert_eq!(ended(&mut child), Some(code), "{name}");
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
    nohup.arg(program).args(LONG).current_dir(folder.path());
    let mut child = nohup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until(|| results.exists());
    signal(&child, "HUP");
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it ended");
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// A command on a terminal of its own, started by this script, and the end that a person would sit at.
fn on_a_terminal(folder: &Path, script: &str, arguments: &[&str]) -> (Child, OwnedFd) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).and_then(|()| unlockpt(&terminal)).unwrap();
    let name = ptsname(&terminal, vec![]).unwrap().into_string().unwrap();
    let side = || fs::File::options().read(true).write(true).open(&name).unwrap();
    let mut command = Command::new("setsid");
    command.args(["--ctty", "env", "--default-signal", "sh", "-c", script]);
    command.arg(assert_cmd::cargo::cargo_bin("reproduce")).args(arguments).env("TERM", "xterm").current_dir(folder);
    (command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap(), terminal)
}

const PLAIN: &str = "exec \"$0\" \"$@\"";
const LONG: [&str; 5] = ["descend", "--steps", "100000000", "--threads", "1"];

#[test]
fn a_terminal_that_is_closed_ends_the_run_with_its_results() {
    let folder = tempdir().unwrap();
    let (mut child, terminal) = on_a_terminal(folder.path(), PLAIN, &LONG);
    until(|| folder.path().join("descent").exists());
    std::thread::sleep(Duration::from_millis(500));
    drop(terminal);
    assert_eq!(ended(&mut child), Some(129));
    common::run(&mut common::reproduce(folder.path(), &["check", "descent"])).assert_ended(0);
}

/// Which the system sends each second.
#[test]
fn more_signals_of_a_limit_of_time_are_one() {
    let folder = tempdir().unwrap();
    let mut child = start(folder.path(), &[&LONG[..], &["--size", "300"]].concat());
    until(|| folder.path().join("descent").exists());
    std::thread::sleep(Duration::from_millis(500));
    for _ in 0..3 {
        signal(&child, "XCPU");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(ended(&mut child), Some(152));
    common::run(&mut common::reproduce(folder.path(), &["check", "descent"])).assert_ended(0);
}

#[test]
fn the_masters_side_of_a_terminal_is_written_to() {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).and_then(|()| unlockpt(&terminal)).unwrap();
    let mut side = fs::File::open(ptsname(&terminal, vec![]).unwrap().into_string().unwrap()).unwrap();
    let mut command = heedful();
    assert!(command.arg("--version").stdout(terminal).status().unwrap().success());
    let limit = Timespec { tv_sec: 10, tv_nsec: 0 };
    assert_eq!(poll(&mut [PollFd::new(&side, PollFlags::IN)], Some(&limit)), Ok(1), "nothing was written there");
    let mut line = [0; 9];
    side.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"reproduce");
}

/// Which has said why: memory that Rust or C++ isn't given.
#[test]
fn an_abort_ends_with_2() {
    let folder = tempdir().unwrap();
    let mut child = start(folder.path(), &LONG);
    until(|| folder.path().join("descent").exists());
    signal(&child, "ABRT");
    assert_eq!(ended(&mut child), Some(2));
}

/// Its progress bar, or a line that it prints.
#[test]
fn a_terminal_that_nobody_reads_holds_no_run() {
    let traces = ["0", "1000000"];
    let runs = traces.map(|trace| {
        let folder = tempdir().unwrap();
        let (child, terminal) = on_a_terminal(folder.path(), PLAIN, &[&LONG[..], &["--trace", trace]].concat());
        (trace, folder, child, terminal)
    });
    // Standard error alone, and a bar so wide that there is soon no room for it.
    let folder = tempdir().unwrap();
    let (mut child, _terminal) =
        on_a_terminal(folder.path(), &format!("stty rows 24 cols 1000 && {PLAIN} > /dev/null"), &[]);
    assert_eq!(ended(&mut child), Some(0));
    std::thread::sleep(Duration::from_secs(10));
    for (trace, folder, mut child, terminal) in runs {
        signal(&child, "TERM");
        assert_eq!(ended(&mut child), Some(143), "--trace {trace}");
        common::run(&mut common::reproduce(folder.path(), &["check", "descent"])).assert_ended(0);
        drop(terminal);
    }
}

/// As some programs leave it to those that they start.
#[test]
fn where_the_ends_of_children_are_ignored_they_are_waited_for() {
    let folder = tempdir().unwrap();
    let python = fake(folder.path(), "python", "exit 3");
    let mut command = assert_cmd::Command::new("env");
    command.arg("--ignore-signal=CHLD").arg(assert_cmd::cargo::cargo_bin("reproduce"));
    command.args(["parity", "--python"]).arg(python);
    common::run(&mut command).assert_refused(&["exit status: 3"]);
}

/// The processes that look a digest up with other kernels.
#[test]
fn a_look_up_ends_the_processes_that_it_started() {
    let folder = tempdir().unwrap();
    let mut child = start(folder.path(), &["parity", "--steps", "2000", "--digest", "0123456789abcdef"]);
    let parent = child.id().to_string();
    let children = || Command::new("pgrep").args(["-P", &parent]).output().unwrap().stdout;
    until(|| !children().is_empty());
    let started = String::from_utf8(children()).unwrap();
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
    for process in started.lines() {
        until(|| common::has_ended(process));
    }
}

/// Even where Python hangs: its group ends, and the folder that it works in is removed.
#[test]
fn parity_ends_python_and_leaves_no_temporary_folder() {
    for (name, code) in SIGNALS {
        let folder = tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("temporary")).unwrap();
        let python = fake(folder.path(), "python", "sleep 1000 &\necho $! > \"$STARTED\"\nwait");
        let mut command = heedful();
        command.args(["parity", "--python"]).arg(python).env("TMPDIR", path("temporary"));
        command.env("STARTED", path("started")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let started = || fs::read_to_string(path("started")).unwrap_or_default();
        until(|| started().ends_with('\n'));
        assert_eq!(fs::read_dir(path("temporary")).unwrap().count(), 1);

        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        assert_eq!(fs::read_dir(path("temporary")).unwrap().count(), 0);
        until(|| common::has_ended(&started()));
    }
}

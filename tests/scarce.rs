//! What the system doesn't give: room in files, a stack, threads, an end of the input.

mod common;

use common::{Ran, run};
use tempfile::tempdir;

/// `reproduce` with these arguments after this line of a shell, in a folder of its own.
fn under(limit: &str, arguments: &str) -> Ran {
    let folder = tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("reproduce");
    let mut shell = assert_cmd::Command::new("sh");
    shell.args(["-c", &format!("{limit}\nexec '{}' {arguments}", program.display())]).current_dir(folder.path());
    run(&mut shell)
}

#[test]
fn standard_output_that_is_full() {
    for arguments in ["--help", "--version", "descend --help", "completions bash", "descend --steps 1", "--quiet"] {
        under("", &format!("{arguments} >/dev/full")).assert_refused(&["standard output"]);
    }
}

#[test]
fn files_that_may_not_grow() {
    under("ulimit -f 4", "descend --steps 10000 >/dev/null").assert_refused(&["losses.npy", "File too large"]);
}

/// Where libtorch would end the process before this program's first line.
#[test]
fn too_little_to_start_in() {
    for limit in ["ulimit -d 80000", "ulimit -d 30000"] {
        under(limit, "--help").assert_refused(&["134217728 bytes of memory", "ulimit -d, ulimit -v"]);
    }
    under("mkdir gone; cd gone; rmdir ../gone", "--help").assert_refused(&["the working folder"]);
}

/// Before a run starts, and while it runs.
#[test]
fn too_little_memory() {
    for limit in ["ulimit -d 204800", "ulimit -v 921600"] {
        under(limit, "landscape --grid 2000x2000 --steps 16").assert_refused(&["of memory", "choose a smaller grid"]);
        under(limit, "arithmetic --size 1500").assert_refused(&["--size 1500", "choose a smaller matrix"]);
        let write = "head -c 40000000 /dev/zero | tr '\\0' 0 > losses.csv";
        under(&format!("{write}\n{limit}"), "parity --against losses.csv")
            .assert_refused(&["losses.csv", "memory for"]);
    }
}

/// libgomp ends the process where it gets no thread.
#[test]
fn threads_that_openmp_does_not_give() {
    let arguments = "descend --matrix random --size 160 --learning-rate auto --steps 2 --threads 4";
    for variable in ["OMP_THREAD_LIMIT=1", "OMP_DYNAMIC=true", "OMP_MAX_ACTIVE_LEVELS=0", "OMP_STACKSIZE=999999G"] {
        let ran = under(&format!("export {variable}"), arguments);
        ran.assert_ended(0);
        assert!(ran.stdout.contains("threads: 1\n"), "{}", ran.stdout);
    }
}

#[test]
fn a_small_stack() {
    under("ulimit -s 128", "descend --steps 1 --json >/dev/null").assert_ended(0);
    under("export RUST_MIN_STACK=0", "--quiet").assert_ended(0);
}

#[test]
fn files_without_an_end() {
    under("", "--expected /dev/zero").assert_refused(&["--expected: /dev/zero", "1 MiB"]);
    under("", "descend --matrix - </dev/zero").assert_refused(&["--matrix: -", "the most that"]);
    under("ln -s /dev/zero losses.csv", "parity --against losses.csv").assert_refused(&["losses.csv", "the most that"]);
}

#[test]
fn numbers_that_lie_too_far_apart() {
    let ran = under("", "landscape --learning-rates=-1e308:1e308 --grid 4x4");
    ran.assert_refused(&["--learning-rates", "not too far apart"]);
}

//! What hinders the set-up and the exercises from outside: odd files, programs without an end, and a machine without means.

use super::project::{Project, UV, ended};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn an_exercise_may_run_without_end_and_stand_beside_odd_files() {
    let project = Project::new("exercise", Some(UV));
    let folder = project.root.join("notebooks-ported/course/exercises");
    fs::create_dir_all(folder.join("19_dir.rs")).unwrap();
    symlink("/nowhere", folder.join(".#01_a.rs")).unwrap();
    fs::write(folder.join("._01_a.rs"), [0xff]).unwrap();
    fs::write(folder.join("é.rs"), "//! Task: Do it.\n").unwrap();
    let run = |script: &str| {
        let cases = "case $1 in --version) echo cargo 1.95.0;; build) ;; run)";
        project.program("cargo", &format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{cases} {script}; esac\n"));
        let mut exercise = project.xtask(&["exercise"]);
        let output = exercise.env("CARGO", project.root.join("bin/cargo")).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run(r"printf 'a\tb\033[2J\n'; exec yes");
    assert!(code == Some(1) && said.len() < 11_000, "{} {said:.1000}", said.len());
    for part in
        ["é: not solved yet", "a\tb\\u{1b}[2J\ny\n", "wrong:\nIt didn't end by itself: signal: ", " exercise é --hint"]
    {
        assert!(said.contains(part), "{part}: {said:.1000}");
    }
    assert_eq!(run("echo solved").0, Some(0));
}

#[test]
fn a_link_in_the_place_of_the_environment_is_refused_before_the_download() {
    let project = Project::new("environment", Some(UV));
    fs::create_dir(project.root.join(".libtorch")).unwrap();
    let link = project.root.join(".libtorch/python");
    symlink(&project.root, &link).unwrap();
    let (code, said) = project.set_up(&["--pytorch"]);
    assert_eq!((code, project.runs(), project.root.join("library").exists()), (Some(2), 0, true), "{said}");
    assert!(said.contains(&format!("{}: expected a folder or none. Make it writable or delete it", link.display())));
}

#[test]
fn pip_has_nobody_to_ask_and_its_reason_is_told() {
    let project = Project::new("pip", None);
    let pip = r#"#!/bin/sh
[ "$1" = -c ] && printf '3 11\n%s\n\n' "$0" && exit
[ "$3" = --version ] && exit
echo ' Could not fetch URL x: 401 Client Error' > "$PIP_LOG"
printf 'to \033 stdout\n'
echo "ERROR: $(/bin/cat) $PIP_NO_INPUT $PIP_DISABLE_PIP_VERSION_CHECK" >&2
exit 1
"#;
    project.program("python3", pip);
    let (code, said) = project.set_up(&[]);
    assert!(code == Some(2) && said.contains("\nto \\u{1b} stdout\nerror: "), "{said}");
    assert!(said.contains(" -m pip failed: ERROR:  1 1. Could not fetch URL x: 401 Client Error. Check"), "{said}");
}

/// A process that an installer leaves behind, such as a server of its own, holds what it was given.
#[test]
fn what_an_installer_leaves_behind_is_not_waited_for() {
    let project = Project::new("left behind", Some(UV));
    project.mood("sleep 60 & echo $! > \"$home/left\"");
    let start = Instant::now();
    let (code, said) = project.set_up(&[]);
    fs::remove_file(&project.library).unwrap();
    project.mood("");
    assert_eq!((code, project.set_up(&[]).0), (Some(0), Some(0)), "{said}");
    let left = fs::read_to_string(project.root.join("left")).unwrap();
    assert!(Command::new("kill").arg(left.trim()).status().unwrap().success(), "it has ended: {said}");
    assert!(start.elapsed() < Duration::from_secs(50), "{said}");
}

#[test]
fn an_installer_that_installs_nothing_is_named() {
    let project = Project::new("nothing", Some(UV));
    project.mood("rm -r \"$packages\"\nexit 0");
    let (code, said) = project.set_up(&[]);
    assert!(code == Some(2) && said.contains("bin/uv ended without an error, but installed nothing. "), "{said}");
}

#[test]
fn another_libtorch_for_programs_than_the_chosen_one_is_refused() {
    let project = Project::new("surroundings", Some(UV));
    assert_eq!(project.set_up(&[]).0, Some(0));
    let torch = project.root.join(".libtorch/site-packages/torch");
    let copied = |name: &str| {
        let copy = project.root.join(name);
        assert!(Command::new("cp").arg("-r").args([&torch, &copy]).status().unwrap().success());
        copy
    };
    let said = |variable: &str, value: &OsStr| ended(project.command(&[]).env(variable, value).spawn().unwrap());
    let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let path = |lib: PathBuf| std::env::join_paths([PathBuf::from("/nowhere"), lib]).unwrap();
    let c10 = project.root.join("c10");
    fs::create_dir(&c10).unwrap();
    fs::write(c10.join(format!("{}c10{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)), "").unwrap();
    for (variable, value, problem) in [
        (variable, path(copied("other").join("lib")), "; take its folder out of "),
        ("LIBTORCH", copied("a:b").into_os_string(), "lib has a `:`"),
        ("LIBTORCH_CXX11_ABI", "0".into(), "unset it"),
        ("LIBTORCH_LIB", "/nowhere".into(), "unset it"),
        (variable, c10.into_os_string(), "c10"),
    ] {
        let (code, said) = said(variable, &value);
        assert!(code == Some(2) && said.starts_with("error: ") && said.contains(problem), "{code:?} {said}");
    }
    assert_eq!(said(variable, &path(torch.join("lib"))).0, Some(0), "the chosen one itself");
}

#[test]
fn a_python_that_greets_is_taken_all_the_same() {
    let project = Project::new("greeting", Some(UV));
    let python = project.root.join("venv/bin/python3");
    project.program("python3", &format!("#!/bin/sh\nprintf Welcome\nexec '{}' \"$@\"\n", python.display()));
    let (code, said) = ended(project.command(&[]).env("PATH", project.root.join("bin")).spawn().unwrap());
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_machine_without_threads_is_no_panic() {
    let project = Project::new("threads", Some(UV));
    let (code, said) = ended(project.command(&[]).env("RUST_MIN_STACK", (1_u64 << 60).to_string()).spawn().unwrap());
    assert!(code == Some(2) && said.starts_with("error: ") && said.lines().count() == 1, "{code:?} {said}");
}

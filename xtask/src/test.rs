//! `cargo xtask test`: all tests, and at the end the names of those that were left out, with the command that provides
//! what they need.
//!
//! A test that needs more than libtorch is `#[ignore]`d, and its name says what it needs. So a plain `cargo test` names it
//! with the reason, and this command runs it where what it needs is there. Under `CI` nothing is left out: such a test
//! then fails, and says what it lacks.

use crate::say::print;
use crate::setup::{self, Need};
use crate::{Result, cargo, install, python, version};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What some tests need beside libtorch.
struct Extra {
    /// What the names of these tests have in common.
    mark: &'static str,
    /// Their `#[ignore]` says it: what it is, and what provides it.
    reason: &'static str,
    is_there: fn(&Path) -> bool,
}

const EXTRAS: [Extra; 4] = [
    Extra {
        mark: "with_pytorch",
        reason: "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)",
        is_there: |root| pytorch(root).is_some(),
    },
    Extra {
        mark: "in_a_browser",
        reason: "needs Chromium, Node and Playwright: npm install --prefix tests/page",
        is_there: |root| root.join("tests/page/node_modules").is_dir(),
    },
    Extra {
        mark: "with_strace",
        reason: "needs strace, a package of that name",
        is_there: |_| python::programs("strace").next().is_some(),
    },
    Extra {
        mark: "with_valgrind",
        reason: "needs valgrind, a package of that name",
        is_there: |_| python::programs("valgrind").next().is_some(),
    },
];

/// A Python with the PyTorch that `reproduce parity` wants, among those that it tries.
pub fn pytorch(root: &Path) -> Option<PathBuf> {
    let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(env::var_os);
    let environments = environments.map(|folder| PathBuf::from(folder).join("bin/python"));
    // One that is empty or relative would be found in the current folder.
    let environments = environments.filter(|program| program.is_absolute());
    let mut asked = environments.chain([install::python(root)]).filter_map(|program| python::ask(&program));
    let serves = |python: &python::Python| python.torch.as_deref().is_some_and(has_python_half);
    asked.find(serves).or_else(|| python::on_path("python3").find(serves)).map(|python| python.program)
}

/// Whether this folder is the right PyTorch, and not only its libtorch.
fn has_python_half(folder: &Path) -> bool {
    let library = format!("lib/{}torch_python{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    version::check(folder).is_ok() && folder.join(library).exists()
}

/// Runs the tests and ends with their exit code. Returns only if they can't be started.
pub fn run(handed_on: &[OsString]) -> Result<()> {
    setup::run(Need::Libtorch)?;
    let root = cargo::root();
    let lacking: Vec<_> =
        EXTRAS.iter().filter(|extra| env::var_os("CI").is_none() && !(extra.is_there)(&root)).collect();
    let skip = lacking.iter().flat_map(|extra| ["--skip", extra.mark]);
    let status = command(handed_on, ["--include-ignored"].into_iter().chain(skip)).status();
    let status = status.map_err(|error| format!("cargo doesn't start: {error}"))?;
    if !lacking.is_empty() {
        let list = command(handed_on, ["--list", "--ignored"]).stderr(Stdio::null()).output();
        let list = list.map_err(|error| format!("cargo doesn't start: {error}"))?;
        let list = String::from_utf8_lossy(&list.stdout);
        for extra in lacking {
            print(&left_out(extra, &list))?;
        }
    }
    std::process::exit(status.code().unwrap_or(2))
}

/// `cargo test --workspace HANDED_ON`, with more options for the tests themselves.
fn command(handed_on: &[OsString], more: impl IntoIterator<Item = &'static str>) -> Command {
    let mut parts = handed_on.splitn(2, |argument| argument == "--");
    let mut command = cargo::command("test");
    command.arg("--workspace").args(parts.next().unwrap_or_default()).arg("--");
    command.args(parts.next().unwrap_or_default()).args(more);
    command
}

/// The tests among those listed that the lack of `extra` leaves out; nothing if there are none.
fn left_out(extra: &Extra, list: &str) -> String {
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let names: Vec<_> = names.filter(|name| name.contains(extra.mark)).collect();
    match names.len() {
        0 => String::new(),
        count => format!("\nTests left out: {count}. Each {}\n  {}\n", extra.reason, names.join("\n  ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write};
    use std::fs;

    #[test]
    fn what_is_left_out_is_named_with_the_reason() {
        let list = "in_78_m1234: test\na::it_agrees_with_pytorch: test\nwith_pytorch_fast: benchmark\n\n3 tests\n";
        let [pytorch, browser, ..] = EXTRAS.each_ref().map(|extra| left_out(extra, list));
        let reason = EXTRAS[0].reason;
        assert_eq!(pytorch, format!("\nTests left out: 1. Each {reason}\n  a::it_agrees_with_pytorch\n"));
        assert_eq!(browser, "");
    }

    #[test]
    fn arguments_for_cargo_and_for_the_tests_keep_their_places() {
        let handed_on = ["--test", "cells", "--", "--nocapture"].map(OsString::from);
        let command = command(&handed_on, ["--list"]);
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_str().expect("UTF-8")).collect();
        assert_eq!(arguments[3..], ["--workspace", "--test", "cells", "--", "--nocapture", "--list"]);
    }

    #[test]
    fn a_lean_copy_and_another_version_are_no_pytorch() {
        let root = Folder::new("python half");
        let lean = root.libtorch("lean", version::WANTED);
        assert!(!has_python_half(&lean));
        for (version, serves) in [(version::WANTED, true), ("2.12.0", false)] {
            let full = root.libtorch("full", version);
            let library = format!("lib/{}torch_python{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
            write(&full.join(library), "");
            assert_eq!(has_python_half(&full), serves, "{version}");
        }
    }

    /// The lines of each file below `folder`.
    fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let all = entries.flat_map(|path| match path.is_dir() {
            true if path.ends_with("node_modules") => vec![],
            true => sources(&path),
            false if path.extension().is_some_and(|extension| extension == "rs") => {
                vec![(path.clone(), fs::read_to_string(&path).expect("text"))]
            }
            false => vec![],
        });
        all.collect()
    }

    /// Else a test would be run where it can't, or left out and not named.
    #[test]
    fn each_ignored_test_has_a_mark_and_its_reason_and_no_other_test_has_a_mark() {
        let mut found = [0; EXTRAS.len()];
        for (path, text) in sources(&cargo::root().join("tests")) {
            let lines: Vec<_> = text.lines().map(str::trim).collect();
            for (number, line) in lines.iter().enumerate().filter(|(_, line)| **line == "#[test]") {
                let head: Vec<_> = lines[number..].iter().take_while(|line| !line.ends_with('{')).collect();
                let name = lines[number + head.len()];
                let extra = EXTRAS.iter().position(|extra| name.contains(extra.mark));
                let reason = extra.map(|extra| format!("#[ignore = \"{}\"]", EXTRAS[extra].reason));
                let ignored = head.iter().find(|line| line.starts_with("#[ignore")).map(|line| (**line).to_owned());
                assert_eq!(ignored, reason, "{}: {name} {line}", path.display());
                extra.inspect(|&extra| found[extra] += 1);
            }
        }
        assert!(found.iter().all(|&count| count > 0), "{found:?}");
    }
}

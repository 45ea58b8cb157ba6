//! The programs that install Python wheels: uv where there is one, and pip.

use crate::Result;
use crate::files::at;
use crate::python::{self, Python};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How requirements with a SHA-256 for each wheel are installed: a wheel with another is refused, and nothing else comes.
pub const PINNED: [&str; 2] = ["--require-hashes", "--no-deps"];

/// Where wheels are installed.
pub struct Target {
    /// The folder that they are unpacked into.
    pub packages: PathBuf,
    /// For downloads; on the same disk, so that they can be moved. `/tmp` is often too small.
    pub temporary: PathBuf,
    /// Handed to the program as its standard input, so that it stays locked until the program ends, even if we are
    /// killed before.
    pub lock: File,
}

/// uv or pip, for one Python.
pub struct Installer {
    /// The Python whose wheels are taken where no other version is asked for.
    pub python: Python,
    /// The uv; without one it is that Python's pip.
    pub uv: Option<PathBuf>,
}

impl fmt::Display for Installer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.uv {
            Some(uv) => write!(f, "{}", uv.display()),
            None => write!(f, "{} -m pip", self.python.program.display()),
        }
    }
}

impl Installer {
    /// What can install for a Python on the PATH that is `suitable`, in the order to try; `wanted` describes that.
    pub fn all(suitable: impl Fn(&Python) -> bool, wanted: &str) -> Result<Vec<Installer>> {
        let pythons: Vec<Python> = python::on_path("python3").filter(suitable).collect();
        let Some(first) = pythons.first() else {
            return Err(format!(
                "there is no {wanted} on the PATH. Install one with pip (Debian, Ubuntu: apt install python3 python3-pip; \
                 Fedora: dnf install python3 python3-pip; macOS: brew install python)"
            ));
        };
        let works = |program: &Path, arguments: &[&str]| python::run(python::command(program).args(arguments)).is_ok();
        let uv = python::programs("uv").find(|uv| works(uv, &["--version"]));
        let uv = uv.map(|uv| Installer { python: first.clone(), uv: Some(uv) });
        let pip = pythons.iter().find(|python| works(&python.program, &["-m", "pip", "--version"]));
        let pip = pip.map(|python| Installer { python: python.clone(), uv: None });
        let found: Vec<Installer> = uv.into_iter().chain(pip).collect();
        if found.is_empty() {
            return Err(format!(
                "{} has no pip, and there is no uv. Install pip (Debian, Ubuntu: apt install python3-pip; \
                 Fedora: dnf install python3-pip; elsewhere: python3 -m ensurepip)",
                first.program.display()
            ));
        }
        Ok(found)
    }

    /// Installs the wheels of a text of requirements, for Python 3.`minor` or for the Python at hand. Progress goes to
    /// standard error as it comes.
    pub fn install(&self, target: &Target, minor: Option<u32>, requirements: &str, options: &[&str]) -> Result<()> {
        let list = target.temporary.join("requirements.txt");
        at(&list, fs::write(&list, requirements))?;
        let mut command = match &self.uv {
            Some(uv) => {
                let mut command = Command::new(uv);
                command.args(["pip", "install", "--python"]).arg(&self.python.program);
                // Its cache holds unpacked wheels, whose sums it doesn't compare again, and shares their files with what it
                // installs: damage would come back.
                command.args(["--no-cache", "--link-mode=hardlink"]);
                command
            }
            None => {
                let mut command = Command::new(&self.python.program);
                command.args(["-m", "pip", "install", "--no-compile"]);
                command
            }
        };
        if let Some(minor) = minor {
            command.arg(format!("--python-version=3.{minor}"));
            if self.uv.is_none() {
                // pip would still ask whether the Python that it runs in suits the wheel.
                command.arg("--ignore-requires-python");
            }
        }
        command.arg("--only-binary=:all:").args(options);
        command.arg("--target").arg(&target.packages).arg("-r").arg(&list);
        // A folder called `pip` in the user's current folder would be taken for pip.
        command.current_dir(&target.temporary).env("TMPDIR", &target.temporary);
        // A folder of our own is neither the user's site nor their virtual environment, whatever their settings are.
        command.envs([("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_ROOT_USER_ACTION", "ignore")]);
        let io = |error: io::Error| format!("{self} doesn't start: {error}");
        command.stdin(target.lock.try_clone().map_err(io)?);
        command.stdout(io::stderr().as_fd().try_clone_to_owned().map_err(io)?);
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(io)?;
        let mut error = child.stderr.take().map(|said| error_in(BufReader::new(said))).unwrap_or_default();
        let status = child.wait().map_err(io)?;
        if status.success() {
            return Ok(());
        }
        if error.is_empty() {
            error.push(status.to_string());
        }
        Err(match error.as_slice() {
            [first, second, .., sum] if [first, second].iter().any(|line| line.to_lowercase().contains("hash")) => {
                format!(
                    "{self} refused a wheel, since its SHA-256 isn't the one in xtask/pins: {second} {sum}. See where it \
                     comes from: your settings name the package index and the folders of wheels"
                )
            }
            lines => {
                let lines = lines.join(" ");
                format!("{self} failed: {lines}. Check the network and the free disk space, then repeat the command")
            }
        })
    }
}

/// What uv or pip says is wrong, in at most three lines. What it says before goes to standard error as it comes.
fn error_in(said: impl BufRead) -> Vec<String> {
    let mut error: Vec<String> = vec![];
    for line in said.split(b'\n').map_while(io::Result::ok) {
        let line = String::from_utf8_lossy(&line);
        let text = line.trim_matches(|c: char| c.is_whitespace() || "×│├╰─▶".contains(c));
        if error.is_empty() && !["ERROR:", "error:", "  ×"].iter().any(|start| line.starts_with(start)) {
            eprintln!("{line}");
        } else if !text.is_empty() {
            error.push(text.to_owned());
        }
    }
    // A list of every SHA-256 that would do is between them.
    if error.len() > 3 {
        error.drain(2..error.len() - 1);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_the_first_two_lines_and_the_last() {
        let uv = "Resolved 3 packages\n  × Failed to download `torch==2.13.0`\n  ├─▶ Hash mismatch for `torch==2.13.0`\n  │\n  \
            │   Expected:\n  │     sha256:aa\n  │     sha256:bb\n  │\n  │   Computed:\n  │     sha256:cc\n";
        let lines = ["Failed to download `torch==2.13.0`", "Hash mismatch for `torch==2.13.0`", "sha256:cc"];
        assert_eq!(error_in(uv.as_bytes()), lines);
        assert_eq!(error_in("WARNING: slow\nERROR: one\nERROR: two\n".as_bytes()), ["ERROR: one", "ERROR: two"]);
        assert!(error_in("Downloading\n".as_bytes()).is_empty());
    }
}

//! The programs that install Python wheels: uv where there is one, and pip.

use crate::Result;
use crate::python::{self, Python};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    uv: Option<PathBuf>,
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
        let works = |program: &Path, arguments: &[&str]| python::run(Command::new(program).args(arguments)).is_ok();
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

    /// Installs wheels, for Python 3.`minor` or for the Python at hand. Progress, and what is wrong if it fails, goes to
    /// standard error as it comes.
    pub fn install(&self, target: &Target, minor: Option<u32>, what: &[&str]) -> Result<()> {
        let mut command = match &self.uv {
            Some(uv) => {
                let mut command = Command::new(uv);
                command.args(["pip", "install", "--python"]).arg(&self.python.program);
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
        command.arg("--only-binary=:all:").arg("--target").arg(&target.packages).args(what);
        // A folder called `pip` in the user's current folder would be taken for pip.
        command.current_dir(&target.temporary).env("TMPDIR", &target.temporary);
        // A folder of our own is neither the user's site nor their virtual environment, whatever their settings are.
        command.envs([("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_ROOT_USER_ACTION", "ignore")]);
        let io = |error: io::Error| format!("{self} doesn't start: {error}");
        command.stdin(target.lock.try_clone().map_err(io)?);
        command.stdout(io::stderr().as_fd().try_clone_to_owned().map_err(io)?);
        let status = command.status().map_err(io)?;
        if status.success() {
            return Ok(());
        }
        Err(format!(
            "{self} could not install {} ({status}; its own message is above). Check the network and the free disk space, then repeat the \
             command",
            what.last().unwrap_or(&"")
        ))
    }
}

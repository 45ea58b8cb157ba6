//! Where a Python with the right PyTorch is.

#[path = "../../../xtask/src/probe.rs"]
pub(super) mod probe;

use super::process::{Process, temporary_folder};
use crate::libtorch::loaded::version;
use anyhow::{Context, Error, Result, bail, ensure};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A Python whose PyTorch has the version asked for.
#[derive(Clone, Debug)]
pub struct Python {
    /// The executable's path. A script that chooses a Python by the current folder has been asked in that folder.
    pub program: PathBuf,
    /// The PyTorch that it imports, for instance `2.13.0+cu130`.
    pub torch: String,
    /// That PyTorch's `libtorch_cpu`, links resolved.
    pub libtorch_cpu: Option<PathBuf>,
}

/// The Pythons to try, in order: `asked` alone if given; else those of the active virtual environments (`VIRTUAL_ENV`,
/// `CONDA_PREFIX`), `python3` on the PATH, and the one that `cargo xtask setup --pytorch` installed.
pub fn candidates(asked: Option<&Path>) -> Vec<PathBuf> {
    // A project that has moved since this program was built has its installed Python elsewhere: then it isn't found.
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/.libtorch/python/bin/python3");
    if let Some(asked) = asked {
        return vec![asked.to_path_buf()];
    }
    let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(std::env::var_os);
    environments
        .filter(|folder| !folder.is_empty())
        .map(|folder| Path::new(&folder).join("bin/python"))
        .chain(["python3".into()])
        .chain(Path::new(installed).exists().then(|| installed.into()))
        .collect()
}

/// The Python `program`, if its PyTorch is of the version `wanted`; else why not, in words.
fn check(program: &Path, folder: &Path, wanted: &str, limit: Duration) -> Result<Python> {
    let answer = folder.join("answer");
    let _ = std::fs::remove_file(&answer);
    let mut command = probe::command(program, probe::SCRIPT);
    Process::spawn(command.arg(&answer), limit, |_| false).context("can't be started")?.wait()?;
    let answer = std::fs::read_to_string(&answer).ok();
    let python = answer.as_deref().and_then(probe::parse).context("isn't a Python 3")?;

    let folder = python.torch.context("has no torch")?;
    let torch = version::read(&folder).map_err(Error::msg)?;
    let library = |name| folder.join(format!("lib/{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    ensure!(library("torch_python").exists(), "has a torch without its Python half");
    ensure!(torch.split('+').next() == Some(wanted), "has torch {torch}");
    Ok(Python { program: python.program, torch, libtorch_cpu: library("torch_cpu").canonicalize().ok() })
}

impl Python {
    /// The first candidate whose PyTorch is of the version `wanted`; a build tag (`2.13.0+cu130`) isn't compared.
    /// Each has `limit` to answer.
    ///
    /// # Errors
    /// When there is none: what is wrong with each, and what to install.
    pub fn choose(candidates: &[PathBuf], wanted: &str, limit: Duration) -> Result<Python> {
        let wanted = wanted.split('+').next().unwrap_or_default();
        let folder = temporary_folder()?;
        let mut tried = vec![];
        for program in candidates {
            match check(program, folder.path(), wanted, limit) {
                Ok(python) => return Ok(python),
                Err(error) => tried.push(format!("{} {error:#}", program.display())),
            }
        }
        bail!(
            "no Python was found with torch {wanted}, the version of the linked libtorch: {}. Install it with \
             `cargo xtask setup --pytorch` or `pip install torch=={wanted}`, or name another Python",
            tried.join("; ")
        )
    }
}

//! Where a Python with a PyTorch is.

#[path = "../../../xtask/src/probe.rs"]
pub(super) mod probe;

use super::process::{Process, TemporaryFolder};
use crate::experiment::limited;
use crate::libtorch::loaded::version;
use anyhow::{Context, Error, Result, ensure};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// A Python whose PyTorch has what the comparison needs.
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

/// The first PyTorch that has what the comparison needs, as (major, minor).
const FIRST: (u32, u32) = (2, 0);

/// The Python `program`, if its PyTorch has what is needed; else why not, in words.
fn check(program: &Path, folder: &Path, limit: Duration) -> Result<Python> {
    let answer = folder.join("answer");
    let _ = std::fs::remove_file(&answer);
    let mut command = probe::command(program, probe::SCRIPT);
    command.arg(&answer).stdin(Stdio::null()).stdout(Stdio::null());
    Process::spawn(&mut command, limit, |_| false).context("can't be started")?.wait()?;
    let answer = answer.is_file().then(|| limited::read(&answer, 1 << 20, limited::TEXT)).and_then(Result::ok);
    let python = answer.and_then(|answer| String::from_utf8(answer).ok());
    let python = python.as_deref().and_then(probe::parse).context("isn't a Python 3")?;

    let folder = python.torch.context("has no torch")?;
    let torch = version::read(&folder).map_err(Error::msg)?;
    let library = |name| folder.join(format!("lib/{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    ensure!(library("torch_python").exists(), "has a torch without its Python half");
    let mut parts = torch.split('.').map_while(|part| part.parse().ok());
    let is_old = parts.next().zip(parts.next()).is_none_or(|version| version < FIRST);
    ensure!(!is_old, "has torch {torch}, which is too old");
    Ok(Python { program: python.program, torch, libtorch_cpu: library("torch_cpu").canonicalize().ok() })
}

impl Python {
    /// The first candidate whose PyTorch is of the version `preferred`, else the first whose PyTorch is 2.0 or later. A
    /// build tag (`2.13.0+cu130`) isn't compared. Each has `limit` to answer.
    ///
    /// # Errors
    /// When there is none: what is wrong with each, and what to install.
    pub fn choose(candidates: &[PathBuf], preferred: &str, limit: Duration) -> Result<Python> {
        let folder = TemporaryFolder::new()?;
        let (mut other, mut tried) = (None, vec![]);
        for program in candidates {
            match check(program, folder.path(), limit) {
                Ok(python) if python.has(preferred) => return Ok(python),
                Ok(python) => other = other.or(Some(python)),
                Err(error) => tried.push(format!("{} {error:#}", program.display())),
            }
        }
        let ((major, minor), preferred) = (FIRST, release(preferred));
        other.with_context(|| {
            format!(
                "no Python was found with torch {major}.{minor} or later: {}. Install it with `cargo xtask setup --pytorch` \
                 or `pip install torch=={preferred}`, or name another Python",
                tried.join("; ")
            )
        })
    }

    /// Whether its PyTorch is of this version; build tags aren't compared.
    pub fn has(&self, version: &str) -> bool {
        release(&self.torch) == release(version)
    }
}

/// A version without its build tag.
fn release(version: &str) -> &str {
    version.split('+').next().unwrap_or_default()
}

//! Where a Python with the right PyTorch is.

use super::process::{End, Process};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A Python whose PyTorch has the version asked for.
#[derive(Clone, Debug)]
pub struct Python {
    /// The executable: a path, or a name that is looked up on the PATH.
    pub program: PathBuf,
    /// The PyTorch that it imports, for instance `2.13.0+cu130`.
    pub torch: String,
    /// That PyTorch's `libtorch_cpu`, links resolved.
    pub libtorch_cpu: Option<PathBuf>,
}

/// What probe.py writes.
#[derive(Deserialize)]
struct Answer {
    torch: Option<String>,
    #[serde(default)]
    importable: bool,
    libtorch_cpu: Option<PathBuf>,
}

/// The Pythons to try, in order: `asked` alone if given; else those of the active virtual environments (`VIRTUAL_ENV`,
/// `CONDA_PREFIX`), `python3` on the PATH, and the one that `cargo xtask setup --pytorch` installed.
pub fn candidates(asked: Option<&Path>) -> Vec<PathBuf> {
    // A project that has moved since this program was built has its installed Python elsewhere: then it isn't found.
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/.libtorch/python/bin/python3");
    candidates_of(asked, |name| std::env::var_os(name), Path::new(installed))
}

fn candidates_of(asked: Option<&Path>, variable: impl Fn(&str) -> Option<OsString>, installed: &Path) -> Vec<PathBuf> {
    if let Some(asked) = asked {
        return vec![asked.to_path_buf()];
    }
    ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(variable)
        .filter(|folder| !folder.is_empty())
        .map(|folder| Path::new(&folder).join("bin/python"))
        .chain(["python3".into()])
        .chain(installed.exists().then(|| installed.to_path_buf()))
        .collect()
}

/// A command that starts the Python `program` in `folder`.
///
/// # Errors
/// When `program` is relative and the working folder of this process has gone.
pub(super) fn command(program: &Path, folder: &Path) -> Result<Command> {
    let is_name = program.components().count() == 1;
    let mut command = match is_name {
        true => Command::new(program),
        false => Command::new(std::path::absolute(program)?),
    };
    command.current_dir(folder);
    Ok(command)
}

/// Asks a Python which PyTorch it would import.
fn probe(program: &Path, limit: Duration) -> Result<Answer> {
    let folder = tempfile::tempdir().context("no folder for temporary files; set TMPDIR")?;
    let answer = folder.path().join("answer.json");
    let mut command = command(program, folder.path())?;
    command.args(["-c", include_str!("probe.py")]).arg(&answer);
    let process = Process::spawn(&mut command, limit, |_| false).context("can't be started")?;
    let (end, words) = process.wait()?;
    match (end, std::fs::read(&answer)) {
        (End::Exited(status), Ok(bytes)) if status.success() => {
            serde_json::from_slice(&bytes).context("gave an answer that isn't JSON")
        }
        (End::Exited(status), Err(_)) if status.success() => bail!("isn't a Python"),
        (end, _) if words.is_empty() => bail!("{end}"),
        (end, _) => bail!("{end}, saying: {words}"),
    }
}

/// The Python `program`, if its PyTorch is of the version `wanted`; else why not, in words.
fn check(program: &Path, wanted: &str, limit: Duration) -> Result<Python> {
    let answer = probe(program, limit)?;
    let torch = answer.torch.context("has no torch")?;
    ensure!(answer.importable, "has a torch without its Python half");
    ensure!(torch.split('+').next() == Some(wanted), "has torch {torch}");
    Ok(Python { program: program.to_path_buf(), torch, libtorch_cpu: answer.libtorch_cpu })
}

impl Python {
    /// The first candidate whose PyTorch is of the version `wanted`; a build tag (`2.13.0+cu130`) isn't compared.
    /// Each has `limit` to answer.
    ///
    /// # Errors
    /// When there is none: what is wrong with each, and what to install.
    pub fn choose(candidates: &[PathBuf], wanted: &str, limit: Duration) -> Result<Python> {
        let wanted = wanted.split('+').next().unwrap_or_default();
        let mut tried = vec![];
        for program in candidates {
            match check(program, wanted, limit) {
                Ok(python) => return Ok(python),
                Err(error) => tried.push(format!("{} {error:#}", program.display())),
            }
        }
        bail!(
            "no Python with torch {wanted}, which the linked libtorch needs: {}. Install it with `cargo xtask setup \
             --pytorch` or `pip install torch=={wanted}`, or name another Python with --python PATH",
            tried.join("; ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(asked: Option<&str>, variables: &[(&str, &str)], installed: &Path) -> Vec<PathBuf> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        candidates_of(asked.map(Path::new), variable, installed)
    }

    #[test]
    fn the_order_of_the_candidates() {
        let both = [("CONDA_PREFIX", "/conda"), ("VIRTUAL_ENV", "/venv")];
        let installed = tempfile::NamedTempFile::new().unwrap();
        let installed = installed.path();
        assert_eq!(
            programs(None, &both, installed),
            [Path::new("/venv/bin/python"), Path::new("/conda/bin/python"), Path::new("python3"), installed]
        );
        assert_eq!(programs(None, &[("VIRTUAL_ENV", "")], Path::new("/nowhere")), [Path::new("python3")]);
        assert_eq!(programs(Some("my/python"), &both, installed), [Path::new("my/python")]);
    }
}

//! The Pythons of this machine, and whether they have torch: read from their files, since `import torch`
//! takes seconds.

use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Python 3 that starts.
#[derive(Debug, Clone)]
pub struct Python {
    /// The full path of the program.
    pub program: PathBuf,
    /// Major and minor version.
    pub version: (u32, u32),
    /// The folder of its package torch.
    pub torch: Option<PathBuf>,
}

// The empty entry is the current folder, which isn't the machine's.
const PROBE: &str = "
import sys
sys.path = [entry for entry in sys.path if entry]
from importlib.util import find_spec
spec = find_spec('torch')
print(*sys.version_info[:2])
print(spec.submodule_search_locations[0] if spec and spec.origin else '')
";

/// Every `name` on the PATH, asked one by one as the iterator is read.
pub fn on_path(name: &str) -> impl Iterator<Item = Python> {
    programs(name).filter_map(|program| probe(&program))
}

/// The paths of the programs called `name` on the PATH, each once.
pub fn programs(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut seen = HashSet::new();
    // Folders are compared, not files: a virtual environment's python3 is a link to another that lacks its packages.
    let folders = folders
        .into_iter()
        .filter_map(|folder| folder.canonicalize().ok());
    let name = name.to_owned();
    folders
        .filter(move |folder| seen.insert(folder.clone()))
        .map(move |folder| folder.join(&name))
        .filter(|file| file.is_file())
}

/// Asks a Python for its version and its torch; `None` if it doesn't start or is no Python 3.
pub fn probe(program: &Path) -> Option<Python> {
    let output = Command::new(program)
        .args(["-c", PROBE])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let (version, torch) = output
        .status
        .success()
        .then(|| parse(std::str::from_utf8(&output.stdout).ok()?))??;
    Some(Python {
        program: program.to_owned(),
        version,
        torch,
    })
}

fn parse(text: &str) -> Option<((u32, u32), Option<PathBuf>)> {
    let mut lines = text.lines();
    let (major, minor) = lines.next()?.split_once(' ')?;
    let torch = lines
        .next()
        .filter(|line| !line.is_empty())
        .map(PathBuf::from);
    Some(((major.parse().ok()?, minor.parse().ok()?), torch))
}

/// Whether a program ends well. What it prints is dropped.
pub fn runs(command: &mut Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_python_is_read() {
        assert_eq!(parse("3 11\n\n"), Some(((3, 11), None)));
        assert_eq!(
            parse("3 9\n/a b/torch\n"),
            Some(((3, 9), Some("/a b/torch".into())))
        );
        assert_eq!(parse(""), None);
        assert_eq!(parse("pyenv: python3: command not found\n"), None);
    }

    #[test]
    fn a_program_that_is_no_python_is_none() {
        assert!(probe(Path::new("/bin/false")).is_none());
        assert!(probe(Path::new("/bin/echo")).is_none());
        assert!(probe(Path::new("/nowhere/python3")).is_none());
    }
}

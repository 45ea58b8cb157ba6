//! The Pythons of this machine, and other programs that are run.

use crate::{Result, probe};
use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use crate::probe::Python;

/// Every `name` on the PATH, asked one by one as the iterator is read.
pub fn on_path(name: &str) -> impl Iterator<Item = Python> {
    programs(name).filter_map(|program| ask(&program))
}

/// The paths of the programs called `name` on the PATH, each once.
pub fn programs(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut seen = HashSet::new();
    // Folders are compared, not files: a virtual environment's python3 is a link to another that lacks its packages.
    let folders = folders.into_iter().filter_map(|folder| folder.canonicalize().ok());
    let name = name.to_owned();
    folders
        .filter(move |folder| seen.insert(folder.clone()))
        .map(move |folder| folder.join(&name))
        .filter(|file| file.is_file())
}

/// Asks a Python what it is; `None` if it doesn't start or is no Python.
pub fn ask(program: &Path) -> Option<Python> {
    let mut command = probe::command(program, probe::SCRIPT);
    command.arg("/dev/stdout").stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    probe::parse(std::str::from_utf8(&output.stdout).ok()?)
}

/// A Python for the set-up's own purposes. It starts in a folder where no file of the user's is taken for a module.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    command
}

/// Waits for a program whose output isn't wanted. The error is the last line that it wrote to standard error.
pub fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    Err(last.map_or(output.status.to_string(), |line| line.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_python_is_read() {
        let python = |torch| Python { program: "/a b/python3".into(), version: (3, 11), torch };
        assert_eq!(probe::parse("3 11\n/a b/python3\n\n"), Some(python(None)));
        assert_eq!(probe::parse("3 11\n/a b/python3\n/a b/torch\n"), Some(python(Some("/a b/torch".into()))));
        assert_eq!(probe::parse("3 11\n\n\n"), None);
        assert_eq!(probe::parse(""), None);
        assert_eq!(probe::parse("pyenv: python3: command not found\n"), None);
    }

    #[test]
    fn the_error_of_a_program_is_its_last_line() {
        let shell = |script: &str| run(Command::new("sh").args(["-c", script]));
        assert_eq!(shell("echo no >&2"), Ok(()));
        assert_eq!(shell("echo first >&2; echo ' last ' >&2; echo >&2; exit 1"), Err("last".to_owned()));
        assert!(shell("exit 3").expect_err("an error").contains('3'));
        assert!(run(&mut Command::new("/nowhere/python3")).is_err());
    }

    #[test]
    fn a_program_that_is_no_python_is_none() {
        assert!(ask(Path::new("/bin/false")).is_none());
        assert!(ask(Path::new("/bin/echo")).is_none());
        assert!(ask(Path::new("/nowhere/python3")).is_none());
    }
}

//! The Pythons of this machine, and other programs that are run.

use crate::say::say;
use crate::{Result, probe};
use std::collections::HashSet;
use std::env;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

pub use crate::probe::Python;

/// How long a program may take to say what it is.
pub const ANSWER: Duration = Duration::from_secs(60);

/// How long one may take that imports PyTorch for the first time, on a slow disk.
pub const WORK: Duration = Duration::from_secs(600);

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
    let output = output(command.arg("/dev/stdout"), ANSWER).ok().filter(|output| output.status.success())?;
    probe::parse(std::str::from_utf8(&output.stdout).ok()?)
}

/// A Python for the set-up's own purposes. It starts in a folder where no file of the user's is taken for a module.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    command
}

/// What a program says, up to a length that no answer has. One that doesn't end within the limit is killed.
pub fn output(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let streams = listen(child.stdout.take()).and_then(|stdout| Ok((stdout, listen(child.stderr.take())?)));
    let (stdout, stderr) = streams.inspect_err(|_| drop(child.kill()))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            let program = command.get_program().display();
            say(&format!("{program} had not ended after {} s, and was killed", limit.as_secs()));
            child.kill()?;
            break child.wait()?;
        }
        thread::sleep(Duration::from_millis(2));
    };
    Ok(Output { status, stdout: heard(&stdout), stderr: heard(&stderr) })
}

/// Reads a stream beside us, and closes it where it is too long.
fn listen(stream: Option<impl Read + Send + 'static>) -> io::Result<Receiver<Vec<u8>>> {
    beside(move || {
        let mut text = vec![];
        let _ = stream.map(|stream| stream.take(1 << 16).read_to_end(&mut text));
        text
    })
}

/// Does some work in a thread of its own. There may be none to be had.
pub fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<Receiver<T>> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().spawn(move || sender.send(work())).map(|_| receiver)
}

/// What was read [`beside`] us from a program that has ended. One that it left behind may hold the stream open.
pub fn heard<T: Default>(read: &Receiver<T>) -> T {
    read.recv_timeout(Duration::from_secs(5)).unwrap_or_default()
}

/// Waits for a program whose output isn't wanted. The error is the last line that it wrote to standard error.
pub fn run(command: &mut Command, limit: Duration) -> Result<()> {
    let output = output(command, limit).map_err(|error| error.to_string())?;
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
        assert_eq!(probe::parse("Welcome home\n\n3 11\n/a b/python3\n\nBye\n"), Some(python(None)));
        assert_eq!(probe::parse("3 11\n\n\n"), None);
        assert_eq!(probe::parse(""), None);
        assert_eq!(probe::parse("pyenv: python3: command not found\n"), None);
    }

    #[test]
    fn the_error_of_a_program_is_its_last_line() {
        let shell = |script: &str| run(Command::new("sh").args(["-c", script]), ANSWER);
        assert_eq!(shell("echo no >&2"), Ok(()));
        assert_eq!(shell("echo first >&2; echo ' last ' >&2; echo >&2; exit 1"), Err("last".to_owned()));
        assert!(shell("exit 3").expect_err("an error").contains('3'));
        assert!(run(&mut Command::new("/nowhere/python3"), ANSWER).is_err());
    }

    #[test]
    fn a_program_that_hangs_or_prints_without_end_is_ended() {
        let start = Instant::now();
        let shell = |script: &str, limit| output(Command::new("sh").args(["-c", script]), limit);
        let output = shell("echo early; exec sleep 600", Duration::from_millis(500)).expect("an end");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (None, "early\n".as_bytes()));
        for script in ["exec yes", "exec yes >&2"] {
            let output = shell(script, ANSWER).expect("an end");
            assert_eq!(output.stdout.len() + output.stderr.len(), 1 << 16, "{script}");
        }
        // It leaves one behind that holds a stream, and says which.
        let output = shell("cat; sleep 100 >&2 & echo $!", ANSWER).expect("an end");
        let left = String::from_utf8(output.stdout).expect("a number");
        assert_eq!(run(Command::new("kill").arg(left.trim()), ANSWER), Ok(()));
        assert!(start.elapsed() < ANSWER);
    }

    #[test]
    fn a_program_that_is_no_python_is_none() {
        assert!(ask(Path::new("/bin/false")).is_none());
        assert!(ask(Path::new("/bin/echo")).is_none());
        assert!(ask(Path::new("/nowhere/python3")).is_none());
    }
}

//! A child process with a time limit, in a process group of its own, whose last words are kept.

use crate::output::cleanup::{Pending, started};
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many of the last lines on standard error are kept, and how long each may be.
const LINES_KEPT: usize = 4;
const LINE_LENGTH: usize = 400;

/// A running child. Dropping it kills its process group.
#[derive(Debug)]
pub struct Process {
    child: std::process::Child,
    group: Pid,
    /// A signal that ends this program ends the group too.
    pending: Option<Pending>,
    end: Option<Result<(), String>>,
    deadline: Option<Instant>,
    words: Arc<Mutex<VecDeque<String>>>,
    /// `None` only until it is started.
    listener: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts `command`, whose standard output must not be a pipe: nobody reads it. `heard` is handed each line of standard
    /// error, on a thread of its own, and says whether it has used it up; the last others are kept.
    pub fn spawn(
        command: &mut Command,
        limit: Duration,
        mut heard: impl FnMut(&str) -> bool + Send + 'static,
    ) -> std::io::Result<Process> {
        let deadline = Instant::now().checked_add(limit); // None: further away than the clock goes
        let command = command.stderr(Stdio::piped()).process_group(0);
        let kill = |child: &std::process::Child| {
            let group = Pid::from_child(child);
            move || _ = kill_process_group(group, Signal::KILL)
        };
        let (mut child, pending) = started(|| command.spawn(), kill)?;
        let (group, pending) = (Pid::from_child(&child), Some(pending));
        let words = Arc::new(Mutex::new(VecDeque::new()));
        let (stderr, kept) = (child.stderr.take(), words.clone());
        let listen = move || stderr.into_iter().for_each(|stderr| listen(stderr, &kept, &mut heard));
        // Where the system gives no thread, it is dropped, and so killed.
        let mut process = Process { child, group, pending, end: None, deadline, words, listener: None };
        process.listener = Some(std::thread::Builder::new().spawn(listen)?);
        Ok(process)
    }

    /// How the child has ended, a failure in words; `None` if it hasn't. Past its time limit it is killed.
    pub fn poll(&mut self) -> Option<&Result<(), String>> {
        if self.end.is_none() {
            // Looks only: until the child is waited for, its number and its group's are nobody else's.
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            let runs = matches!(waitid(WaitId::Pid(self.group), options), Ok(None));
            if runs && self.deadline.is_none_or(|deadline| Instant::now() < deadline) {
                return None;
            }
            self.end = Some(match self.kill() {
                _ if runs => Err("didn't finish within its time limit and was killed".to_string()),
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("ended with {status}")),
                Err(error) => Err(error.to_string()),
            });
        }
        self.end.as_ref()
    }

    /// Waits until the child has ended, or kills it at its time limit. An error has its last words as well, in one line.
    pub fn wait(mut self) -> Result<()> {
        let end = loop {
            match self.poll() {
                Some(end) => break end.clone(),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let Err(failure) = end else { return Ok(()) };
        // Standard error closes with the last process of the group; one that has left the group isn't waited for.
        let patience = Instant::now() + Duration::from_millis(500);
        while self.listener.as_ref().is_some_and(|listener| !listener.is_finished()) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        let words = Vec::from(std::mem::take(&mut *self.words.lock().unwrap_or_else(PoisonError::into_inner)));
        bail!("{failure}, saying: {}", if words.is_empty() { "nothing".to_string() } else { words.join(" / ") })
    }

    /// Kills what is left of the group, children of the child too, and waits for the child.
    fn kill(&mut self) -> std::io::Result<ExitStatus> {
        // An error means that nobody is left.
        let _ = kill_process_group(self.group, Signal::KILL);
        self.pending = None;
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.end.is_none() {
            let _ = self.kill();
        }
    }
}

fn listen(stderr: ChildStderr, words: &Mutex<VecDeque<String>>, heard: &mut impl FnMut(&str) -> bool) {
    let mut reader = BufReader::new(stderr);
    let mut bytes = vec![];
    // A line of any length is taken in pieces, so that memory stays bounded.
    while reader.by_ref().take(4096).read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let line: String =
            String::from_utf8_lossy(&bytes).trim_end().chars().filter(|c| !c.is_control()).take(LINE_LENGTH).collect();
        bytes.clear();
        if line.is_empty() || heard(&line) {
            continue;
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == LINES_KEPT {
            words.pop_front();
        }
        words.push_back(line);
    }
}

/// A folder for what the child reads and writes. It is removed when this value is dropped, or a signal ends this program.
#[derive(Debug)]
pub(super) struct TemporaryFolder {
    folder: TempDir,
    _pending: Pending,
}

impl TemporaryFolder {
    pub(super) fn new() -> Result<TemporaryFolder> {
        let remove = |folder: &TempDir| {
            let path = folder.path().to_path_buf();
            move || _ = std::fs::remove_dir_all(path)
        };
        let (folder, _pending) = started(tempfile::tempdir, remove)
            .context("no folder for temporary files can be made; set TMPDIR to one that can be written to")?;
        Ok(TemporaryFolder { folder, _pending })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

//! A child process with a time limit, in a process group of its own, whose last words are kept.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many of the last lines on standard error are kept, and how long each may be.
const LINES_KEPT: usize = 4;
const LINE_LENGTH: usize = 300;

/// A running child. Dropping it kills its process group.
#[derive(Debug)]
pub struct Process {
    child: std::process::Child,
    ended: bool,
    deadline: Option<Instant>,
    words: Arc<Mutex<VecDeque<String>>>,
    silent: Receiver<()>,
}

/// How a child ended.
#[derive(Debug)]
pub enum End {
    /// By itself, or by a signal that wasn't ours.
    Exited(ExitStatus),
    /// Killed at its time limit.
    TimedOut,
}

impl Process {
    /// Starts `command` with nothing on standard input and its standard output thrown away. `heard` is handed each
    /// line of standard error, on a thread of its own, and says whether it has used it up; the last others are kept.
    pub fn spawn(
        command: &mut Command,
        limit: Duration,
        heard: impl FnMut(&str) -> bool + Send + 'static,
    ) -> std::io::Result<Process> {
        let deadline = Instant::now().checked_add(limit); // None: further away than the clock goes
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0).spawn()?;
        let words = Arc::new(Mutex::new(VecDeque::new()));
        let (end, silent) = channel();
        if let Some(stderr) = child.stderr.take() {
            let words = words.clone();
            std::thread::spawn(move || {
                listen(stderr, &words, heard);
                drop(end);
            });
        }
        Ok(Process { child, ended: false, deadline, words, silent })
    }

    /// Waits until the child has ended, or kills it at its time limit. Gives its last words as well, in one line.
    pub fn wait(mut self) -> std::io::Result<(End, String)> {
        let end = loop {
            if let Some(status) = self.child.try_wait()? {
                break End::Exited(status);
            }
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                break End::TimedOut;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        self.kill();
        // Standard error closes with the last process of the group; one that has left the group isn't waited for.
        let _ = self.silent.recv_timeout(Duration::from_secs(1));
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = words.iter().map(String::as_str).collect::<Vec<_>>();
        Ok((end, words.join(" / ")))
    }

    /// Kills what is left of the group: children of the child too.
    fn kill(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            // An error means that nobody is left.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            End::TimedOut => f.write_str("didn't finish within the time limit and was killed"),
            End::Exited(status) => match (status.code(), status.signal()) {
                (Some(code), _) => write!(f, "ended with exit code {code}"),
                (None, Some(signal)) => write!(f, "was ended by signal {signal}"),
                (None, None) => write!(f, "ended: {status}"),
            },
        }
    }
}

fn listen(stderr: ChildStderr, words: &Mutex<VecDeque<String>>, mut heard: impl FnMut(&str) -> bool) {
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

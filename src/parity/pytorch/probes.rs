//! A Python child that answers questions about its PyTorch: what it makes of given numbers, and of a run step by step.

use super::child::{Job, write};
use super::process::{Process, TemporaryFolder};
use crate::by_hand::witness::Sums;
use crate::experiment::{Experiment, Scalar};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A child that answers probes. Dropping it kills the child.
#[derive(Debug)]
pub struct Probes {
    process: Option<Process>, // before the folder, so that it is killed before its folder is removed; none after a failure
    socket: UnixStream,
    threads: usize,
    python: String,
    _folder: TemporaryFolder,
}

/// How messages about an answer begin.
const ASKED: &str = "asked how its PyTorch sums, it";

/// After so long without an answer, it is seen whether the child still lives.
const LOOK: Duration = Duration::from_millis(50);

impl Job<'_> {
    /// Starts a child that answers probes, in the arithmetic and with the threads of the job, whose limit holds for all
    /// of its answers together.
    ///
    /// # Errors
    /// When its files can't be written to the folder for temporary files, or Python can't be started.
    pub fn probes(&self) -> Result<Probes> {
        let folder = TemporaryFolder::new()?;
        write(&folder.path().join("probes.py"), include_bytes!("probes.py"))?;
        let (socket, theirs) = UnixStream::pair()?;
        socket.set_read_timeout(Some(LOOK))?;
        socket.set_write_timeout(Some(LOOK))?;
        let mut command = self.command(folder.path(), "probes.py")?;
        let threads = self.threads.unwrap_or(1);
        command.arg(threads.to_string()).stdin(OwnedFd::from(theirs));
        let python = self.python.program.display().to_string();
        let process = Process::spawn(&mut command, self.limit, |_| false);
        let process = Some(process.with_context(|| format!("{python} can't be started"))?);
        Ok(Probes { process, socket, threads: threads as usize, python, _folder: folder })
    }
}

impl Probes {
    /// Whether it can be asked again: it can't once an answer was none.
    pub fn is_alive(&self) -> bool {
        self.process.is_some()
    }

    /// Begins a run of the experiment from this parameter and this matrix, n×n, row by row.
    ///
    /// # Errors
    /// When the child fails or its answer isn't one.
    pub fn begin<T: Scalar>(&mut self, experiment: &Experiment, parameter: &[T], matrix: &[T]) -> Result<()> {
        let request = json!({"kind": "run", "settings": experiment});
        self.ask(request, experiment.size, &[parameter, matrix], 0).map(drop)
    }

    /// Takes `count` steps of the run that was begun. Of each step, one after the other: Ŷ = R·M, the residual I − Ŷ, the
    /// loss, the gradient of this step, and the parameter and its `grad` after the step.
    ///
    /// # Errors
    /// When the child fails or its answer isn't one.
    pub fn steps<T: Scalar>(&mut self, size: usize, count: usize) -> Result<Vec<T>> {
        self.ask(json!({"kind": "steps", "count": count}), size, &[], count * (5 * size * size + 1))
    }

    /// What the child makes of these numbers: a sum's answers are finite.
    fn sum<T: Scalar>(&mut self, request: Value, size: usize, of: &[&[T]], expected: usize) -> Result<Vec<T>> {
        let answers = self.ask(request, size, of, expected)?;
        if let Some(answer) = answers.iter().find(|answer| !answer.to_f64().is_finite()) {
            self.process = None;
            bail!("{}: {ASKED} answered with {answer:?}, expected finite numbers", self.python);
        }
        Ok(answers)
    }

    /// Sends a request and the numbers that belong to it, and reads so many numbers.
    fn ask<T: Scalar>(&mut self, mut request: Value, size: usize, of: &[&[T]], expected: usize) -> Result<Vec<T>> {
        request["dtype"] = json!(T::DTYPE);
        request["size"] = json!(size);
        let mut bytes = format!("{request}\n").into_bytes();
        of.iter().for_each(|numbers| bytes.extend(T::to_le_bytes(numbers)));
        let mut process = self.process.take().context("a child that has failed can't be asked again")?;
        let answer = exchange(&mut process, &mut self.socket, &bytes, expected, T::DTYPE.width());
        let answer = match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                self.socket.shutdown(std::net::Shutdown::Both).ok();
                process.wait().with_context(|| self.python.clone())?;
                bail!("{}: {ASKED} ended before its answer", self.python);
            }
            Err(problem) => return Err(problem.context(self.python.clone())),
        };
        self.process = Some(process);
        let number = |bytes: &[u8]| match *bytes {
            [a, b, c, d] => T::from_f64(f32::from_le_bytes([a, b, c, d]).into()),
            _ => T::from_f64(f64::from_le_bytes(bytes.try_into().unwrap_or_default())),
        };
        Ok(answer.chunks_exact(T::DTYPE.width()).map(number).collect())
    }
}

/// Sends a request and reads the bytes of so many numbers; `None` where the child ends before them.
fn exchange(
    process: &mut Process,
    socket: &mut UnixStream,
    request: &[u8],
    expected: usize,
    width: usize,
) -> Result<Option<Vec<u8>>> {
    if !all(process, request.len(), |done| socket.write(&request[done..])) {
        return Ok(None);
    }
    let mut read = |length: usize| {
        let mut bytes = vec![0; length];
        all(process, length, |done| socket.read(&mut bytes[done..])).then_some(bytes)
    };
    let Some(head) = read(8) else { return Ok(None) };
    let count = u64::from_le_bytes(head[..].try_into()?);
    if count != expected as u64 {
        let text = String::from_utf8_lossy(&head);
        let is_text = !text.contains(|c: char| c.is_control() && c != '\n');
        let what = if is_text { format!("text that begins with {text:?}") } else { format!("{count} numbers") };
        bail!("{ASKED} answered with {what}, expected {expected} numbers");
    }
    Ok(read(expected * width))
}

/// Has `some` move bytes until all of them are moved; false where the child has ended before, or is killed at its limit.
fn all(process: &mut Process, length: usize, mut some: impl FnMut(usize) -> Result<usize, Error>) -> bool {
    let mut done = 0;
    while done < length {
        // First, so that what it sent before its end is still read.
        let has_ended = process.poll().is_some();
        match some(done) {
            Ok(count) if count > 0 => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && !has_ended => {}
            // It has ended, or closed its end.
            _ => return false,
        }
    }
    true
}

impl<T: Scalar> Sums<T> for Probes {
    fn forward(&mut self, left: &[T], right: &[T]) -> Result<Vec<T>> {
        self.sum(json!({"kind": "forward"}), left.len().isqrt(), &[left, right], left.len())
    }

    fn backward(&mut self, left: &[T], right: &[T]) -> Result<Vec<T>> {
        self.sum(json!({"kind": "backward"}), left.len().isqrt(), &[left, right], left.len())
    }

    fn mean(&mut self, values: &[T]) -> Result<T> {
        Ok(self.sum(json!({"kind": "loss"}), values.len().isqrt(), &[values], 1)?[0])
    }

    fn sgd(&mut self, parameter: T, gradient: T, learning_rate: f64) -> Result<T> {
        let request = json!({"kind": "sgd", "learning_rate": learning_rate});
        Ok(self.sum(request, 1, &[&[parameter], &[gradient]], 1)?[0])
    }

    fn threads(&self) -> usize {
        self.threads
    }
}

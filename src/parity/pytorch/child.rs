//! The Python child: several runs in one process, since `import torch` alone takes seconds.

use super::find::{self, Python};
use super::outcome::Outcome;
use super::preload::claim_intel;
use super::process::{End, Process};
use crate::experiment::Experiment;
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::time::Duration;
use tempfile::TempDir;

/// Runs for a Python child.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The Python that computes them.
    pub python: &'a Python,
    /// The runs, in order.
    pub experiments: &'a [Experiment],
    /// The threads that one operation may use; `None` leaves it to PyTorch.
    pub threads: Option<i32>,
    /// Environment variables to set, besides those that this process hands on.
    pub variables: &'a [(OsString, OsString)],
    /// Whether MKL is to take the processor for one of Intel's: see [`crate::parity::pytorch::can_claim_intel`].
    pub claim_intel: bool,
    /// How long the child may take, the import of PyTorch included.
    pub limit: Duration,
}

/// How far a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The run that it is at, counted from 0.
    pub run: usize,
    /// That run's steps done.
    pub step: usize,
}

/// A child at work. Dropping it kills the child.
#[derive(Debug)]
pub struct Child {
    process: Process, // before the folder, so that it is killed before its folder is removed
    folder: TempDir,
    experiments: Vec<Experiment>,
    python: String,
}

const RESULT: &str = "result.json";

impl Job<'_> {
    /// Starts the child. `progress` is called about five times a second, on a thread of its own.
    ///
    /// A child whose parent has gone ends by itself, because nobody reads its progress any more.
    ///
    /// # Errors
    /// When its files can't be written to the folder for temporary files, or Python can't be started.
    pub fn spawn(&self, mut progress: impl FnMut(Progress) + Send + 'static) -> Result<Child> {
        let folder = tempfile::tempdir().context("no folder for temporary files; set TMPDIR")?;
        let write = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).with_context(|| format!("{}: can't be written", path.display()))
        };
        let script = include_bytes!("../../../notebooks-ported/matrix_inverse.py");
        write("matrix_inverse.py", script)?;
        write("settings.json", &serde_json::to_vec(self.experiments)?)?;

        let mut command = find::command(&self.python.program, folder.path())?;
        command.args(["matrix_inverse.py", "--progress", "--settings", "settings.json"]);
        command.args(["--out", RESULT]);
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if self.claim_intel {
            claim_intel(&mut command, folder.path())?;
        }

        let python = self.python.program.display().to_string();
        let process = Process::spawn(&mut command, self.limit, move |line| {
            let heard = Progress::parse(line);
            heard.map(&mut progress).is_some()
        })
        .with_context(|| format!("{python} can't be started"))?;
        Ok(Child { process, folder, experiments: self.experiments.to_vec(), python })
    }
}

impl Child {
    /// Waits for the child's results: one run for each experiment, in their order.
    ///
    /// # Errors
    /// When it fails, crashes, runs out of time (then it is killed with its own children) or leaves results that
    /// aren't those of the experiments.
    pub fn wait(self) -> Result<Outcome> {
        let Child { process, folder, experiments, python } = self;
        let (end, words) = process.wait()?;
        match end {
            End::Exited(status) if status.success() => {}
            End::TimedOut if words.is_empty() => {
                bail!("{python} {end}; give it longer, or fewer steps")
            }
            End::TimedOut => {
                bail!("{python} {end}; give it longer, or fewer steps. It said: {words}")
            }
            _ if words.is_empty() => bail!("{python} {end} and said nothing"),
            _ => bail!("{python} {end}, saying: {words}"),
        }
        let json = std::fs::read(folder.path().join(RESULT))
            .with_context(|| format!("{python} left no results; is it a Python?"))?;
        let outcome = Outcome::read(&json).with_context(|| format!("{python}: results that can't be read"))?;
        let made: Vec<_> = outcome.runs.iter().map(|run| &run.experiment).collect();
        ensure!(made == experiments.iter().collect::<Vec<_>>(), "{python} computed other runs than it was asked for");
        Ok(outcome)
    }
}

impl Progress {
    /// Reads the script's line `progress RUN STEP`.
    fn parse(line: &str) -> Option<Progress> {
        let (run, step) = line.strip_prefix("progress ")?.split_once(' ')?;
        Some(Progress { run: run.parse().ok()?, step: step.parse().ok()? })
    }
}

//! The Python child: several runs in one process, since `import torch` alone takes seconds.

use super::arithmetic::in_notebook_arithmetic;
use super::find::Python;
use super::process::{Process, TemporaryFolder};
use super::python_runs::PythonRuns;
use crate::experiment::Experiment;
use crate::experiment::limited::{self, MAX_BYTES, TEXT};
use crate::libtorch::Arithmetic;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Runs for a Python child.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The Python that computes them.
    pub python: &'a Python,
    /// The runs, in order.
    pub experiments: &'a [Experiment],
    /// The threads that one operation may use; `None` leaves it to PyTorch.
    pub threads: Option<i32>,
    /// How it sums products.
    pub arithmetic: Arithmetic,
    /// How long the child may take, the import of PyTorch included.
    pub limit: Duration,
}

/// A child at work. Dropping it kills the child.
#[derive(Debug)]
pub struct Child {
    process: Process, // before the folder, so that it is killed before its folder is removed
    folder: TemporaryFolder,
    experiments: Vec<Experiment>,
    python: String,
}

const SCRIPT: &str = "matrix_inverse.py";
const RESULT: &str = "result.json";

impl Job<'_> {
    /// Starts the child. `progress` is called about five times a second, on a thread of its own, with the number of
    /// the run, from 0, and its steps done. A child whose parent has gone ends by itself: nobody reads its progress.
    ///
    /// # Errors
    /// When its files can't be written to the folder for temporary files, or Python can't be started.
    pub fn spawn(&self, mut progress: impl FnMut(usize, usize) + Send + 'static) -> Result<Child> {
        let folder = TemporaryFolder::new()?;
        write(&folder.path().join("settings.json"), &serde_json::to_vec(self.experiments)?)?;
        let mut command = self.command(folder.path(), SCRIPT)?;
        command.args(["--progress", "--settings", "settings.json", "--out", RESULT]).stdin(Stdio::null());
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        if self.arithmetic == Arithmetic::Notebook {
            command.arg("--notebook-arithmetic");
        }

        let python = self.python.program.display().to_string();
        let heard = move |line: &str| progress_in(line).map(|(run, step)| progress(run, step)).is_some();
        let process = Process::spawn(&mut command, self.limit, heard);
        let process = process.with_context(|| format!("{python} can't be started"))?;
        Ok(Child { process, folder, experiments: self.experiments.to_vec(), python })
    }

    /// A command that starts `script`, which lies in `folder` beside the script of the runs, in the job's arithmetic.
    pub(super) fn command(&self, folder: &Path, script: &str) -> Result<Command> {
        write(&folder.join(SCRIPT), include_bytes!("../../../notebooks-ported/matrix_inverse.py"))?;
        let mut command = Command::new(&self.python.program);
        command.current_dir(folder).arg(script).stdout(Stdio::null());
        if self.arithmetic == Arithmetic::Notebook {
            in_notebook_arithmetic(&mut command)?;
        }
        Ok(command)
    }
}

impl Child {
    /// Whether the child has failed or run out of time, by now: then [`Child::wait`] says how.
    pub fn has_failed(&mut self) -> bool {
        let end = self.process.poll();
        end.is_some_and(|end| end.is_err() || !self.folder.path().join(RESULT).exists())
    }

    /// Waits for the child's results: one run for each experiment, in their order.
    ///
    /// # Errors
    /// When it fails, crashes, runs out of time (then it is killed with its own children), or leaves results that aren't
    /// those of the experiments.
    pub fn wait(self) -> Result<PythonRuns> {
        let python = self.python;
        self.process.wait().with_context(|| python.clone())?;
        let result = self.folder.path().join(RESULT);
        ensure!(result.is_file(), "{python} ended without results; is it a Python?");
        let json = limited::read(&result, MAX_BYTES, TEXT).with_context(|| format!("the results of {python}"))?;
        let results = PythonRuns::read(&json).with_context(|| format!("the results of {python} can't be read"))?;
        let as_asked = results.runs.iter().map(|run| &run.experiment).eq(&self.experiments);
        ensure!(as_asked, "{python} computed other runs than it was asked for");
        Ok(results)
    }
}

/// The run, counted from 0, and its steps done, in the script's line `progress RUN STEP`.
fn progress_in(line: &str) -> Option<(usize, usize)> {
    let (run, step) = line.strip_prefix("progress ")?.split_once(' ')?;
    Some((run.parse().ok()?, step.parse().ok()?))
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} can't be written", path.display()))
}

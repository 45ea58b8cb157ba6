//! The Python child: several runs in one process, since `import torch` alone takes seconds.

use super::find::Python;
use super::preload::in_notebook_arithmetic;
use super::process::{End, Process};
use super::python_runs::PythonRuns;
use crate::experiment::Experiment;
use crate::libtorch::Arithmetic;
use anyhow::{Context, Result, bail, ensure};
use std::process::Command;
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
    /// How it sums products.
    pub arithmetic: Arithmetic,
    /// How long the child may take, the import of PyTorch included.
    pub limit: Duration,
}

/// A child at work. Dropping it kills the child.
#[derive(Debug)]
pub struct Child {
    process: Process, // before the folder, so that it is killed before its folder is removed
    folder: TempDir,
    experiments: Vec<Experiment>,
    python: String,
    arithmetic: Arithmetic,
}

const RESULT: &str = "result.json";

impl Job<'_> {
    /// Starts the child. `progress` is called about five times a second, on a thread of its own, with the number of the run, from
    /// 0, and its steps done.
    ///
    /// A child whose parent has gone ends by itself, because nobody reads its progress any more.
    ///
    /// # Errors
    /// When its files can't be written to the folder for temporary files, or Python can't be started.
    pub fn spawn(&self, mut progress: impl FnMut(usize, usize) + Send + 'static) -> Result<Child> {
        let folder = tempfile::tempdir().context("no folder for temporary files; set TMPDIR")?;
        let write = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).with_context(|| format!("{}: can't be written", path.display()))
        };
        let script = include_bytes!("../../../notebooks-ported/matrix_inverse.py");
        write("matrix_inverse.py", script)?;
        write("settings.json", &serde_json::to_vec(self.experiments)?)?;

        let mut command = Command::new(&self.python.program);
        command.current_dir(folder.path());
        command.args(["matrix_inverse.py", "--progress", "--settings", "settings.json"]);
        command.args(["--out", RESULT]);
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        if self.arithmetic == Arithmetic::Notebook {
            in_notebook_arithmetic(&mut command, folder.path())?;
        }

        let python = self.python.program.display().to_string();
        let process = Process::spawn(&mut command, self.limit, move |line| {
            progress_in(line).map(|(run, step)| progress(run, step)).is_some()
        })
        .with_context(|| format!("{python} can't be started"))?;
        Ok(Child { process, folder, experiments: self.experiments.to_vec(), python, arithmetic: self.arithmetic })
    }
}

impl Child {
    /// Whether the child has failed or run out of time, by now: then [`Child::wait`] says how.
    pub fn has_failed(&mut self) -> bool {
        match self.process.poll() {
            Ok(None) => false,
            Ok(Some(End::Exited(status))) => !status.success() || !self.folder.path().join(RESULT).exists(),
            Ok(Some(End::TimedOut)) | Err(_) => true,
        }
    }

    /// Waits for the child's results: one run for each experiment, in their order.
    ///
    /// # Errors
    /// When it fails, crashes, runs out of time (then it is killed with its own children), computes in another arithmetic
    /// or leaves results that aren't those of the experiments.
    pub fn wait(self) -> Result<PythonRuns> {
        let Child { process, folder, experiments, python, arithmetic } = self;
        let (end, words) = process.wait()?;
        match end {
            End::Exited(status) if status.success() => {}
            End::TimedOut => {
                bail!("{python} {end}; give it longer, or fewer steps. It said: {words}")
            }
            End::Exited(_) => bail!("{python} {end}, saying: {words}"),
        }
        let json = std::fs::read(folder.path().join(RESULT))
            .with_context(|| format!("{python} left no results; is it a Python?"))?;
        let results = PythonRuns::read(&json).with_context(|| format!("{python}: results that can't be read"))?;
        let made: Vec<_> = results.runs.iter().map(|run| &run.experiment).collect();
        ensure!(made == experiments.iter().collect::<Vec<_>>(), "{python} computed other runs than it was asked for");
        if arithmetic == Arithmetic::Notebook {
            let checked = results.environment.ensure_notebook_arithmetic();
            checked.with_context(|| format!("{python} didn't compute in notebook arithmetic"))?;
        }
        Ok(results)
    }
}

/// The run, counted from 0, and its steps done, in the script's line `progress RUN STEP`.
fn progress_in(line: &str) -> Option<(usize, usize)> {
    let (run, step) = line.strip_prefix("progress ")?.split_once(' ')?;
    Some((run.parse().ok()?, step.parse().ok()?))
}

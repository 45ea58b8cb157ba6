//! `reproduce descend` at n = 1024 against the same loop in PyTorch on the same libtorch, in both arithmetics: the two run
//! in turn, and their fastest runs are compared. What else the machine does makes a run slower, never faster.
//!
//! `cargo bench --bench pytorch -- 1` gives both one thread instead of libtorch's choice.

use anyhow::{Context, Result, ensure};
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, notebook_arithmetic_lacks};
use inverse_by_descent::libtorch::loaded;
use inverse_by_descent::parity::pytorch::{Job, Python, candidates};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

const ROUNDS: usize = 12;
const STEPS: usize = 40;
const SIZE: usize = 1024;
const LIMIT: Duration = Duration::from_secs(600);

fn main() -> Result<()> {
    // cargo adds --bench.
    let threads = std::env::args().find_map(|argument| argument.parse().ok());
    let python = match Python::choose(&candidates(None), env!("LIBTORCH_VERSION"), LIMIT) {
        Ok(python) => python,
        Err(error) => {
            println!("not measured: {error:#}");
            return Ok(());
        }
    };
    ensure!(
        python.libtorch_cpu == loaded::path(),
        "{} loads another libtorch: {:?}, not {:?}; `cargo xtask setup` can take it",
        python.program.display(),
        python.libtorch_cpu,
        loaded::path()
    );
    for arithmetic in [Arithmetic::Native, Arithmetic::Notebook] {
        match notebook_arithmetic_lacks() {
            Some(lack) if arithmetic == Arithmetic::Notebook => {
                println!("{arithmetic}: not measured: {lack}");
            }
            _ => measure(&python, arithmetic, threads)?,
        }
    }
    Ok(())
}

fn measure(python: &Python, arithmetic: Arithmetic, threads: Option<i32>) -> Result<()> {
    let experiment = Experiment { matrix: Matrix::Random, size: SIZE, steps: STEPS, ..Experiment::default() };
    let mut ours = f64::INFINITY;
    let mut theirs = f64::INFINITY;
    for round in 1..=ROUNDS {
        let (here, our_losses) = with_tch(arithmetic, threads)?;
        let (there, their_losses) = with_python(python, &experiment, arithmetic, threads)?;
        ensure!(our_losses == their_losses, "the losses differ: not the same loop");
        println!("{arithmetic}, round {round}: descend {here:.3} s, PyTorch {there:.3} s");
        ours = ours.min(here);
        theirs = theirs.min(there);
    }
    println!(
        "{arithmetic}, fastest of {ROUNDS}: descend {:.1} steps/s, PyTorch {:.1} steps/s; descend takes {:.1} % of PyTorch's \
         time",
        STEPS as f64 / ours,
        STEPS as f64 / theirs,
        100.0 * ours / theirs
    );
    Ok(())
}

/// The seconds that the steps took, and the losses.
fn with_tch(arithmetic: Arithmetic, threads: Option<i32>) -> Result<(f64, Vec<f32>)> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_reproduce"));
    let options = format!("--matrix random --size {SIZE} --steps {STEPS} --arithmetic {arithmetic}");
    command.args(["descend", "--json"]).args(options.split(' ')).arg("--out").arg(folder.path());
    command.args(threads.map(|threads| format!("--threads={threads}")));
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout)?;
    let seconds = json["measured"]["seconds"].as_f64();
    let losses = tch::Tensor::read_npy(folder.path().join("losses.npy"))?;
    Ok((seconds.context("run.json without seconds")?, losses.try_into()?))
}

/// Likewise. `descend` has multiplied matrices before its first step; so has this Python, in a run before.
fn with_python(
    python: &Python,
    experiment: &Experiment,
    arithmetic: Arithmetic,
    threads: Option<i32>,
) -> Result<(f64, Vec<f32>)> {
    let first = Experiment { steps: 1, ..experiment.clone() };
    let job = Job { python, experiments: &[first, experiment.clone()], threads, arithmetic, limit: LIMIT };
    let run = job.spawn(|_, _| ())?.wait()?.runs.pop();
    let run = run.context("no run")?;
    let Course::F32(trajectory) = run.course else {
        anyhow::bail!("a run in another dtype");
    };
    Ok((run.seconds.context("no seconds")?, trajectory.losses))
}

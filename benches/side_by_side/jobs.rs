//! What isn't a step: the whole job, the start, the landscape; each here and in Python.

use crate::peers::{output, python};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Columns, rows, steps and the highest learning rate of the landscape.
const LANDSCAPE: [&str; 4] = ["128", "128", "1000", "8"];

/// Something that both this project and Python do.
pub struct Job {
    pub name: &'static str,
    /// What is run here, and there.
    pub programs: [&'static str; 2],
    /// What the two numbers are: seconds, or how many in a second.
    pub unit: &'static str,
    both: fn(&Path) -> Result<[f64; 2]>,
}

pub const JOBS: [Job; 4] = [
    Job {
        name: "the whole job: four runs, eleven pictures",
        programs: ["`reproduce`", "PyTorch and matplotlib"],
        unit: "s",
        both: whole_job,
    },
    Job {
        name: "start-up with libtorch",
        programs: ["a program with tch", "`import torch`"],
        unit: "s",
        both: |_| Ok([seconds(Command::new(std::env::current_exe()?).arg("--start-up"))?, import_torch()?]),
    },
    Job {
        name: "start-up of the program",
        programs: ["`reproduce --version`", "`import torch`"],
        unit: "s",
        both: |_| Ok([seconds(reproduce().arg("--version"))?, import_torch()?]),
    },
    Job {
        name: "the landscape: 128×128 runs of 1,000 steps",
        programs: ["`reproduce landscape`", "JAX, `vmap` of a compiled loop"],
        unit: "million steps/s",
        both: landscape,
    },
];

impl Job {
    /// Does the job here, then there.
    pub fn measure(&self, folder: &Path) -> Result<[f64; 2]> {
        (self.both)(folder)
    }
}

fn reproduce() -> Command {
    Command::new(env!("CARGO_BIN_EXE_reproduce"))
}

/// How long a program takes.
fn seconds(command: &mut Command) -> Result<f64> {
    let began = Instant::now();
    output(command)?;
    Ok(began.elapsed().as_secs_f64())
}

fn import_torch() -> Result<f64> {
    let script = python("measure.py")?;
    let mut command = Command::new(script.get_program());
    command.args(["-c", "import torch"]);
    command.envs(script.get_envs().filter_map(|(name, value)| Some((name, value?))));
    seconds(&mut command)
}

fn whole_job(folder: &Path) -> Result<[f64; 2]> {
    let ours = seconds(reproduce().arg("--out").arg(folder.join("reproduction")))?;
    let pictures = folder.join("pictures");
    std::fs::create_dir_all(&pictures)?;
    let began = Instant::now();
    let last_loss: f64 = output(python("whole_job.py")?.arg(&pictures))?.trim().parse().context("a loss")?;
    let theirs = began.elapsed().as_secs_f64();
    // The recorded last loss of the notebook's fourth run; the order of sums moves its third digit.
    ensure!((last_loss / 1.99e-8 - 1.0).abs() < 0.05, "Python's last loss is {last_loss:e}");
    ensure!(pictures.read_dir()?.count() == 22, "expected 22 files");
    Ok([ours, theirs])
}

/// Millions of steps of single runs in a second. Both must find about as many runs that diverge.
fn landscape(folder: &Path) -> Result<[f64; 2]> {
    let [columns, rows, steps, highest] = LANDSCAPE;
    let mut ours = reproduce();
    ours.args(["landscape", "--json", "--matrix", "random", "--steps", steps]);
    ours.args(["--grid", &format!("{columns}x{rows}"), "--learning-rates", &format!("0:{highest}")]);
    let ours: Value = serde_json::from_str(&output(ours.arg("--out").arg(folder.join("landscape")))?)?;
    let theirs = output(python("with_jax.py")?.arg("landscape").arg(folder).args(LANDSCAPE))?;
    let theirs: Value = serde_json::from_str(&theirs)?;
    let diverged = [&ours["matrices"][0]["diverged"], &theirs["diverged"]].map(|count| count.as_f64().unwrap_or(0.0));
    ensure!((diverged[0] / diverged[1] - 1.0).abs() < 0.02, "runs that diverge: {diverged:?}");
    let speeds = [&ours, &theirs].map(|json| json["run_steps_a_second"].as_f64().context("run_steps_a_second"));
    let [ours, theirs] = speeds;
    Ok([ours? / 1e6, theirs? / 1e6])
}

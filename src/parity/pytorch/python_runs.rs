//! What the script writes as JSON, read back to the bit.

use crate::experiment::trajectory::{Course, Trajectory};
use crate::experiment::{Dtype, Experiment};
use crate::libtorch::loaded;
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The results of a child, or of an earlier one whose results were recorded.
#[derive(Clone, Debug)]
pub struct PythonRuns {
    /// What they were computed with.
    pub environment: PythonEnvironment,
    /// One for each experiment, in their order.
    pub runs: Vec<PythonRun>,
}

/// What decides the last bits of a PyTorch run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct PythonEnvironment {
    /// Python's version.
    pub python: String,
    /// PyTorch's version, for instance `2.13.0+cu130`.
    pub torch: String,
    /// The `libtorch_cpu` that was loaded, links resolved; `None` in recorded values.
    pub libtorch_cpu: Option<PathBuf>,
    /// Threads that one operation could use.
    pub threads: i32,
    /// The instruction set of ATen's kernels, for instance `AVX2`.
    pub cpu_capability: String,
    /// MKL's settings; `None` where PyTorch was built without it.
    pub mkl: Option<Mkl>,
}

/// MKL's settings in a PyTorch process.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Mkl {
    /// The branch that MKL took: see [`loaded::mkl_branch`]. `None` where it couldn't be asked.
    pub branch: Option<i64>,
    /// The variables `MKL_…` in its environment.
    pub environment: BTreeMap<String, String>,
    /// Its `LD_PRELOAD`.
    pub preload: Option<String>,
}

/// One run in PyTorch.
#[derive(Clone, Debug, PartialEq)]
pub struct PythonRun {
    /// Its settings.
    pub experiment: Experiment,
    /// The wall time of its loop; `None` in recorded values.
    pub seconds: Option<f64>,
    /// What it left behind.
    pub course: Course,
    /// The parameter that it started from: n×n, row by row, each in the run's dtype and so exact here.
    pub initial: Vec<f64>,
    /// The matrix M: likewise.
    pub matrix: Vec<f64>,
}

impl PythonEnvironment {
    /// Whether this is notebook arithmetic.
    ///
    /// # Errors
    /// With what may have led PyTorch elsewhere, if not.
    pub fn ensure_notebook_arithmetic(&self) -> Result<()> {
        let capability = &self.cpu_capability;
        ensure!(capability == "AVX2", "ATen took its {capability} kernels, not those for AVX2");
        if let Some(other) = loaded::other_kernels(self.mkl.as_ref().and_then(|mkl| mkl.branch)) {
            bail!(
                "{other}. The library that allows it these was loaded from the folder for temporary files, {}; if that is \
                 mounted noexec, set TMPDIR to another folder, else use native arithmetic",
                std::env::temp_dir().display()
            );
        }
        Ok(())
    }
}

impl PythonRuns {
    /// Reads the JSON that `matrix_inverse.py` writes.
    ///
    /// # Errors
    /// When it isn't that, or a run's numbers aren't as many as its settings say.
    pub fn read(json: &[u8]) -> Result<PythonRuns> {
        let file: File = serde_json::from_slice(json)?;
        let runs = file.runs.into_iter().enumerate();
        let runs = runs.map(|(k, run)| run.check().with_context(|| format!("run {k}")));
        Ok(PythonRuns { environment: file.environment, runs: runs.collect::<Result<_>>()? })
    }
}

#[derive(Deserialize)]
struct File {
    environment: PythonEnvironment,
    runs: Vec<FileRun>,
}

#[derive(Deserialize)]
struct FileRun {
    settings: Experiment,
    seconds: Option<f64>,
    losses: Vec<Number>,
    parameter: Vec<Vec<Number>>,
    gradient: Vec<Vec<Number>>,
    initial: Vec<Vec<Number>>,
    matrix: Vec<Vec<Number>>,
}

impl FileRun {
    fn check(self) -> Result<PythonRun> {
        let Experiment { size: n, steps, dtype, .. } = self.settings;
        let count = self.losses.len();
        ensure!(count == steps, "{count} losses for {steps} steps");
        for (name, rows) in [
            ("parameter", &self.parameter),
            ("gradient", &self.gradient),
            ("initial parameter", &self.initial),
            ("matrix", &self.matrix),
        ] {
            ensure!(rows.len() == n && rows.iter().all(|row| row.len() == n), "the {name} isn't {n}×{n}");
        }
        let exact = |number: &Number| match dtype {
            Dtype::F32 => number.to_f32().map(f64::from),
            Dtype::F64 => Some(number.0),
        };
        Ok(PythonRun {
            seconds: self.seconds,
            course: match dtype {
                Dtype::F32 => Course::F32(self.trajectory(Number::to_f32)?),
                Dtype::F64 => Course::F64(self.trajectory(|number| Some(number.0))?),
            },
            initial: all(self.initial.iter().flatten(), exact)?,
            matrix: all(self.matrix.iter().flatten(), exact)?,
            experiment: self.settings,
        })
    }

    fn trajectory<T>(&self, convert: impl Fn(&Number) -> Option<T>) -> Result<Trajectory<T>> {
        Ok(Trajectory {
            losses: all(&self.losses, &convert)?,
            parameter: all(self.parameter.iter().flatten(), &convert)?,
            gradient: all(self.gradient.iter().flatten(), &convert)?,
        })
    }
}

fn all<'a, T>(numbers: impl IntoIterator<Item = &'a Number>, convert: impl Fn(&Number) -> Option<T>) -> Result<Vec<T>> {
    let all: Option<Vec<T>> = numbers.into_iter().map(convert).collect();
    all.context("a number beyond the range of its dtype")
}

/// A float as the script writes it: a number, or one of the strings "inf", "-inf", "nan" and "-nan".
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Number(f64);

impl TryFrom<Value> for Number {
    type Error = String;

    fn try_from(value: Value) -> Result<Number, String> {
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Number).ok_or_else(|| format!(r#"{value}: expected a number, "inf", "-inf", "nan" or "-nan""#))
    }
}

impl Number {
    /// The f32 whose number this is; `None` if it is too large for one.
    fn to_f32(&self) -> Option<f32> {
        if self.0.is_nan() {
            return Some(f32::NAN.copysign(1_f64.copysign(self.0) as f32));
        }
        let narrow = self.0 as f32;
        (narrow.is_finite() || self.0.is_infinite()).then_some(narrow)
    }
}

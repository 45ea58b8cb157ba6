//! What the script writes as JSON, read back to the bit.

use crate::experiment::array_reader::number;
use crate::experiment::limited::of_json;
use crate::experiment::trajectory::{Course, Trajectory};
use crate::experiment::{Dtype, Experiment, Scalar};
use anyhow::{Result, ensure};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::path::PathBuf;

/// The results of a child, or of an earlier one whose results were recorded.
#[derive(Clone, Debug, Deserialize)]
pub struct PythonRuns {
    /// What they were computed with.
    pub environment: PythonEnvironment,
    /// One for each experiment, in their order.
    pub runs: Vec<PythonRun>,
}

/// What decides the last bits of a PyTorch run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PythonEnvironment {
    /// Python's version.
    pub python: String,
    /// PyTorch's version, such as `2.13.0+cu130`.
    pub torch: String,
    /// The `libtorch_cpu` that was loaded, links resolved; `None` in recorded values.
    pub libtorch_cpu: Option<PathBuf>,
    /// Threads that one operation could use.
    pub threads: i32,
    /// The instruction set of ATen's kernels, for instance `AVX2`.
    pub cpu_capability: String,
    /// The branch that MKL took, its variables and `LD_PRELOAD`; null where PyTorch was built without MKL.
    pub mkl: Value,
}

/// One run in PyTorch.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "FileRun")]
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

impl PythonRuns {
    /// Reads the JSON that `matrix_inverse.py` writes.
    ///
    /// # Errors
    /// When it isn't that, or a run's numbers aren't as many as its settings say.
    pub fn read(json: &[u8]) -> Result<PythonRuns> {
        serde_json::from_slice(json).map_err(of_json)
    }
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

/// A float as the script writes it: a number, or one of the strings "inf", "-inf", "nan" and "-nan".
#[derive(Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let named = |error| format!(r#"{error}; expected a number, "inf", "-inf", "nan" or "-nan""#);
        number(text.trim_matches('"')).map(Number).map_err(|error| D::Error::custom(named(error)))
    }
}

impl TryFrom<FileRun> for PythonRun {
    type Error = anyhow::Error;

    fn try_from(run: FileRun) -> Result<PythonRun> {
        let Experiment { size: n, steps, dtype, .. } = run.settings;
        let count = run.losses.len();
        ensure!(count == steps, "{count} losses for {steps} steps");
        let square = |name: &str, rows: Vec<Vec<Number>>| {
            ensure!(rows.len() == n && rows.iter().all(|row| row.len() == n), "the {name} isn't {n}×{n}");
            exact(rows.concat(), dtype)
        };
        let losses = exact(run.losses, dtype)?;
        let parameter = square("parameter", run.parameter)?;
        let gradient = square("gradient", run.gradient)?;
        Ok(PythonRun {
            seconds: run.seconds,
            course: match dtype {
                Dtype::F32 => Course::F32(trajectory(&losses, &parameter, &gradient)),
                Dtype::F64 => Course::F64(trajectory(&losses, &parameter, &gradient)),
            },
            initial: square("initial parameter", run.initial)?,
            matrix: square("matrix", run.matrix)?,
            experiment: run.settings,
        })
    }
}

/// The numbers as `dtype` holds them.
fn exact(numbers: Vec<Number>, dtype: Dtype) -> Result<Vec<f64>> {
    let numbers = numbers.into_iter().map(|Number(number)| match dtype {
        Dtype::F64 => Ok(number),
        Dtype::F32 => {
            let narrow = number as f32;
            ensure!(narrow.is_finite() || !number.is_finite(), "{number:?} is beyond the range of an f32");
            Ok(narrow.into())
        }
    });
    numbers.collect()
}

fn trajectory<T: Scalar>(losses: &[f64], parameter: &[f64], gradient: &[f64]) -> Trajectory<T> {
    let narrow = |numbers: &[f64]| numbers.iter().map(|&number| T::from_f64(number)).collect();
    Trajectory { losses: narrow(losses), parameter: narrow(parameter), gradient: narrow(gradient) }
}

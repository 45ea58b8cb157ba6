//! What the script writes as JSON, read back to the bit.

use crate::experiment::trajectory::{Course, Trajectory};
use crate::experiment::{Dtype, Experiment};
use anyhow::{Context, Result, ensure};
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The results of a child, or of an earlier one whose results were recorded.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What they were computed with.
    pub environment: Environment,
    /// One for each experiment, in their order.
    pub runs: Vec<Run>,
}

/// What decides the last bits of a PyTorch run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Environment {
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
    /// The branch that MKL took, in `mkl_cbwr_get`'s flags: 65546 is strict AVX2. `None` where it couldn't be asked.
    pub branch: Option<i64>,
    /// The variables `MKL_…` in its environment.
    pub environment: BTreeMap<String, String>,
    /// Its `LD_PRELOAD`.
    pub preload: Option<String>,
}

/// One run in PyTorch.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
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

impl Outcome {
    /// Reads the JSON that `matrix_inverse.py` writes.
    ///
    /// # Errors
    /// When it isn't that, or a run's numbers aren't as many as its settings say.
    pub fn read(json: &[u8]) -> Result<Outcome> {
        let file: File = serde_json::from_slice(json)?;
        let runs = file.runs.into_iter().enumerate();
        let runs = runs.map(|(k, run)| run.check().with_context(|| format!("run {k}")));
        Ok(Outcome { environment: file.environment, runs: runs.collect::<Result<_>>()? })
    }
}

#[derive(Deserialize)]
struct File {
    environment: Environment,
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
    fn check(self) -> Result<Run> {
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
        Ok(Run {
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
struct Number(f64);

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

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a number, \"inf\", \"-inf\", \"nan\" or \"-nan\"")
            }
            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Number, E> {
                match value {
                    "inf" => Ok(Number(f64::INFINITY)),
                    "-inf" => Ok(Number(f64::NEG_INFINITY)),
                    "nan" => Ok(Number(f64::NAN.copysign(1.))),
                    "-nan" => Ok(Number(f64::NAN.copysign(-1.))),
                    _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
                }
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

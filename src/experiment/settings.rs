//! The settings of a run, as plain data.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One run of the descent: what is inverted, from where, how.
///
/// Its JSON is what `notebooks-ported/matrix_inverse.py --settings` reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The matrix M to be inverted.
    pub matrix: Matrix,
    /// n: the matrix and the parameter are n×n.
    pub size: usize,
    /// The generator's seed. After it, the parameter is the first n×n `rand` and a random matrix the second.
    pub seed: i64,
    /// The learning rate.
    pub learning_rate: f64,
    /// The momentum: the factor that the gradient is scaled by instead of being zeroed.
    pub momentum: f64,
    /// How many times `update` is called.
    pub steps: usize,
    /// The type that everything is computed in.
    pub dtype: Dtype,
    /// How the gradient becomes a step.
    pub gradient: Gradient,
}

/// The matrix to be inverted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Matrix {
    /// Diagonal with these entries. The notebook's M1234 is 1, 2, 3, 4.
    Diagonal(Vec<f64>),
    /// Drawn: the second n×n `rand` after the seed. With the notebook's settings, M_random.
    Random,
    /// Given: n×n, row by row.
    Given(Vec<f64>),
}

/// A run's floating-point type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// `torch.float32`, 4 bytes.
    F32 = 4,
    /// `torch.float64`, 8 bytes.
    F64 = 8,
}

impl Dtype {
    /// The bytes of a number.
    pub const fn width(self) -> usize {
        self as usize
    }

    /// The unit roundoff: the greatest relative error of one rounding.
    pub const fn unit_roundoff(self) -> f64 {
        match self {
            Dtype::F32 => f32::EPSILON as f64 / 2.0,
            Dtype::F64 => f64::EPSILON / 2.0,
        }
    }

    /// The nearest number of this type.
    pub const fn round(self, value: f64) -> f64 {
        match self {
            Dtype::F32 => value as f32 as f64,
            Dtype::F64 => value,
        }
    }
}

impl FromStr for Dtype {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Dtype, &'static str> {
        match text {
            "f32" | "float32" => Ok(Dtype::F32),
            "f64" | "float64" => Ok(Dtype::F64),
            _ => Err("expected f32 or f64"),
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if *self == Dtype::F32 { "f32" } else { "f64" })
    }
}

/// How the gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gradient {
    /// The notebook's way: `grad` accumulates and is scaled by the momentum.
    Scaled,
    /// Through the library's SGD with momentum and dampening 0.
    Optimizer,
}

/// A learning rate and a momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// α.
    pub learning_rate: f64,
    /// β.
    pub momentum: f64,
}

impl Pair {
    /// The two numbers that a run in `dtype` computes with.
    pub fn rounded(self, dtype: Dtype) -> Pair {
        Pair { learning_rate: dtype.round(self.learning_rate), momentum: dtype.round(self.momentum) }
    }
}

impl Default for Experiment {
    /// The notebook's first run.
    fn default() -> Experiment {
        Experiment {
            matrix: Matrix::counting(4),
            size: 4,
            seed: 314,
            learning_rate: 0.9,
            momentum: 0.9,
            steps: 10_000,
            dtype: Dtype::F32,
            gradient: Gradient::Scaled,
        }
    }
}

impl Experiment {
    /// The notebook's four runs, under the names of their losses.
    pub fn of_the_notebook() -> [(&'static str, Experiment); 4] {
        let run = |matrix, momentum| Experiment { matrix, momentum, ..Experiment::default() };
        [
            ("losses1", run(Matrix::counting(4), 0.9)),
            ("losses2", run(Matrix::Random, 0.9)),
            ("losses3", run(Matrix::counting(4), 0.1)),
            ("losses4", run(Matrix::Random, 0.1)),
        ]
    }

    /// The learning rate and the momentum.
    pub fn pair(&self) -> Pair {
        Pair { learning_rate: self.learning_rate, momentum: self.momentum }
    }

    /// The learning rates and momenta with which the notebook ran this experiment's matrix; none for other matrices.
    pub fn marks(&self) -> Vec<Pair> {
        let drawn = |run: &Experiment| (run.matrix == Matrix::Random).then_some(run.seed);
        let same = |run: &Experiment| (&run.matrix, run.size, drawn(run)) == (&self.matrix, self.size, drawn(self));
        let runs = Experiment::of_the_notebook().map(|(_, run)| run);
        runs.iter().filter(|run| same(run)).map(Experiment::pair).collect()
    }

    /// Refuses a matrix with an entry that isn't finite in the experiment's dtype.
    ///
    /// # Errors
    /// The message names the first such entry.
    pub fn ensure_finite(&self) -> Result<()> {
        if let Matrix::Diagonal(entries) | Matrix::Given(entries) = &self.matrix
            && let Some(entry) = entries.iter().find(|&&entry| !self.dtype.round(entry).is_finite())
        {
            bail!("{entry:e} is too large for {}; compute in f64, or scale the matrix", self.dtype)
        }
        Ok(())
    }
}

/// `diag:1,2,3,4`.
pub(super) fn diagonal(entries: &[f64]) -> String {
    // The shorter of 10 and 1e1.
    let text = |entry: &f64| [entry.to_string(), format!("{entry:e}")].into_iter().min_by_key(String::len);
    let entries: Vec<_> = entries.iter().filter_map(text).collect();
    format!("diag:{}", entries.join(","))
}

impl Matrix {
    /// diag(1, …, n).
    pub fn counting(n: usize) -> Matrix {
        Matrix::Diagonal((1..=n).map(|k| k as f64).collect())
    }
}

/// A matrix as JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    Rows(Vec<Vec<f64>>),
}

impl From<Matrix> for Written {
    fn from(matrix: Matrix) -> Written {
        match matrix {
            Matrix::Diagonal(entries) => Written::Name(diagonal(&entries)),
            Matrix::Random => Written::Name("random".to_owned()),
            Matrix::Given(entries) => {
                Written::Rows(entries.chunks(entries.len().isqrt().max(1)).map(<[f64]>::to_vec).collect())
            }
        }
    }
}

impl TryFrom<Written> for Matrix {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Matrix, &'static str> {
        let entries = match &written {
            Written::Rows(rows) => return Ok(Matrix::Given(rows.concat())),
            Written::Name(name) if name == "random" => return Ok(Matrix::Random),
            Written::Name(name) => name.strip_prefix("diag:"),
        };
        let entries = entries.and_then(|entries| entries.split(',').map(|entry| entry.parse().ok()).collect());
        entries.map(Matrix::Diagonal).ok_or("expected a matrix: \"random\", \"diag:1,2,3,4\" or a list of rows")
    }
}

//! The settings of a run, as plain data.

use anyhow::{Result, bail};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

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
#[derive(Clone, Debug, PartialEq)]
pub enum Matrix {
    /// Diagonal with these entries. The notebook's M1234 is 1, 2, 3, 4.
    Diagonal(Vec<f64>),
    /// Drawn: the second n×n `rand` after the seed. With the notebook's settings, M_random.
    Random,
    /// Given: n×n, row by row.
    Given(Vec<f64>),
}

/// A run's floating-point type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// 32 bits, `torch.float32`.
    #[value(alias = "float32")]
    F32,
    /// 64 bits, `torch.float64`.
    #[value(alias = "float64")]
    F64,
}

impl Dtype {
    /// The bytes of a number.
    pub const fn width(self) -> usize {
        match self {
            Dtype::F32 => 4,
            Dtype::F64 => 8,
        }
    }

    /// The unit roundoff: the greatest relative error of one rounding.
    pub const fn unit_roundoff(self) -> f64 {
        match self {
            Dtype::F32 => f32::EPSILON as f64 / 2.0,
            Dtype::F64 => f64::EPSILON / 2.0,
        }
    }
}

impl fmt::Display for Dtype {
    /// As `--dtype` takes it.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Dtype::F32 => "f32",
            Dtype::F64 => "f64",
        })
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
}

impl Experiment {
    /// The learning rates and momenta with which the notebook ran this experiment's matrix; none for other matrices.
    pub fn marks(&self) -> Vec<Pair> {
        let runs = Experiment::of_the_notebook().into_iter().map(|(_, run)| run);
        let same = |theirs: &Experiment| {
            theirs.matrix == self.matrix
                && theirs.size == self.size
                && (theirs.seed == self.seed || theirs.matrix != Matrix::Random)
        };
        runs.filter(same).map(|run| Pair { learning_rate: run.learning_rate, momentum: run.momentum }).collect()
    }

    /// Refuses a matrix whose entries aren't all finite in the experiment's dtype.
    ///
    /// # Errors
    /// Then, with the first such entry.
    pub fn ensure_finite(&self) -> Result<()> {
        if let (Dtype::F32, Matrix::Diagonal(entries) | Matrix::Given(entries)) = (self.dtype, &self.matrix)
            && let Some(entry) = entries.iter().find(|&&entry| (entry as f32).is_infinite())
        {
            bail!("{entry:e} is too large for f32; use --dtype f64 or scale the matrix");
        }
        Ok(())
    }

    /// The options that give this experiment on the command line. A matrix that was given stands as `FILE`.
    pub fn options(&self) -> String {
        self.options_with(&match &self.matrix {
            Matrix::Diagonal(entries) if self.matrix == Matrix::counting(entries.len()) => "diag".to_string(),
            Matrix::Diagonal(entries) => diagonal(entries),
            Matrix::Random => "random".to_string(),
            Matrix::Given(_) => "FILE".to_string(),
        })
    }

    /// The options that give this experiment on the command line, with this value of `--matrix`.
    pub fn options_with(&self, matrix: &str) -> String {
        let Experiment { size, seed, learning_rate, momentum, steps, dtype, .. } = self;
        format!(
            "--matrix {matrix} --size {size} --seed {seed} --learning-rate {learning_rate} --momentum {momentum} \
             --steps {steps} --dtype {dtype}"
        )
    }
}

/// `diag:1,2,3,4`.
fn diagonal(entries: &[f64]) -> String {
    let entries: Vec<_> = entries.iter().map(f64::to_string).collect();
    format!("diag:{}", entries.join(","))
}

impl Matrix {
    /// diag(1, …, n).
    pub fn counting(n: usize) -> Matrix {
        Matrix::Diagonal((1..=n).map(|k| k as f64).collect())
    }
}

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Matrix::Diagonal(entries) => serializer.serialize_str(&diagonal(entries)),
            Matrix::Random => serializer.serialize_str("random"),
            Matrix::Given(entries) => {
                let n = entries.len().isqrt().max(1);
                serializer.collect_seq(entries.chunks(n))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Matrix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Matrix, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Name(String),
            Rows(Vec<Vec<f64>>),
        }
        match Written::deserialize(deserializer)? {
            Written::Rows(rows) => Ok(Matrix::Given(rows.concat())),
            Written::Name(name) if name == "random" => Ok(Matrix::Random),
            Written::Name(name) => name
                .strip_prefix("diag:")
                .and_then(|entries| entries.split(',').map(|entry| entry.parse().ok()).collect())
                .map(Matrix::Diagonal)
                .ok_or_else(|| de::Error::custom("expected a matrix: \"random\", \"diag:1,2,3,4\" or a list of rows")),
        }
    }
}

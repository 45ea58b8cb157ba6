//! The matrix that a user names: `diag`, `diag:1,2,3,4`, `random`, a file, or `-` for CSV on standard input. Results
//! name their matrix in the same way.

use super::Matrix;
use super::array_reader::{self, Array, Wanted};
use super::settings::diagonal;
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The largest n of an n×n matrix: its entries as f64 take 8 GiB.
pub const MAX_SIZE: usize = 1 << 15;

const EXPECTED: &str =
    "expected diag, diag:1,2,3,4, random, a .csv, .txt, .json, .npy or .npz file, or - for CSV on standard input";

const MATRIX: Wanted = Wanted { names: &["matrix"], or_only: true, one_column: false, fits: is_square };

/// Where a matrix comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum MatrixSource {
    /// `diag`: diag(1, …, n).
    Counting,
    /// `diag:1,2,3,4`.
    Diagonal(Vec<f64>),
    /// `random`: the second n×n `rand` after the seed.
    Random,
    /// A file; its ending tells the format. `-` is CSV on standard input.
    File(PathBuf),
}

impl FromStr for MatrixSource {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<MatrixSource> {
        Ok(match text {
            "diag" => MatrixSource::Counting,
            "random" => MatrixSource::Random,
            _ if let Some(entries) = text.strip_prefix("diag:") => {
                let entries: Result<_> = entries.split(',').map(finite).collect();
                let example = "expected numbers with commas between, such as diag:1,2,3,4";
                MatrixSource::Diagonal(entries.map_err(|error| anyhow!("{error}; {example}"))?)
            }
            _ => {
                ensure!(text == "-" || array_reader::ending(text.as_ref()).is_ok(), EXPECTED);
                MatrixSource::File(text.into())
            }
        })
    }
}

fn finite(text: &str) -> Result<f64> {
    let value = array_reader::number(text.trim())?;
    ensure!(value.is_finite(), "{value} isn't finite");
    Ok(value)
}

impl fmt::Display for MatrixSource {
    /// The text that it is parsed from.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            MatrixSource::Counting => f.write_str("diag"),
            MatrixSource::Diagonal(entries) => f.write_str(&diagonal(entries)),
            MatrixSource::Random => f.write_str("random"),
            MatrixSource::File(path) => path.display().fmt(f),
        }
    }
}

impl MatrixSource {
    /// The matrix and its number of rows n. `size` is the n that was asked for, if any; `diag` and `random` take 4
    /// where nothing was asked.
    ///
    /// # Errors
    /// When a file can't be read, doesn't hold a square matrix of finite numbers, or is of another size than asked.
    pub fn read(&self, size: Option<usize>) -> Result<(Matrix, usize)> {
        let any_size = size.unwrap_or(4);
        let (matrix, own_size) = match self {
            MatrixSource::Counting => (Matrix::counting(any_size), any_size),
            MatrixSource::Random => (Matrix::Random, any_size),
            MatrixSource::Diagonal(entries) => (Matrix::Diagonal(entries.clone()), entries.len()),
            MatrixSource::File(path) => array_reader::File::open(path)
                .and_then(|file| file.array(MATRIX))
                .and_then(square)
                .with_context(|| path.display().to_string())?,
        };
        let asked = size.unwrap_or(own_size);
        ensure!(
            asked == own_size,
            "the matrix is {own_size}×{own_size}, but size {asked} is asked for; leave the size out or make them equal"
        );
        Ok((matrix, own_size))
    }
}

fn is_square(shape: &[usize]) -> Result<()> {
    ensure!(!shape.contains(&0), "no numbers; expected a square matrix");
    let [rows, columns] = shape[..] else { bail!("an array of shape {shape:?}; expected a square matrix") };
    ensure!(rows == columns, "{rows} rows of {columns} numbers; expected a square matrix");
    Ok(())
}

fn square(Array { shape, numbers }: Array) -> Result<(Matrix, usize)> {
    let (values, columns) = (numbers.f64, shape[0]);
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let (row, column) = (at / columns + 1, at % columns + 1);
        bail!("row {row}, column {column} is {}; expected finite numbers", values[at]);
    }
    Ok((Matrix::Given(values), columns))
}

//! The matrix that a user names: `diag`, `diag:1,2,3,4`, `random`, a `.csv`, `.npy` or `.json` file, or `-` for CSV on
//! standard input. Files are read as if nobody could be trusted to have made them.

mod csv;
mod json;
pub(crate) mod npy;
mod rows;

use crate::experiment::Matrix;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::str::FromStr;

/// The largest n of an n×n matrix that is read: its entries as f64 take 8 GiB.
pub const MAX_SIZE: usize = 1 << 15;

/// What the value of `--matrix` names.
#[derive(Clone, Debug, PartialEq)]
pub enum MatrixSource {
    /// `diag`: diag(1, …, n).
    Counting,
    /// `diag:1,2,3,4`.
    Diagonal(Vec<f64>),
    /// `random`: the second n×n `rand` after the seed.
    Random,
    /// A file; its ending tells the format.
    File(PathBuf, Format),
    /// `-`: CSV on standard input.
    StandardInput,
}

/// The format of a matrix file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Numbers with commas between, a row a line, without a header line.
    Csv,
    /// NumPy's `np.save` of a two-dimensional array of real numbers.
    Npy,
    /// A list of rows: `[[1, 2], [3, 4]]`.
    Json,
}

const EXPECTED: &str =
    "expected diag, diag:1,2,3,4, random, a .csv, .npy or .json file, or - for CSV on standard input";

impl FromStr for MatrixSource {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<MatrixSource> {
        let path = PathBuf::from(text);
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        Ok(match (text, ending.as_deref()) {
            ("diag", _) => MatrixSource::Counting,
            ("random", _) => MatrixSource::Random,
            ("-", _) => MatrixSource::StandardInput,
            _ if text.starts_with("diag:") => MatrixSource::Diagonal(diagonal(&text[5..])?),
            (_, Some("csv")) => MatrixSource::File(path, Format::Csv),
            (_, Some("npy")) => MatrixSource::File(path, Format::Npy),
            (_, Some("json")) => MatrixSource::File(path, Format::Json),
            _ => bail!("{EXPECTED}"),
        })
    }
}

fn diagonal(text: &str) -> Result<Vec<f64>> {
    let entries = text.split(',').map(rows::number).collect::<Result<Vec<_>>>();
    let entries = entries.context("expected numbers with commas between, such as diag:1,2,3,4")?;
    if entries.len() > MAX_SIZE {
        bail!("{} entries; expected at most {MAX_SIZE}", entries.len());
    }
    Ok(entries)
}

impl fmt::Display for MatrixSource {
    /// As `--matrix` takes it.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            MatrixSource::Counting => f.write_str("diag"),
            MatrixSource::Diagonal(entries) => {
                let entries: Vec<_> = entries.iter().map(f64::to_string).collect();
                write!(f, "diag:{}", entries.join(","))
            }
            MatrixSource::Random => f.write_str("random"),
            MatrixSource::File(path, _) => write!(f, "{}", path.display()),
            MatrixSource::StandardInput => f.write_str("-"),
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
        let (matrix, own_size) = match self {
            MatrixSource::Counting => {
                let size = size.unwrap_or(4);
                (Matrix::counting(size), size)
            }
            MatrixSource::Random => (Matrix::Random, size.unwrap_or(4)),
            MatrixSource::Diagonal(entries) => (Matrix::Diagonal(entries.clone()), entries.len()),
            MatrixSource::File(path, format) => {
                let name = path.display();
                let file = File::open(path).with_context(|| format!("{name}: can't be read"))?;
                given(file, *format).with_context(|| name.to_string())?
            }
            MatrixSource::StandardInput => given(std::io::stdin().lock(), Format::Csv).context("standard input")?,
        };
        match size {
            Some(size) if size != own_size => {
                bail!("--size {size}, but the matrix is {own_size}×{own_size}; leave --size out or make them equal")
            }
            _ => Ok((matrix, own_size)),
        }
    }
}

fn given(file: impl Read, format: Format) -> Result<(Matrix, usize)> {
    let file = BufReader::with_capacity(1 << 16, file);
    let entries = match format {
        Format::Csv => csv::read(file),
        Format::Npy => npy::read(file),
        Format::Json => json::read(file),
    }?;
    let size = entries.len().isqrt();
    Ok((Matrix::Given(entries), size))
}

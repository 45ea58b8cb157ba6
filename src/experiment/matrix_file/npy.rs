//! A matrix from NumPy's `.npy`.
//!
//! Source: NumPy's `numpy.lib.format`, versions 1.0 to 3.0 of the format.

use super::MAX_SIZE;
use anyhow::{Context, Result, anyhow, bail, ensure};
use npyz::{DType, Deserialize, NpyFile, Order, TypeChar};
use std::io::{Cursor, ErrorKind, Read};

/// NumPy's own limit for headers that it reads from strangers (`max_header_size`).
const MAX_HEADER: u32 = 10_000;

/// Of the header's digits, all dimensions' together: their product is below 10^18, which fits 64 bits.
const MAX_DIGITS: usize = 18;

const EXPECTED: &str = "expected a .npy file, as np.save writes it";

/// The entries of a square matrix, row by row. Any order and byte order; floats of 32 and 64 bits, and integers.
pub fn read(file: impl Read) -> Result<Vec<f64>> {
    let file = NpyFile::new(with_checked_header(file)?).map_err(|error| {
        // A parser's second line quotes the header, which may be long.
        let error = error.to_string();
        anyhow!("{EXPECTED}: {}", error.lines().next().unwrap_or_default())
    })?;
    let size = match *file.shape() {
        [rows, columns] if rows != columns => {
            bail!("{rows} rows of {columns} entries; expected a square matrix")
        }
        [0, _] => bail!("no numbers; expected a square matrix"),
        [size, _] if size > MAX_SIZE as u64 => {
            bail!("{size}×{size}; expected at most {MAX_SIZE}×{MAX_SIZE}")
        }
        [size, _] => size as usize,
        ref shape => bail!("an array of shape {shape:?}; expected a square matrix"),
    };
    let order = file.order();
    let mut entries = numbers(file, size)?;
    if order == Order::Fortran {
        transpose(&mut entries, size);
    }
    if let Some(at) = entries.iter().position(|entry| !entry.is_finite()) {
        let (row, column) = (at / size + 1, at % size + 1);
        bail!("row {row}, column {column} is {}; expected finite numbers", entries[at]);
    }
    Ok(entries)
}

/// The file again, once its header is known to be harmless: npyz reserves what the header claims, takes time exponential
/// in the depth of brackets, and multiplies the dimensions unchecked.
pub(crate) fn with_checked_header(mut file: impl Read) -> Result<impl Read> {
    let mut start = [0; 12];
    file.read_exact(&mut start).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => anyhow!("{EXPECTED}; it ends within its first bytes"),
        _ => anyhow!("{EXPECTED}: {error}"),
    })?;
    let length = match start {
        _ if !start.starts_with(b"\x93NUMPY") => bail!("{EXPECTED}"),
        [_, _, _, _, _, _, 1, _, a, b, _, _] => u32::from(u16::from_le_bytes([a, b])),
        [.., a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
    };
    ensure!(length <= MAX_HEADER, "the header claims {length} bytes; expected a square matrix of numbers");
    let mut header = vec![];
    file.by_ref().take(length.into()).read_to_end(&mut header).context("can't be read")?;
    let count = |set: &[u8]| header.iter().filter(|byte| set.contains(byte)).count();
    ensure!(
        count(b"{[(") <= 2 && count(b"0123456789") <= MAX_DIGITS,
        "expected a square matrix of numbers; the header describes something larger or deeper"
    );
    Ok(Cursor::new(start).chain(Cursor::new(header)).chain(file))
}

fn numbers(file: NpyFile<impl Read>, size: usize) -> Result<Vec<f64>> {
    let dtype = file.dtype();
    let DType::Plain(kind) = &dtype else { bail!("records, dtype {}; expected numbers", dtype.descr()) };
    match (kind.type_char(), kind.size_field()) {
        (TypeChar::Float, 8) => entries(file, size, |x: f64| x),
        (TypeChar::Float, 4) => entries(file, size, |x: f32| x.into()),
        (TypeChar::Int, 8) => entries(file, size, |x: i64| x as f64),
        (TypeChar::Int, 4) => entries(file, size, |x: i32| x.into()),
        (TypeChar::Int, 2) => entries(file, size, |x: i16| x.into()),
        (TypeChar::Int, 1) => entries(file, size, |x: i8| x.into()),
        (TypeChar::Uint, 8) => entries(file, size, |x: u64| x as f64),
        (TypeChar::Uint, 4) => entries(file, size, |x: u32| x.into()),
        (TypeChar::Uint, 2) => entries(file, size, |x: u16| x.into()),
        (TypeChar::Uint, 1) => entries(file, size, |x: u8| x.into()),
        _ => bail!("dtype {}; expected float32, float64 or integers: save a.astype(np.float64)", dtype.descr()),
    }
}

fn entries<T: Deserialize>(file: NpyFile<impl Read>, size: usize, to_f64: impl Fn(T) -> f64) -> Result<Vec<f64>> {
    let mut entries = vec![];
    for value in file.data::<T>()? {
        let ends = || format!("ends after {} of {size}×{size} entries", entries.len());
        entries.push(value.map(&to_f64).with_context(ends)?);
    }
    Ok(entries)
}

fn transpose(entries: &mut [f64], size: usize) {
    for row in 0..size {
        for column in row + 1..size {
            entries.swap(row * size + column, column * size + row);
        }
    }
}

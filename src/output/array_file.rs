//! Arrays as NumPy reads them: `.npy`, `.npz`, and a matrix as CSV.

use crate::experiment::Scalar;
use anyhow::{Result, ensure};
use std::fmt::Debug;
use std::io::{Cursor, Write};
use zip::write::FileOptions;

/// The bytes of an `.npy` file (version 1.0): `values` row by row in an array of this shape, in their own type.
pub fn npy<T: Scalar>(shape: &[usize], values: &[T]) -> Result<Vec<u8>> {
    ensure!(shape.iter().product::<usize>() == values.len(), "{} values for an array of shape {shape:?}", values.len());
    let width = T::DTYPE.width();
    // As NumPy writes a tuple, which readers of other libraries insist on.
    let lengths: Vec<_> = shape.iter().map(usize::to_string).collect();
    let lengths = lengths.join(", ") + if shape.len() == 1 { "," } else { "" };
    let header = format!("{{'descr': '<f{width}', 'fortran_order': False, 'shape': ({lengths}), }}");
    // The header ends in a line end, and the numbers begin at a multiple of 64 bytes.
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{header:width$}\n", width = length - 1).bytes());
    bytes.extend(T::to_le_bytes(values));
    Ok(bytes)
}

/// The bytes of an `.npz` file with these arrays: name, shape, values row by row.
pub fn npz(arrays: &[(String, Vec<usize>, Vec<f64>)]) -> Result<Vec<u8>> {
    let mut file = zip::ZipWriter::new(Cursor::new(vec![]));
    // The same arrays give the same bytes at any time.
    let options = FileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, shape, values) in arrays {
        file.start_file(format!("{name}.npy"), options)?;
        file.write_all(&npy(shape, values)?)?;
    }
    Ok(file.finish()?.into_inner())
}

/// A matrix with this many columns as CSV: each number is the shortest decimal that reads back to it.
pub fn csv<T: Debug>(columns: usize, values: &[T]) -> String {
    let line = |row: &[T]| row.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(",") + "\n";
    values.chunks(columns.max(1)).map(line).collect()
}

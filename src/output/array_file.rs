//! Arrays as NumPy reads them: `.npy`, `.npz`, and a matrix as CSV.

use crate::experiment::{Dtype, Scalar};
use anyhow::Result;
use npyz::npz::NpzWriter;
use npyz::{AutoSerialize, WriteOptions, WriterBuilder};
use std::fmt::{Debug, Write};
use std::io::Cursor;

/// The bytes of an `.npy` file: `values` row by row in an array of this shape, in their own type.
///
/// # Errors
/// When the shape doesn't hold as many values.
pub fn npy<T: Scalar>(shape: &[usize], values: &[T]) -> Result<Vec<u8>> {
    let values = values.iter().map(|value| value.to_f64());
    match T::DTYPE {
        Dtype::F32 => write(shape, values.map(|value| value as f32)),
        Dtype::F64 => write(shape, values),
    }
}

fn write<T: AutoSerialize>(shape: &[usize], values: impl Iterator<Item = T>) -> Result<Vec<u8>> {
    let shape: Vec<u64> = shape.iter().map(|&length| length as u64).collect();
    let mut bytes = vec![];
    let options = WriteOptions::new().default_dtype().shape(&shape).writer(&mut bytes);
    let mut writer = options.begin_nd()?;
    writer.extend(values)?;
    writer.finish()?;
    Ok(bytes)
}

/// The bytes of an `.npz` file with these arrays: name, shape, values row by row.
///
/// # Errors
/// When a shape doesn't hold as many values, or two names are the same.
pub fn npz(arrays: &[(String, Vec<usize>, Vec<f64>)]) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(vec![]);
    let mut file = NpzWriter::new(&mut bytes);
    for (name, shape, values) in arrays {
        let shape: Vec<u64> = shape.iter().map(|&length| length as u64).collect();
        let array = file.array(name, Default::default())?.default_dtype();
        let mut writer = array.shape(&shape).begin_nd()?;
        writer.extend(values.iter().copied())?;
        writer.finish()?;
    }
    file.zip_writer().finish()?;
    drop(file);
    Ok(bytes.into_inner())
}

/// A matrix with this many columns as CSV: each number is the shortest decimal that reads back to it.
pub fn csv<T: Debug>(columns: usize, values: &[T]) -> String {
    let mut text = String::new();
    for row in values.chunks(columns.max(1)) {
        for (column, value) in row.iter().enumerate() {
            let comma = if column > 0 { "," } else { "" };
            let _ = write!(text, "{comma}{value:?}");
        }
        text.push('\n');
    }
    text
}

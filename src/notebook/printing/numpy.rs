//! Arrays as NumPy prints them after the notebook's first cell:
//! `np.set_printoptions(formatter={'float': lambda x: "{0:0.2f}".format(x)})`. The formatter pads nothing, so columns
//! don't line up: `[[-0.28 1.26 2.00 1.35]`.
//!
//! Source: NumPy's `numpy/_core/arrayprint.py`, version 2.4.

use anyhow::{Result, ensure};
use tch::{Kind, Tensor};

use super::nested::{Shown, Style};
use super::python;

const LINE_WIDTH: usize = 75;

/// What Python's `print(array)` shows for an array of floats with at least one dimension.
///
/// # Errors
/// If the tensor is undefined or not dense, holds no floats (NumPy's formatter is for floats) or has no dimension.
pub fn array(tensor: &Tensor) -> Result<String> {
    let shown = Shown::of(tensor)?;
    let dims = shown.shape.len();
    ensure!(dims > 0, "expected an array with at least one dimension, got a single number");
    let texts = texts(&shown, tensor)?;
    if shown.is_empty() {
        return Ok("[]".to_string());
    }
    // Every bracket that closes after a row may have to stand on its last line.
    let last_column = LINE_WIDTH - dims.min(LINE_WIDTH);
    let style = Style { comma: "", ellipsis: "...", row: &|row, indent| wrapped(row, last_column, indent) };
    Ok(shown.in_brackets(&texts, 0, &style))
}

/// The texts of the elements that [`array()`] prints, in row-major order: each with two decimals. Of more than 1000 elements
/// only those printed are here.
pub fn elements(tensor: &Tensor) -> Result<Vec<String>> {
    texts(&Shown::of(tensor)?, tensor)
}

fn texts(shown: &Shown, tensor: &Tensor) -> Result<Vec<String>> {
    let kind = tensor.f_kind()?;
    ensure!(matches!(kind, Kind::Half | Kind::Float | Kind::Double), "expected an array of floats, got {kind:?}");
    let values = Vec::<f64>::try_from(&shown.elements)?;
    Ok(values.into_iter().map(|x| python::fixed(x, 2)).collect())
}

fn wrapped(row: &[&str], last_column: usize, indent: usize) -> String {
    let mut text = String::new();
    let mut column = indent;
    for (i, word) in row.iter().enumerate() {
        if i > 0 {
            // The space between two words counts on the line that it ends, even where the line breaks.
            if column + 1 + word.len() > last_column {
                text += &format!("\n{:indent$}", "");
                column = indent;
            } else {
                text.push(' ');
                column += 1;
            }
        }
        text += word;
        column += word.len();
    }
    text
}

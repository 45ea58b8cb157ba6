//! Tensors as PyTorch 2.13 prints them with its default options: four digits, 80 columns, the ends of what has more than
//! 1000 elements.
//!
//! One thing is left out: `grad_fn=<…>`. A tensor made by an operation knows the node of the graph that made it, but tch
//! has no call that names it, and libtorch exports the name only through C++ classes. PyTorch prints
//! `tensor(1.6650, grad_fn=<MeanBackward0>)` where this prints `tensor(1.6650)`. `requires_grad=True`, which PyTorch shows
//! for leaf tensors, is here.
//!
//! ```
//! use inverse_by_descent::notebook::printing::torch;
//!
//! let inverse = tch::Tensor::from_slice(&[1_f32, 0.5, 0.333, 0.25]);
//! assert_eq!(torch::tensor(&inverse)?, "tensor([1.0000, 0.5000, 0.3330, 0.2500])");
//! # anyhow::Ok(())
//! ```
//!
//! Source: PyTorch's `torch/_tensor_str.py`, version 2.13.

use anyhow::{Result, bail};
use tch::{Device, Kind, Tensor};

use super::nested::{Shown, Style};
use super::python;

const PRECISION: usize = 4;
const LINE_WIDTH: usize = 80;
const PREFIX: &str = "tensor(";

/// What Python's `print(tensor)` shows, without `grad_fn` (see the module).
///
/// # Errors
/// If the tensor is undefined, not dense, complex or quantised.
pub fn tensor(tensor: &Tensor) -> Result<String> {
    let shown = Shown::of(tensor)?;
    let kind = tensor.f_kind()?;
    let texts = texts(&shown, kind)?;
    let body = if shown.is_empty() {
        "[]".to_string()
    } else {
        let width = texts.iter().filter(|(_, counts)| *counts).map(|(text, _)| text.len()).max().unwrap_or(1);
        let padded: Vec<String> = texts.iter().map(|(text, _)| format!("{text:>width$}")).collect();
        // Python's literal of the ellipsis has this space too, in rows only.
        let style = Style { comma: ",", ellipsis: " ...", row: &|row, indent| wrapped(row, width, indent) };
        shown.in_brackets(&padded, PREFIX.len(), &style)
    };
    Ok(with_suffixes(format!("{PREFIX}{body}"), &suffixes(tensor, &shown, kind)?))
}

/// The texts of the elements that [`tensor`] prints, in row-major order and without the padding that lines them up. All
/// of a tensor's elements decide together how each is written. Of more than 1000 elements only those printed are here.
pub fn elements(tensor: &Tensor) -> Result<Vec<String>> {
    Ok(texts(&Shown::of(tensor)?, tensor.f_kind()?)?.into_iter().map(|(text, _)| text).collect())
}

/// The text of each element, and whether it counts for the common width: of floats only finite ones that aren't zero do.
fn texts(shown: &Shown, kind: Kind) -> Result<Vec<(String, bool)>> {
    Ok(match kind {
        Kind::Bool => {
            let values = Vec::<bool>::try_from(&shown.elements)?;
            values.into_iter().map(|b| (if b { "True" } else { "False" }.to_owned(), true)).collect()
        }
        Kind::Uint8 | Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64 => {
            let values = Vec::<i64>::try_from(&shown.elements)?;
            values.into_iter().map(|i| (i.to_string(), true)).collect()
        }
        _ if shown.elements.is_floating_point() => {
            let values = Vec::<f64>::try_from(&shown.elements)?;
            let notation = Notation::of(&values);
            values.into_iter().map(|x| (notation.text(x), counts(x))).collect()
        }
        _ => bail!("a tensor of {kind:?} can't be printed; expected floats, integers or booleans"),
    })
}

/// How all floats of one tensor are written.
enum Notation {
    /// Whole numbers: `1.`
    Whole,
    /// `0.7196`
    Fixed,
    /// `1.9984e-15`
    Scientific,
}

impl Notation {
    fn of(values: &[f64]) -> Self {
        let counting: Vec<f64> = values.iter().copied().filter(|&x| counts(x)).map(f64::abs).collect();
        let greatest = counting.iter().copied().fold(0.0, f64::max);
        let least = counting.iter().copied().fold(f64::INFINITY, f64::min);
        // With nothing that counts, least is infinite, greatest 0, and no condition holds.
        if greatest / least > 1e3 || greatest > 1e8 || least < 1e-4 {
            Self::Scientific
        } else if counting.iter().all(|x| *x == x.ceil()) {
            Self::Whole
        } else {
            Self::Fixed
        }
    }

    fn text(&self, x: f64) -> String {
        match self {
            Self::Scientific => python::scientific(x, PRECISION),
            Self::Fixed => python::fixed(x, PRECISION),
            Self::Whole if x.is_finite() => python::fixed(x, 0) + ".",
            Self::Whole => python::fixed(x, 0),
        }
    }
}

fn counts(x: f64) -> bool {
    x.is_finite() && x != 0.0
}

fn wrapped(row: &[&str], width: usize, indent: usize) -> String {
    // PyTorch counts from the opening bracket, which stands one column before the continued lines.
    let per_line = ((LINE_WIDTH + 1).saturating_sub(indent) / (width + 2)).max(1);
    let lines: Vec<String> = row.chunks(per_line).map(|line| line.join(", ")).collect();
    lines.join(&format!(",\n{:indent$}", ""))
}

fn suffixes(tensor: &Tensor, shown: &Shown, kind: Kind) -> Result<Vec<String>> {
    let mut suffixes = Vec::new();
    match tensor.device() {
        Device::Cpu => (),
        Device::Cuda(index) => suffixes.push(format!("device='cuda:{index}'")),
        // mps, vulkan
        other => suffixes.push(format!("device='{}:0'", format!("{other:?}").to_lowercase())),
    }
    if shown.is_empty() && shown.shape.len() != 1 {
        let shape: Vec<String> = shown.shape.iter().map(usize::to_string).collect();
        suffixes.push(format!("size=({})", shape.join(", ")));
    }
    // Elements tell an int64 or a bool from a float32; where there are none, the dtype must.
    let is_told = !shown.is_empty() && matches!(kind, Kind::Int64 | Kind::Bool);
    if kind != Kind::Float && !is_told {
        suffixes.push(format!("dtype=torch.{}", dtype(kind)));
    }
    if tensor.requires_grad() && tensor.f_is_leaf()? {
        suffixes.push("requires_grad=True".to_string());
    }
    Ok(suffixes)
}

/// Appends each suffix to the line, or to a new one where it would pass the last column, and closes the bracket.
fn with_suffixes(mut text: String, suffixes: &[String]) -> String {
    let last_line = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
    let mut column = last_line + 2;
    for suffix in suffixes {
        if column + suffix.len() + 2 > LINE_WIDTH {
            text += &format!(",\n{:1$}{suffix}", "", PREFIX.len());
            column = PREFIX.len() + suffix.len();
        } else {
            text += &format!(", {suffix}");
            column += suffix.len() + 2;
        }
    }
    text + ")"
}

/// PyTorch's name of a dtype that can be printed.
fn dtype(kind: Kind) -> String {
    match kind {
        Kind::Int => "int32".to_owned(),
        Kind::Half => "float16".to_owned(),
        Kind::Float => "float32".to_owned(),
        Kind::Double => "float64".to_owned(),
        // int64, bfloat16, float8_e5m2
        _ => format!("{kind:?}").to_lowercase().replace("float8", "float8_"),
    }
}

//! What PyTorch's and NumPy's printers share: which elements of a large tensor are shown, and the brackets around them.

use anyhow::{Context, Result, ensure};
use tch::{Device, TchError, Tensor};

/// More elements than this, and only the ends of each dimension are shown.
const THRESHOLD: usize = 1000;
/// How many are shown at each end.
const EDGE: usize = 3;

const NOT_DENSE: &str = "expected a dense tensor; `to_dense` makes one";

/// The shown elements of a tensor, and its own shape.
pub struct Shown {
    /// The shown elements in row-major order: one dimension, on the CPU, without a graph, in the tensor's own dtype.
    pub elements: Tensor,
    /// The shape of the whole tensor.
    pub shape: Vec<usize>,
}

/// How a printer writes what is between the brackets.
pub struct Style<'a> {
    /// What follows an element or a row that isn't the last one: `","` or nothing.
    pub comma: &'a str,
    /// The mark for elements left out of a row; whole rows left out are always `...`.
    pub ellipsis: &'a str,
    /// Joins the texts of one row and wraps them; the number is how many spaces a continued line starts with.
    pub row: &'a dyn Fn(&[&str], usize) -> String,
}

impl Shown {
    /// Reads the shown elements of `tensor`, which must be defined and dense.
    pub fn of(tensor: &Tensor) -> Result<Self> {
        ensure!(
            tensor.defined(),
            "an undefined tensor has no elements to print; was `grad()` called before `backward()`?"
        );
        let shape: Vec<usize> = tensor.size().iter().map(|&n| n as usize).collect();
        // libtorch refuses to slice the other layouts that aren't dense.
        ensure!(!tensor.is_mkldnn(), NOT_DENSE);
        Ok(Self { elements: elements(tensor, &shape).context(NOT_DENSE)?, shape })
    }

    /// Whether the tensor has no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The texts of the shown elements in brackets, a row a line; lines after the first start with `indent` spaces and one
    /// more for each open bracket. A tensor without dimensions is its text alone.
    pub fn in_brackets(&self, texts: &[String], indent: usize, style: &Style) -> String {
        in_brackets(&self.shape, is_large(&self.shape), texts, indent, style)
    }
}

fn is_large(shape: &[usize]) -> bool {
    shape.iter().product::<usize>() > THRESHOLD
}

fn elements(tensor: &Tensor, shape: &[usize]) -> Result<Tensor, TchError> {
    let edge = EDGE as i64;
    let mut shown = tensor.f_detach()?;
    for (d, _) in (0..).zip(shape).filter(|&(_, &n)| is_large(shape) && n > 2 * EDGE) {
        let ends = [shown.f_narrow(d, 0, edge)?, shown.f_slice(d, -edge, None, 1)?];
        shown = Tensor::f_cat(&ends, d)?;
    }
    shown.f_to_device(Device::Cpu)?.f_resolve_neg()?.f_reshape([-1])
}

fn in_brackets(shape: &[usize], is_large: bool, texts: &[String], indent: usize, style: &Style) -> String {
    let [n, inner @ ..] = shape else { return texts.concat() };
    let are_left_out = is_large && *n > 2 * EDGE;
    if inner.is_empty() {
        let mut row: Vec<&str> = texts.iter().map(String::as_str).collect();
        if are_left_out {
            row.insert(EDGE, style.ellipsis);
        }
        return format!("[{}]", (style.row)(&row, indent + 1));
    }
    let shown = if are_left_out { 2 * EDGE } else { *n };
    let parts = texts.chunks((texts.len() / shown).max(1));
    let mut parts: Vec<_> = parts.map(|part| in_brackets(inner, is_large, part, indent + 1, style)).collect();
    if are_left_out {
        parts.insert(EDGE, "...".to_string());
    }
    let between = format!("{}{}{:3$}", style.comma, "\n".repeat(inner.len()), "", indent + 1);
    format!("[{}]", parts.join(&between))
}

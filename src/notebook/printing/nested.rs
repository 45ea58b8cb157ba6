//! What PyTorch's and NumPy's printers share: which elements of a large tensor are shown, and the brackets around them.

use anyhow::{Context, Result, ensure};
use tch::{Device, TchError, Tensor};

/// More elements than this, and only the ends of each dimension are shown.
const THRESHOLD: usize = 1000;
/// How many are shown at each end.
const EDGE: usize = 3;

const NOT_DENSE: &str = "expected a dense tensor; `to_dense` makes one";

/// The shown elements of a tensor, where those left out were, and the tensor's own shape.
pub struct Shown {
    /// The shown elements in row-major order: one dimension, on the CPU, without a graph, in the tensor's own dtype.
    pub elements: Tensor,
    /// The shape of the whole tensor.
    pub shape: Vec<usize>,
    /// Its dimensions as they are shown.
    pub dims: Vec<Dim>,
}

/// One dimension as it is shown.
pub struct Dim {
    /// How many of its positions are shown.
    len: usize,
    /// Whether positions were left out after the first [`EDGE`].
    elided: bool,
}

impl Dim {
    fn of(n: usize, summarise: bool) -> Self {
        let elided = summarise && n > 2 * EDGE;
        let len = if elided { 2 * EDGE } else { n };
        Self { len, elided }
    }
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
    /// Reads the shown elements of `tensor`.
    ///
    /// # Errors
    /// If the tensor is undefined or not dense.
    pub fn of(tensor: &Tensor) -> Result<Self> {
        ensure!(
            tensor.defined(),
            "an undefined tensor has no elements to print; was `grad()` called before `backward()`?"
        );
        let shape: Vec<usize> = tensor.size().iter().map(|&n| n as usize).collect();
        let summarise = shape.iter().product::<usize>() > THRESHOLD;
        let dims: Vec<Dim> = shape.iter().map(|&n| Dim::of(n, summarise)).collect();
        // libtorch refuses to slice the other layouts that aren't dense.
        ensure!(!tensor.is_mkldnn(), NOT_DENSE);
        let elements = elements(tensor, &dims).context(NOT_DENSE)?;
        Ok(Self { elements, shape, dims })
    }

    /// Whether the tensor has no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }
}

fn elements(tensor: &Tensor, dims: &[Dim]) -> Result<Tensor, TchError> {
    let edge = EDGE as i64;
    let mut shown = tensor.f_detach()?;
    for (d, _) in (0..).zip(dims).filter(|(_, dim)| dim.elided) {
        let ends = [shown.f_narrow(d, 0, edge)?, shown.f_slice(d, -edge, None, 1)?];
        shown = Tensor::f_cat(&ends, d)?;
    }
    shown.f_to_device(Device::Cpu)?.f_resolve_neg()?.f_reshape([-1])
}

/// The texts of the shown elements in brackets, a row a line; lines after the first start with `indent` spaces and one
/// more for each open bracket. A tensor without dimensions is its text alone.
pub fn in_brackets(dims: &[Dim], texts: &[String], indent: usize, style: &Style) -> String {
    match dims {
        [] => texts.concat(),
        [dim] => {
            let mut row: Vec<&str> = texts.iter().map(String::as_str).collect();
            if dim.elided {
                row.insert(EDGE, style.ellipsis);
            }
            format!("[{}]", (style.row)(&row, indent + 1))
        }
        [dim, inner @ ..] => {
            let mut parts: Vec<String> = texts
                .chunks((texts.len() / dim.len).max(1))
                .map(|part| in_brackets(inner, part, indent + 1, style))
                .collect();
            if dim.elided {
                parts.insert(EDGE, "...".to_string());
            }
            let newlines = "\n".repeat(inner.len());
            let between = format!("{}{newlines}{:2$}", style.comma, "", indent + 1);
            format!("[{}]", parts.join(&between))
        }
    }
}

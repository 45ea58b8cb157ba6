//! The operations: the value of each, its derivative by each operand, and what the derivative needs. The same lines as in
//! PyTorch's `tools/autograd/derivatives.yaml`.

use crate::core::graph::Node;
use crate::core::tensor::{Array, Tensor};
use crate::{Kind, Result, Shape};

/// An operation, with the numbers that it takes beside its operands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// Not an operation: a tensor in which gradients are gathered.
    Leaf,
    Add,
    AddNumber(f64),
    Sub,
    SubNumber(f64),
    Mul,
    MulNumber(f64),
    Div,
    DivNumber(f64),
    Neg,
    Pow(u32),
    Round,
    Fill(f64),
    Copy,
    /// From one dtype to another.
    ToCopy(Kind, Kind),
    /// Of the numbers of a tensor of this shape.
    Sum(Shape),
    Mean(Shape),
    /// The matrix product.
    Mm,
    /// Rows and columns exchanged.
    T,
    /// One row of a tensor of this shape.
    Select(usize, Shape),
    /// From one shape to another.
    View(Shape, Shape),
    /// A matrix with this diagonal, or the diagonal of a matrix.
    Diagonal,
}

use Op::*;

impl Op {
    /// What the operation gives.
    pub(crate) fn value(self, operands: &[&Tensor]) -> Result<Array> {
        let a = operands[0].array()?;
        let b = || operands[1].argument("#1 'other'").and_then(|_| operands[1].array());
        let (kind, a_float) = (a.kind, || a.computable());
        let number = |x: f64| Array::new(Shape::NUMBER, kind, |_| x);
        Ok(match self {
            Leaf | Copy => a.copy(),
            Add => a.zip(b()?, |a, b| a + b)?,
            Sub => a.zip(b()?, |a, b| a - b)?,
            Mul => a.zip(b()?, |a, b| a * b)?,
            Div => a.zip(b()?, |a, b| a / b)?,
            AddNumber(c) => a_float()?.map(c, |a, c| a + c),
            SubNumber(c) => a_float()?.map(c, |a, c| a - c),
            MulNumber(c) => a_float()?.map(c, |a, c| a * c),
            DivNumber(c) => a_float()?.map(c, |a, c| a / c),
            Neg => a_float()?.map(0.0, |a, _| -a),
            Pow(n) => a_float()?.map(0.0, |a, _| kind.pow(a, n)),
            Round => a_float()?.map(0.0, |a, _| a.round_ties_even()),
            Fill(c) => a.map(c, |_, c| c),
            ToCopy(_, to) => Array::new(a.shape, to, |at| a.at(at)),
            Sum(_) => number(a_float()?.sum()),
            Mean(shape) => number(a_float()?.sum() / shape.count() as f64),
            Mm => a.matmul(b()?)?,
            T => a.transposed(),
            Select(row, _) => a.row(row),
            View(_, shape) => Array::new(shape, kind, |at| a.at(at)),
            Diagonal => a.diagonal()?,
        })
    }

    // [derivatives]
    /// The derivative of the loss by the operand `by`, from `grad`, the one by the result. `saved` gives an operand as it was.
    pub(crate) fn derivative(self, by: usize, grad: &Array, saved: impl Fn(usize) -> Result<Array>) -> Result<Array> {
        let kind = grad.kind;
        Ok(match (self, by) {
            (Leaf | Add | AddNumber(_) | SubNumber(_) | Copy, _) | (Sub, 0) => grad.clone(),
            (Sub | Neg, _) => grad.map(0.0, |grad, _| -grad),
            (Mul, by) => grad.zip(&saved(1 - by)?, |grad, other| grad * other)?,
            (Div, 0) => grad.zip(&saved(1)?, |grad, b| grad / b)?,
            (Div, _) => {
                let quotient = saved(0)?.zip(&saved(1)?, |a, b| kind.round(a / b) / b)?;
                grad.zip(&quotient, |grad, quotient| -grad * quotient)?
            }
            (MulNumber(c), _) => grad.map(c, |grad, c| grad * c),
            (DivNumber(c), _) => grad.map(c, |grad, c| grad / c),
            (Pow(0) | Round | Fill(_), _) => grad.map(0.0, |_, zero| zero),
            (Pow(n), _) => grad.zip(&saved(0)?, |grad, a| grad * kind.round(f64::from(n) * kind.pow(a, n - 1)))?,
            (ToCopy(from, _), _) => Array::new(grad.shape, from, |at| grad.at(at)),
            (Sum(shape), _) => Array::new(shape, kind, |_| grad.at(0)),
            (Mean(shape), _) => Array::new(shape, kind, |_| grad.at(0) / shape.count() as f64),
            (Mm, 0) => grad.matmul(&saved(1)?.transposed())?,
            (Mm, _) => saved(0)?.transposed().matmul(grad)?,
            (T, _) => grad.transposed(),
            (Select(row, shape), _) => grad.as_row_of(shape, row),
            (View(shape, _), _) => Array::new(shape, kind, |at| grad.at(at)),
            (Diagonal, _) => grad.diagonal()?,
        })
    }

    /// The operands that the derivative by the operand `by` needs.
    pub(crate) fn needs(self, by: usize) -> &'static [usize] {
        match (self, by) {
            (Mul | Mm, 0) => &[1],
            (Mul | Mm, _) => &[0],
            (Div, 0) => &[1],
            (Div, _) => &[0, 1],
            (Pow(1..), _) => &[0],
            _ => &[],
        }
    }
    // [end]

    /// libtorch's name of the node. The one with a number is the second of its name: `Mul1`.
    pub fn name(self) -> String {
        match self {
            Leaf => "AccumulateGrad".to_owned(),
            Copy => "torch::autograd::CopyBackwards".to_owned(),
            Diagonal => "DiagonalBackward0_copy".to_owned(),
            _ => format!("{self:?}").split('(').next().unwrap_or_default().replace("Number", "1"),
        }
    }

    /// Whether libtorch would give a view of the operand instead of new numbers.
    fn is_view(self) -> bool {
        matches!(self, T | Select(..) | View(..))
    }

    /// Does the operation, and records it.
    pub(crate) fn on(self, operands: &[&Tensor]) -> Result<Tensor> {
        let mut array = self.value(operands)?;
        let mut copied_at = None;
        if self.is_view() {
            array.version = operands[0].array()?.version.clone();
            copied_at = Some(array.version.get());
        }
        Ok(Tensor::of(array, Node::record(self, operands), copied_at))
    }
}

//! tch's calls, by their names. Each exists twice: `f_matmul` gives the error, `matmul` panics with the same sentence.

use crate::conversions::{IntList, Scalar, on_cpu};
use crate::core::no_grad::is_recording;
use crate::core::tensor::{Array, Tensor};
use crate::derivatives::Op;
use crate::{Device, Element, Kind, Result, Shape, TchError, generator};
use std::borrow::Borrow;

/// The calls of one arithmetic operation: with a tensor and with a number, each also in place.
macro_rules! arithmetic {
    ($($op:ident, $op_number:ident: $f:ident $f_:ident $f_number:ident $f_number_:ident;)*) => {
        impl Tensor {$(
            pub fn $f(&self, other: &Tensor) -> Result<Tensor> {
                Op::$op.on(&[self, other])
            }
            pub fn $f_(&mut self, other: &Tensor) -> Result<Tensor> {
                Tensor::change(Op::$op, &[self, other])
            }
            pub fn $f_number(&self, other: impl Into<Scalar>) -> Result<Tensor> {
                Op::$op_number(other.into().0).on(&[self])
            }
            pub fn $f_number_(&mut self, other: impl Into<Scalar>) -> Result<Tensor> {
                Tensor::change(Op::$op_number(other.into().0), &[self])
            }
        )*}
    };
}

arithmetic! {
    Add, AddNumber: f_add f_add_ f_add_scalar f_add_scalar_;
    Sub, SubNumber: f_sub f_sub_ f_sub_scalar f_sub_scalar_;
    Mul, MulNumber: f_mul f_mul_ f_mul_scalar f_mul_scalar_;
    Div, DivNumber: f_div f_div_ f_div_scalar f_div_scalar_;
}

impl Tensor {
    pub fn f_neg(&self) -> Result<Tensor> {
        Op::Neg.on(&[self])
    }

    pub fn f_pow_tensor_scalar(&self, exponent: impl Into<Scalar>) -> Result<Tensor> {
        let exponent = exponent.into().0;
        match [0, 1, 2, 3].into_iter().find(|&n| f64::from(n) == exponent) {
            Some(n) => Op::Pow(n).on(&[self]),
            None => TchError::tape(&format!("the power {exponent}; there are 0, 1, 2 and 3")),
        }
    }

    pub fn f_round(&self) -> Result<Tensor> {
        Op::Round.on(&[self])
    }

    pub fn f_fill(&self, value: impl Into<Scalar>) -> Result<Tensor> {
        Op::Fill(value.into().0).on(&[self])
    }

    pub fn f_fill_(&mut self, value: impl Into<Scalar>) -> Result<Tensor> {
        Tensor::change(Op::Fill(value.into().0), &[self])
    }

    /// As in tch, new zeros that are then overwritten, which counts as a change.
    pub fn f_copy(&self) -> Result<Tensor> {
        let copy = Op::Copy.on(&[self])?;
        copy.body()?.array.version.set(1);
        Ok(copy)
    }

    pub fn f_to_kind(&self, kind: Kind) -> Result<Tensor> {
        let now = self.f_kind()?;
        if now == kind { Ok(self.shallow_clone()) } else { Op::ToKind(now, kind.held()?).on(&[self]) }
    }

    /// `kind` converts the numbers before they are summed.
    pub fn f_sum(&self, kind: impl Into<Option<Kind>>) -> Result<Tensor> {
        let numbers = self.f_to_kind(kind.into().unwrap_or(self.f_kind()?))?;
        Op::Sum(self.array()?.shape).on(&[&numbers])
    }

    /// `kind` converts the numbers before they are summed.
    pub fn f_mean(&self, kind: impl Into<Option<Kind>>) -> Result<Tensor> {
        let numbers = self.f_to_kind(kind.into().unwrap_or(self.f_kind()?))?;
        Op::Mean(self.array()?.shape).on(&[&numbers])
    }

    /// The product of two matrices, or of a row and a matrix.
    pub fn f_matmul(&self, other: &Tensor) -> Result<Tensor> {
        let shape = self.array()?.shape;
        if shape.dimensions() != 1 {
            return Op::Matmul.on(&[self, other]);
        }
        let row = self.f_reshape([1, shape.count() as i64])?.f_matmul(other)?;
        row.f_reshape([-1])
    }

    pub fn f_tr(&self) -> Result<Tensor> {
        Op::Transpose.on(&[self])
    }

    pub fn f_get(&self, index: i64) -> Result<Tensor> {
        let shape = self.array()?.shape;
        let Some(&count) = shape.sizes().first() else {
            return TchError::torch("select() cannot be applied to a 0-dim tensor.");
        };
        let from_start = if index < 0 { index + count as i64 } else { index };
        match usize::try_from(from_start) {
            Ok(row) if row < count => Op::Select(row, shape).on(&[self]),
            _ => TchError::torch(&format!(
                "select(): index {index} out of range for tensor of size {shape} at dimension 0"
            )),
        }
    }

    /// One size may be −1: it's computed.
    pub fn f_reshape(&self, sizes: impl IntList) -> Result<Tensor> {
        let (from, mut sizes) = (self.array()?.shape, sizes.sizes().to_vec());
        if let Some(open) = sizes.iter().position(|&size| size == -1) {
            sizes[open] = 1;
            sizes[open] = from.count() as i64 / sizes.iter().product::<i64>().max(1);
        }
        let to = Shape::new(&sizes)?;
        if to.count() != from.count() {
            return TchError::torch(&format!("shape '{to}' is invalid for input of size {}", from.count()));
        }
        Op::Reshape(from, to).on(&[self])
    }

    pub fn f_diag(&self, diagonal: i64) -> Result<Tensor> {
        if diagonal == 0 { Op::Diagonal.on(&[self]) } else { TchError::tape("diagonals beside the main one") }
    }

    pub fn f_inverse(&self) -> Result<Tensor> {
        Ok(Tensor::plain(self.without_derivative("inverse")?.inverse()?))
    }

    pub fn f_det(&self) -> Result<Tensor> {
        Ok(Tensor::plain(self.without_derivative("det")?.det()?))
    }

    /// For an operation whose derivative isn't in the table.
    fn without_derivative(&self, name: &str) -> Result<&Array> {
        if is_recording() && self.requires_grad() {
            return TchError::tape(&format!("the derivative of {name}; detach the tensor first"));
        }
        self.array()
    }

    // What the printing asks for where a tensor has more than 1000 numbers.

    pub fn f_narrow(&self, _dim: i64, _start: i64, _length: i64) -> Result<Tensor> {
        TchError::tape("parts of a tensor, which the printing of more than 1000 numbers takes")
    }

    pub fn f_slice(&self, dim: i64, start: i64, _end: Option<i64>, step: i64) -> Result<Tensor> {
        self.f_narrow(dim, start, step)
    }

    pub fn f_cat<T: Borrow<Tensor>>(tensors: &[T], dim: i64) -> Result<Tensor> {
        tensors.first().map_or_else(|| TchError::tape("cat of nothing"), |first| first.borrow().f_narrow(dim, 0, 0))
    }

    pub fn f_to_device(&self, device: Device) -> Result<Tensor> {
        on_cpu(device).map(|()| self.shallow_clone())
    }

    pub fn f_resolve_neg(&self) -> Result<Tensor> {
        Ok(self.shallow_clone())
    }

    pub fn f_kind(&self) -> Result<Kind> {
        Ok(self.array()?.kind)
    }

    /// Whether the two have the same shape and equal numbers.
    pub fn f_equal(&self, other: &Tensor) -> Result<bool> {
        let (a, b) = (self.array()?, other.array()?);
        Ok(a.shape == b.shape && a.numbers.iter().eq(b.numbers.iter()))
    }

    /// Whether the one number isn't zero.
    pub fn f_is_nonzero(&self) -> Result<bool> {
        match self.array()?.shape.count() {
            1 => Ok(self.array()?.at(0) != 0.0),
            _ => TchError::torch("Boolean value of Tensor with more than one value is ambiguous"),
        }
    }

    pub fn f_double_value(&self, index: &[i64]) -> Result<f64> {
        let array = self.array()?;
        let at = index.iter().zip(array.shape.sizes()).try_fold(0, |at, (&i, &size)| {
            let i = usize::try_from(i).ok().filter(|&i| i < size)?;
            Some(at * size + i)
        });
        match at {
            Some(at) if index.len() == array.shape.dimensions() => Ok(array.at(at)),
            _ => TchError::torch(&format!("index {index:?} is out of bounds for the shape {}", array.shape)),
        }
    }

    pub fn f_from_slice<T: Element>(numbers: &[T]) -> Result<Tensor> {
        Ok(Tensor::plain(Array::new(Shape::row(numbers.len()), T::KIND, |at| numbers[at].to_f64())))
    }

    pub fn f_eye(n: i64, options: (Kind, Device)) -> Result<Tensor> {
        Tensor::f_ones([n], options)?.f_diag(0)
    }

    pub fn f_zeros(sizes: impl IntList, options: (Kind, Device)) -> Result<Tensor> {
        Tensor::filled(sizes, options, |_| 0.0)
    }

    pub fn f_ones(sizes: impl IntList, options: (Kind, Device)) -> Result<Tensor> {
        Tensor::filled(sizes, options, |_| 1.0)
    }

    pub fn f_rand(sizes: impl IntList, options: (Kind, Device)) -> Result<Tensor> {
        let drawn = generator::uniform(Shape::new(sizes.sizes())?.count(), options.0);
        Tensor::filled(sizes, options, |at| drawn[at])
    }

    fn filled(sizes: impl IntList, (kind, device): (Kind, Device), number: impl Fn(usize) -> f64) -> Result<Tensor> {
        on_cpu(device)?;
        Ok(Tensor::plain(Array::new(Shape::new(sizes.sizes())?, kind.held()?, number)))
    }
}

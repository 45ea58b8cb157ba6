//! Between tensors and Rust's own numbers, slices and vectors, as tch has it.

use crate::core::tensor::{Array, Tensor};
use crate::{Device, Kind, Result, Shape, TchError};
use std::fmt;

/// A number that a tensor can hold.
pub trait Element: Copy {
    /// Its dtype.
    const KIND: Kind;
    fn from_f64(number: f64) -> Self;
    fn to_f64(self) -> f64;
}

macro_rules! elements {
    ($($type:ty, $kind:ident, $from:expr, $to:expr;)*) => {$(
        impl Element for $type {
            const KIND: Kind = Kind::$kind;
            fn from_f64(number: f64) -> $type {
                ($from)(number)
            }
            fn to_f64(self) -> f64 {
                ($to)(self)
            }
        }
        impl TryFrom<&Tensor> for $type {
            type Error = TchError;
            fn try_from(tensor: &Tensor) -> Result<$type> {
                match tensor.0.as_ref().map_or(0, |body| body.array.shape.count()) {
                    1 => Ok(<$type>::from_f64(tensor.array()?.at(0))),
                    n => Err(TchError::Convert(format!("expected exactly one element, got {n}"))),
                }
            }
        }
        impl TryFrom<Tensor> for $type {
            type Error = TchError;
            fn try_from(tensor: Tensor) -> Result<$type> {
                <$type>::try_from(&tensor)
            }
        }
    )*};
}

elements! {
    f32, Float, |x| x as f32, f64::from;
    f64, Double, |x| x, |x| x;
    i64, Int64, |x| x as i64, whole;
    bool, Bool, |x| x != 0.0, |b| if b { 1.0 } else { 0.0 };
}

fn whole(number: i64) -> f64 {
    assert!(number.unsigned_abs() <= 1 << 53, "the tape leaves this out: whole numbers above 2^53, such as {number}");
    number as f64
}

/// A number beside a tensor; rounded to the tensor's dtype where they meet.
#[derive(Clone, Copy, Debug)]
pub struct Scalar(pub(crate) f64);

impl From<i64> for Scalar {
    fn from(number: i64) -> Scalar {
        Scalar(whole(number))
    }
}

impl From<f64> for Scalar {
    fn from(number: f64) -> Scalar {
        Scalar(number)
    }
}

/// Sizes, as an array or a slice.
pub trait IntList {
    fn sizes(&self) -> &[i64];
}

impl<const N: usize> IntList for [i64; N] {
    fn sizes(&self) -> &[i64] {
        self
    }
}

impl IntList for &[i64] {
    fn sizes(&self) -> &[i64] {
        self
    }
}

impl<T: Element> From<T> for Tensor {
    fn from(number: T) -> Tensor {
        Tensor::plain(Array::new(Shape::NUMBER, T::KIND, |_| number.to_f64()))
    }
}

impl<T: Element> TryFrom<&Tensor> for Vec<T> {
    type Error = TchError;
    fn try_from(tensor: &Tensor) -> Result<Vec<T>> {
        let array = tensor.array()?;
        match array.shape.dimensions() {
            1 => Ok(array.numbers.iter().map(|number| T::from_f64(number.get())).collect()),
            n => Err(TchError::Convert(format!("Attempting to convert a Tensor with {n} dimensions to flat vector"))),
        }
    }
}

impl<T: Element> TryFrom<Tensor> for Vec<T> {
    type Error = TchError;
    fn try_from(tensor: Tensor) -> Result<Vec<T>> {
        Vec::try_from(&tensor)
    }
}

impl<T: Element> TryFrom<&Tensor> for Vec<Vec<T>> {
    type Error = TchError;
    fn try_from(tensor: &Tensor) -> Result<Vec<Vec<T>>> {
        let array = tensor.array()?;
        let [rows, columns] = array.shape.as_matrix()?;
        let number = |at| T::from_f64(array.at(at));
        Ok((0..rows).map(|row| (0..columns).map(|column| number(row * columns + column)).collect()).collect())
    }
}

impl<T: Element> TryFrom<Tensor> for Vec<Vec<T>> {
    type Error = TchError;
    fn try_from(tensor: Tensor) -> Result<Vec<Vec<T>>> {
        Vec::try_from(&tensor)
    }
}

/// `Tensor[[4, 4], Float]`, as in tch.
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.array() {
            Ok(Array { shape, kind, .. }) => write!(f, "Tensor[{shape}, {kind:?}]"),
            Err(error) => write!(f, "Tensor[{error}]"),
        }
    }
}

/// The same. The numbers are printed by [`crate::notebook::printing`].
impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Refuses every device but the CPU.
pub(crate) fn on_cpu(device: Device) -> Result<()> {
    match device {
        Device::Cpu => Ok(()),
        _ => TchError::tape("devices other than the CPU"),
    }
}

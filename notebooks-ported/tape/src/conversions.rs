//! Between tensors and Rust's own numbers, slices and vectors, as in tch.

use crate::core::tensor::{Array, Tensor};
use crate::{Kind, Result, Shape, TchError};
use std::fmt;

/// A number that a tensor can hold.
pub trait Element: Copy {
    const KIND: Kind;
    fn of(number: f64) -> Self;
    fn number(self) -> f64;
}

macro_rules! elements {
    ($($type:ty, $kind:ident, $of:expr, $number:expr;)*) => {$(
        impl Element for $type {
            const KIND: Kind = Kind::$kind;
            fn of(number: f64) -> $type {
                ($of)(number)
            }
            fn number(self) -> f64 {
                ($number)(self)
            }
        }
        elements!(@ $type, &Tensor);
        elements!(@ $type, Tensor);
    )*};
    (@ $type:ty, $tensor:ty) => {
        impl TryFrom<$tensor> for $type {
            type Error = TchError;
            fn try_from(tensor: $tensor) -> Result<$type> {
                match tensor.0.as_ref().map_or(0, |body| body.array.shape.count()) {
                    1 => Ok(<$type>::of(tensor.array()?.at(0))),
                    n => Err(TchError::Convert(format!("expected exactly one element, got {n}"))),
                }
            }
        }
        impl TryFrom<$tensor> for Vec<$type> {
            type Error = TchError;
            fn try_from(tensor: $tensor) -> Result<Vec<$type>> {
                let Array { shape, numbers, .. } = tensor.array()?;
                match shape.sizes().len() {
                    1 => Ok(numbers.iter().map(|number| <$type>::of(number.get())).collect()),
                    n => Err(TchError::Convert(format!(
                        "Attempting to convert a Tensor with {n} dimensions to flat vector"
                    ))),
                }
            }
        }
    };
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

impl<T: Element> From<T> for Tensor {
    fn from(number: T) -> Tensor {
        Tensor::plain(Array::new(Shape::NUMBER, T::KIND, |_| number.number()))
    }
}

/// A number beside a tensor. Where they meet it is rounded to the tensor's dtype.
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

/// `Tensor[[4, 4], Float]`; [`crate::notebook::printing`] prints the numbers.
impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.array() {
            Ok(Array { shape, kind, .. }) => write!(f, "Tensor[{shape}, {kind:?}]"),
            Err(error) => write!(f, "Tensor[{error}]"),
        }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}")
    }
}

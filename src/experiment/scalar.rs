//! The two kinds of floating-point number that a run is computed in.

use super::Dtype;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `f32` or `f64`.
pub trait Scalar:
    Copy
    + std::fmt::Debug
    + Into<f64>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Which of the two it is.
    const DTYPE: Dtype;

    /// The nearest number of this kind, as libtorch converts a Python number to the dtype of the tensor.
    fn from_f64(value: f64) -> Self;

    /// The same value as a double; exact.
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.into()
    }

    /// `self · factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;

    /// Whether both have the same bits, or both are NaN.
    fn same(self, other: Self) -> bool;

    /// The number's place among all numbers of this kind, in ascending order with −0 just below 0; `None` for NaN.
    /// The difference of two places is the distance of the numbers in ULP.
    fn ordinal(self) -> Option<i64>;

    /// The bytes of these numbers, each one's least significant byte first.
    fn to_le_bytes(values: &[Self]) -> Vec<u8>;
}

macro_rules! scalar {
    ($float:ty, $dtype:expr) => {
        impl Scalar for $float {
            const DTYPE: Dtype = $dtype;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                <$float>::mul_add(self, factor, addend)
            }

            #[inline(always)]
            fn same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
            }

            fn ordinal(self) -> Option<i64> {
                let magnitude = self.abs().to_bits() as i64;
                let place = if self.is_sign_negative() { !magnitude } else { magnitude };
                (!self.is_nan()).then_some(place)
            }

            fn to_le_bytes(values: &[Self]) -> Vec<u8> {
                values.iter().flat_map(|value| <$float>::to_le_bytes(*value)).collect()
            }
        }
    };
}

scalar!(f32, Dtype::F32);
scalar!(f64, Dtype::F64);

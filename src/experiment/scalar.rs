//! The two kinds of floating-point number that a run is computed in.

use super::Dtype;

/// `f32` or `f64`; what the loop computes in.
pub trait Scalar: loops::Scalar {
    /// Which of the two it is.
    const DTYPE: Dtype;

    /// The same value as a double; exact.
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.into()
    }

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

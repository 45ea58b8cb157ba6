//! What the loop computes in: one number, or several side by side.

use crate::Run;
use crate::contraction::{self, Rounding};
#[cfg(target_arch = "x86_64")]
use crate::lanes;
use crate::side_by_side::{Observe, SideBySide, Take, side_by_side};
use std::fmt::Debug;
use std::ops::{Add, ControlFlow, Div, Mul, Neg, Sub};

/// A floating-point number, or several that go the same way, each by itself.
pub trait Number:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The bytes of one number.
    const WIDTH: usize;

    /// The nearest number of this kind, as libtorch converts a Python number to the dtype of the tensor.
    fn from_f64(value: f64) -> Self;

    /// `self · factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
}

/// `f32` or `f64`, with the loops over them.
pub trait Scalar: Number + Into<f64> + Send + Sync + 'static {
    /// Takes as many steps as `losses` has places, and puts the loss before each step there.
    fn advance(run: &mut Run<Self>, losses: &mut [Self]);

    /// See [`side_by_side`].
    fn side_by_side(runs: &SideBySide<Self>, observe: Observe, take: Take<Self>) -> ControlFlow<()>;

    /// See [`contraction::measured`].
    fn contraction(losses: &[Self], rounding: Rounding) -> Option<f64>;

    /// See [`contraction::has_diverged`].
    fn has_diverged(losses: &[Self]) -> bool;
}

macro_rules! scalar {
    ($float:ty, $avx512:ty, $avx2:ty) => {
        impl Number for $float {
            const WIDTH: usize = size_of::<$float>();

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                <$float>::mul_add(self, factor, addend)
            }
        }

        impl Scalar for $float {
            fn advance(run: &mut Run<Self>, losses: &mut [Self]) {
                match run.update.is_optimizer {
                    false => run.advance::<false>(losses),
                    true => run.advance::<true>(losses),
                }
            }

            fn side_by_side(runs: &SideBySide<Self>, observe: Observe, take: Take<Self>) -> ControlFlow<()> {
                #[cfg(target_arch = "x86_64")]
                {
                    if is_x86_feature_detected!("avx512f") {
                        return side_by_side::<$float, $avx512>(runs, observe, take);
                    }
                    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                        return side_by_side::<$float, $avx2>(runs, observe, take);
                    }
                }
                side_by_side::<$float, $float>(runs, observe, take)
            }

            fn contraction(losses: &[Self], rounding: Rounding) -> Option<f64> {
                contraction::measured(losses, rounding)
            }

            fn has_diverged(losses: &[Self]) -> bool {
                contraction::has_diverged(losses)
            }
        }
    };
}

scalar!(f32, lanes::F32x16, lanes::F32x8);
scalar!(f64, lanes::F64x8, lanes::F64x4);

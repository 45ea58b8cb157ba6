//! Several numbers in one of the processor's vectors, each by itself.
#![cfg(target_arch = "x86_64")]

use crate::Number;
use crate::side_by_side::Side;
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

macro_rules! lanes {
    ($name:ident, $vector:ty, [$float:ty; $lanes:literal], $set:ident, $add:ident, $sub:ident, $mul:ident, $div:ident,
     $mul_add:ident) => {
        /// Only [`Scalar::side_by_side`](crate::Scalar::side_by_side) makes the first, where the processor has the feature.
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name($vector);

        lanes!($name, Add, add, $add);
        lanes!($name, Sub, sub, $sub);
        lanes!($name, Mul, mul, $mul);
        lanes!($name, Div, div, $div);

        impl Neg for $name {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                Self::from_f64(-0.0) - self
            }
        }

        impl Number for $name {
            const WIDTH: usize = size_of::<$float>();

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                // SAFETY: the processor has the feature, or there would be no such lanes.
                Self(unsafe { $set(value as $float) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as above.
                Self(unsafe { $mul_add(self.0, factor.0, addend.0) })
            }
        }

        impl Side<$float> for $name {
            const LANES: usize = $lanes;

            fn of(lane: impl FnMut(usize) -> $float) -> Self {
                let lanes: [$float; $lanes] = std::array::from_fn(lane);
                // SAFETY: both are so many numbers, one after another.
                Self(unsafe { std::mem::transmute::<[$float; $lanes], $vector>(lanes) })
            }

            fn lane(&self, lane: usize) -> $float {
                // SAFETY: the vector is so many numbers, one after another, and lasts as long as `self`.
                let lanes: &[$float; $lanes] = unsafe { &*(&raw const self.0).cast() };
                lanes[lane]
            }
        }
    };
    ($name:ident, $operation:ident, $function:ident, $instruction:ident) => {
        impl $operation for $name {
            type Output = Self;

            #[inline(always)]
            fn $function(self, other: Self) -> Self {
                // SAFETY: as above.
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    };
}

lanes!(
    F32x16,
    __m512,
    [f32; 16],
    _mm512_set1_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_fmadd_ps
);
lanes!(
    F64x8,
    __m512d,
    [f64; 8],
    _mm512_set1_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_div_pd,
    _mm512_fmadd_pd
);
lanes!(
    F32x8,
    __m256,
    [f32; 8],
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_fmadd_ps
);
lanes!(
    F64x4,
    __m256d,
    [f64; 4],
    _mm256_set1_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_div_pd,
    _mm256_fmadd_pd
);

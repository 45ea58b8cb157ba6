//! `+`, `-`, `*` and `/`, with a tensor or a number on either side. They panic with the sentence of the error.

use crate::calls::or_panic;
use crate::core::tensor::Tensor;
use crate::derivatives::Op;
use crate::{Result, Scalar};
use std::borrow::Borrow;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// How an operation is done: `Op::on`, or `Tensor::change` in place.
type Way = fn(Op, &[&Tensor]) -> Result<Tensor>;

/// What may stand right of an operator: a tensor, or a number, for which there is another operation.
pub trait Right {
    fn with(&self, left: &Tensor, op: Op, with_number: fn(f64) -> Op, way: Way) -> Result<Tensor>;
}

macro_rules! tensors {
    ($($tensor:ty),*) => {$(
        impl Right for $tensor {
            fn with(&self, left: &Tensor, op: Op, _: fn(f64) -> Op, way: Way) -> Result<Tensor> {
                way(op, &[left, self])
            }
        }
        impl Neg for $tensor {
            type Output = Tensor;
            #[track_caller]
            fn neg(self) -> Tensor {
                or_panic(Op::Neg.on(&[self.borrow()]))
            }
        }
    )*};
}

tensors!(Tensor, &Tensor);

macro_rules! numbers {
    ($($number:ty as $as:ty),*) => {$(
        impl Right for $number {
            fn with(&self, left: &Tensor, _: Op, with_number: fn(f64) -> Op, way: Way) -> Result<Tensor> {
                way(with_number(Scalar::from(<$as>::from(*self)).0), &[left])
            }
        }
        numbers!(@ $number, Tensor, &Tensor);
    )*};
    // A number on the left. As in tch, 3 - t is -(t - 3).
    (@ $number:ty, $($tensor:ty),*) => {$(
        numbers!(@ $number, $tensor; Add add a b => b + a; Sub sub a b => -(b - a); Mul mul a b => b * a;);
    )*};
    (@ $number:ty, $tensor:ty; $($trait:ident $method:ident $a:ident $b:ident => $result:expr;)*) => {$(
        impl $trait<$tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, $b: $tensor) -> Tensor {
                let $a = self;
                $result
            }
        }
    )*};
}

numbers!(i32 as i64, i64 as i64, f32 as f64, f64 as f64);

macro_rules! operators {
    ($($trait:ident $method:ident, $assign:ident $assigned:ident: $op:ident $with_number:ident;)*) => {$(
        operators!(@ $trait $method $op $with_number: Tensor, &Tensor);
        impl<R: Right> $assign<R> for Tensor {
            #[track_caller]
            fn $assigned(&mut self, right: R) {
                let _ = or_panic(right.with(self, Op::$op, Op::$with_number, Tensor::change));
            }
        }
    )*};
    (@ $trait:ident $method:ident $op:ident $with_number:ident: $($left:ty),*) => {$(
        impl<R: Right> $trait<R> for $left {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                or_panic(right.with(self.borrow(), Op::$op, Op::$with_number, Op::on))
            }
        }
    )*};
}

operators! {
    Add add, AddAssign add_assign: Add AddNumber;
    Sub sub, SubAssign sub_assign: Sub SubNumber;
    Mul mul, MulAssign mul_assign: Mul MulNumber;
    Div div, DivAssign div_assign: Div DivNumber;
}

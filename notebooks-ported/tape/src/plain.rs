//! tch's plain names: each call without `f_`, which panics with the sentence of the error, and the operators.

use crate::conversions::{IntList, Scalar};
use crate::core::tensor::Tensor;
use crate::{Device, Element, Kind, Result};
use std::borrow::Borrow;
use std::ffi::c_void;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

#[track_caller]
fn or_panic<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// `name = f_name(arguments)`, three times: on a tensor, in place on a tensor, and without one.
macro_rules! plain {
    ({ $($name:ident = $f:ident($($argument:ident: $type:ty),*) -> $result:ty;)* }
     in_place { $($name_:ident = $f_:ident($($argument_:ident: $type_:ty),*);)* }
     new { $($new:ident = $f_new:ident($($argument_new:ident: $type_new:ty),*);)* }) => {
        impl Tensor {
            $(#[track_caller]
            pub fn $name(&self, $($argument: $type),*) -> $result {
                or_panic(self.$f($($argument),*))
            })*
            $(#[track_caller]
            pub fn $name_(&mut self, $($argument_: $type_),*) -> Tensor {
                or_panic(self.$f_($($argument_),*))
            })*
            $(#[track_caller]
            pub fn $new($($argument_new: $type_new),*) -> Tensor {
                or_panic(Tensor::$f_new($($argument_new),*))
            })*
        }
    };
}

plain! {{
    g_add = f_add(other: &Tensor) -> Tensor;
    g_sub = f_sub(other: &Tensor) -> Tensor;
    g_mul = f_mul(other: &Tensor) -> Tensor;
    g_div = f_div(other: &Tensor) -> Tensor;
    g_add_scalar = f_add_scalar(other: impl Into<Scalar>) -> Tensor;
    g_sub_scalar = f_sub_scalar(other: impl Into<Scalar>) -> Tensor;
    g_mul_scalar = f_mul_scalar(other: impl Into<Scalar>) -> Tensor;
    g_div_scalar = f_div_scalar(other: impl Into<Scalar>) -> Tensor;
    pow_tensor_scalar = f_pow_tensor_scalar(exponent: impl Into<Scalar>) -> Tensor;
    round = f_round() -> Tensor;
    fill = f_fill(value: impl Into<Scalar>) -> Tensor;
    copy = f_copy() -> Tensor;
    detach = f_detach() -> Tensor;
    data = f_data() -> Tensor;
    to_kind = f_to_kind(kind: Kind) -> Tensor;
    sum = f_sum(kind: impl Into<Option<Kind>>) -> Tensor;
    mean = f_mean(kind: impl Into<Option<Kind>>) -> Tensor;
    matmul = f_matmul(other: &Tensor) -> Tensor;
    tr = f_tr() -> Tensor;
    get = f_get(index: i64) -> Tensor;
    reshape = f_reshape(sizes: impl IntList) -> Tensor;
    diag = f_diag(diagonal: i64) -> Tensor;
    inverse = f_inverse() -> Tensor;
    det = f_det() -> Tensor;
    set_requires_grad = f_set_requires_grad(requires_grad: bool) -> Tensor;
    grad = f_grad() -> Tensor;
    backward = f_backward() -> ();
    is_leaf = f_is_leaf() -> bool;
    internal_version = f_internal_version() -> i64;
    kind = f_kind() -> Kind;
    double_value = f_double_value(index: &[i64]) -> f64;
    equal = f_equal(other: &Tensor) -> bool;
    is_nonzero = f_is_nonzero() -> bool;
} in_place {
    g_add_ = f_add_(other: &Tensor);
    g_sub_ = f_sub_(other: &Tensor);
    g_mul_ = f_mul_(other: &Tensor);
    g_div_ = f_div_(other: &Tensor);
    g_add_scalar_ = f_add_scalar_(other: impl Into<Scalar>);
    g_sub_scalar_ = f_sub_scalar_(other: impl Into<Scalar>);
    g_mul_scalar_ = f_mul_scalar_(other: impl Into<Scalar>);
    g_div_scalar_ = f_div_scalar_(other: impl Into<Scalar>);
    fill_ = f_fill_(value: impl Into<Scalar>);
} new {
    from_slice = f_from_slice(numbers: &[impl Element]);
    eye = f_eye(n: i64, options: (Kind, Device));
    zeros = f_zeros(sizes: impl IntList, options: (Kind, Device));
    ones = f_ones(sizes: impl IntList, options: (Kind, Device));
    rand = f_rand(sizes: impl IntList, options: (Kind, Device));
}}

impl Tensor {
    /// See [`Tensor::f_run_backward`].
    #[track_caller]
    pub fn run_backward<T: Borrow<Tensor>, U: Borrow<Tensor>>(
        outputs: &[T],
        inputs: &[U],
        keep_graph: bool,
        create_graph: bool,
    ) -> Vec<Tensor> {
        or_panic(Tensor::f_run_backward(outputs, inputs, keep_graph, create_graph))
    }

    /// Whether the tensor is part of a graph, or a leaf that gathers gradients.
    pub fn requires_grad(&self) -> bool {
        self.node().is_some()
    }

    /// Writes zeros into the gradient, if there is one.
    #[track_caller]
    pub fn zero_grad(&mut self) {
        let mut grad = self.grad();
        if grad.defined() {
            let _ = grad.fill_(0);
        }
    }

    /// One size for each dimension.
    #[track_caller]
    pub fn size(&self) -> Vec<i64> {
        or_panic(self.array()).shape.sizes().iter().map(|&size| size as i64).collect()
    }

    /// The address of the first number, to be compared.
    #[track_caller]
    pub fn data_ptr(&self) -> *const c_void {
        or_panic(self.array()).numbers.as_ptr().cast()
    }

    pub fn device(&self) -> Device {
        Device::Cpu
    }

    pub fn is_mkldnn(&self) -> bool {
        false
    }

    #[track_caller]
    pub fn is_floating_point(&self) -> bool {
        self.kind().is_float()
    }
}

/// An operator between two tensors, in each of the forms that Rust has; `*=` and its like; and a tensor and a number.
macro_rules! operator {
    ($($trait:ident $method:ident, $assign:ident $assigned:ident: $g:ident $g_:ident $number:ident $number_:ident;)*) => {$(
        operator!(@ $trait $method $g: Tensor, Tensor; Tensor, &Tensor; &Tensor, Tensor; &Tensor, &Tensor;);
        impl<S: Into<Scalar>> $trait<S> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, number: S) -> Tensor {
                self.$number(number)
            }
        }
        impl<S: Into<Scalar>> $trait<S> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, number: S) -> Tensor {
                self.$number(number)
            }
        }
        operator!(@assign $assign $assigned:
            Tensor, other, $g_(&other); &Tensor, other, $g_(other);
            i32, number, $number_(i64::from(number)); i64, number, $number_(number);
            f32, number, $number_(f64::from(number)); f64, number, $number_(number););
    )*};
    (@ $trait:ident $method:ident $g:ident: $($left:ty, $right:ty;)*) => {$(
        impl $trait<$right> for $left {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: $right) -> Tensor {
                self.$g(Borrow::<Tensor>::borrow(&other))
            }
        }
    )*};
    (@assign $trait:ident $method:ident: $($right:ty, $name:ident, $call:ident($value:expr);)*) => {$(
        impl $trait<$right> for Tensor {
            #[track_caller]
            fn $method(&mut self, $name: $right) {
                let _ = self.$call($value);
            }
        }
    )*};
}

operator! {
    Add add, AddAssign add_assign: g_add g_add_ g_add_scalar g_add_scalar_;
    Sub sub, SubAssign sub_assign: g_sub g_sub_ g_sub_scalar g_sub_scalar_;
    Mul mul, MulAssign mul_assign: g_mul g_mul_ g_mul_scalar g_mul_scalar_;
    Div div, DivAssign div_assign: g_div g_div_ g_div_scalar g_div_scalar_;
}

/// A number left of a tensor: `3 - t` is `-(t - 3)`, as in tch. `3 / t` doesn't exist here.
macro_rules! number_on_the_left {
    ($($number:ty),*) => {$(
        number_on_the_left!(@ $number: Tensor, &Tensor);
    )*};
    (@ $number:ty: $($tensor:ty),*) => {$(
        impl Add<$tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn add(self, tensor: $tensor) -> Tensor {
                tensor + f64::from(self)
            }
        }
        impl Sub<$tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn sub(self, tensor: $tensor) -> Tensor {
                -(tensor - f64::from(self))
            }
        }
        impl Mul<$tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn mul(self, tensor: $tensor) -> Tensor {
                tensor * f64::from(self)
            }
        }
    )*};
}

number_on_the_left!(i32, f32, f64);

impl Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        or_panic(self.f_neg())
    }
}

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        or_panic(self.f_neg())
    }
}

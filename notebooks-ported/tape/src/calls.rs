//! tch's calls, by their names. Each exists twice: `f_matmul` gives the error, `matmul` panics with the same sentence.

use crate::conversions::Scalar;
use crate::core::no_grad::is_recording;
use crate::core::tensor::{Array, Tensor};
use crate::derivatives::Op;
use crate::{Device, Element, Kind, Result, Shape, TchError, generator};
use std::borrow::Borrow;
use std::ffi::c_void;

#[track_caller]
pub(crate) fn or_panic<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// `name f_name(self, arguments) -> result { body of f_name }`; without a body for what the core defines.
macro_rules! calls {
    ($($name:ident $f:ident($self:ident $(, $argument:ident: $type:ty)*) -> $result:ty { $($body:tt)* })*) => {
        impl Tensor {$(
            pub fn $f(&$self $(, $argument: $type)*) -> Result<$result> { $($body)* }
            calls!(@ $name $f($self $(, $argument: $type)*) -> $result);
        )*}
    };
    ($($name:ident $f:ident($self:ident $(, $argument:ident: $type:ty)*) -> $result:ty;)*) => {
        impl Tensor {$(calls!(@ $name $f($self $(, $argument: $type)*) -> $result);)*}
    };
    (@ $name:ident $f:ident($self:ident $(, $argument:ident: $type:ty)*) -> $result:ty) => {
        #[track_caller]
        pub fn $name(&$self $(, $argument: $type)*) -> $result { or_panic($self.$f($($argument),*)) }
    };
}

calls! {
    set_requires_grad f_set_requires_grad(self, requires_grad: bool) -> Tensor;
    is_leaf f_is_leaf(self) -> bool;
    grad f_grad(self) -> Tensor;
    backward f_backward(self) -> ();
    detach f_detach(self) -> Tensor;
    data f_data(self) -> Tensor;
}

calls! {
    requires_grad f_requires_grad(self) -> bool { Ok(self.node().is_some()) }
    internal_version f_internal_version(self) -> i64 { Ok(self.body()?.array.version.get()) }
    g_add f_add(self, other: &Tensor) -> Tensor { Op::Add.on(&[self, other]) }
    g_sub f_sub(self, other: &Tensor) -> Tensor { Op::Sub.on(&[self, other]) }
    g_mul f_mul(self, other: &Tensor) -> Tensor { Op::Mul.on(&[self, other]) }
    g_div f_div(self, other: &Tensor) -> Tensor { Op::Div.on(&[self, other]) }
    g_add_scalar f_add_scalar(self, other: impl Into<Scalar>) -> Tensor { Op::AddNumber(other.into().0).on(&[self]) }
    g_sub_scalar f_sub_scalar(self, other: impl Into<Scalar>) -> Tensor { Op::SubNumber(other.into().0).on(&[self]) }
    g_mul_scalar f_mul_scalar(self, other: impl Into<Scalar>) -> Tensor { Op::MulNumber(other.into().0).on(&[self]) }
    g_div_scalar f_div_scalar(self, other: impl Into<Scalar>) -> Tensor { Op::DivNumber(other.into().0).on(&[self]) }
    round f_round(self) -> Tensor { Op::Round.on(&[self]) }
    fill f_fill(self, value: impl Into<Scalar>) -> Tensor { Op::Fill(value.into().0).on(&[self]) }
    pow_tensor_scalar f_pow_tensor_scalar(self, exponent: impl Into<Scalar>) -> Tensor {
        let exponent = exponent.into().0;
        match [0, 1, 2, 3].into_iter().find(|&n| f64::from(n) == exponent) {
            Some(n) => Op::Pow(n).on(&[self]),
            None => TchError::tape(format!("the power {exponent}; there are 0, 1, 2 and 3")),
        }
    }
    copy f_copy(self) -> Tensor {
        let copy = Op::Copy.on(&[self])?;
        copy.body()?.array.version.set(1); // tch makes zeros and overwrites them
        Ok(copy)
    }
    to_kind f_to_kind(self, kind: Kind) -> Tensor {
        let now = self.f_kind()?;
        if now == kind { Ok(self.shallow_clone()) } else { Op::ToCopy(now, held(kind)?).on(&[self]) }
    }
    sum f_sum(self, kind: impl Into<Option<Kind>>) -> Tensor {
        Op::Sum(self.array()?.shape).on(&[&self.f_to_kind(kind.into().unwrap_or(self.f_kind()?))?])
    }
    mean f_mean(self, kind: impl Into<Option<Kind>>) -> Tensor {
        Op::Mean(self.array()?.shape).on(&[&self.f_to_kind(kind.into().unwrap_or(self.f_kind()?))?])
    }
    matmul f_matmul(self, other: &Tensor) -> Tensor {
        match [self, other].map(|factor| factor.array().map_or(2, |array| array.shape.dimensions)) {
            [1 | 2, 2] => Op::Mm.on(&[self, other]),
            [left, right] => TchError::tape(format!("matmul of {left} and {right} dimensions")),
        }
    }
    tr f_tr(self) -> Tensor {
        let shape = self.array()?.shape;
        if shape.dimensions == 2 { Op::T.on(&[self]) } else { Op::View(shape, shape).on(&[self]) }
    }
    diag f_diag(self, diagonal: i64) -> Tensor {
        if diagonal == 0 { Op::Diagonal.on(&[self]) } else { TchError::tape("diagonals beside the main one") }
    }
    get f_get(self, index: i64) -> Tensor {
        let shape = self.array()?.shape;
        let Some(&count) = shape.sizes().first() else {
            return TchError::torch("select() cannot be applied to a 0-dim tensor.");
        };
        match usize::try_from(if index < 0 { index + count as i64 } else { index }) {
            Ok(row) if row < count => Op::Select(row, shape).on(&[self]),
            _ => TchError::torch(format!("select(): index {index} out of range for tensor of size {shape} at dimension 0")),
        }
    }
    reshape f_reshape(self, sizes: impl AsRef<[i64]>) -> Tensor {
        let (from, mut sizes) = (self.array()?.shape, sizes.as_ref().to_vec());
        if let Some(open) = sizes.iter().position(|&size| size == -1) {
            sizes[open] = 1;
            sizes[open] = from.count() as i64 / sizes.iter().product::<i64>().max(1);
        }
        let to = Shape::new(&sizes)?;
        if to.count() != from.count() {
            return TchError::torch(format!("shape '{to}' is invalid for input of size {}", from.count()));
        }
        Op::View(from, to).on(&[self])
    }
    inverse f_inverse(self) -> Tensor { Ok(Tensor::plain(self.outside("the derivative of inverse")?.inverse()?)) }
    det f_det(self) -> Tensor { Ok(Tensor::plain(self.outside("the derivative of det")?.det()?)) }
    narrow f_narrow(self, _dim: i64, _start: i64, _length: i64) -> Tensor {
        TchError::tape("parts of tensors, which the printing of more than 1000 numbers takes")
    }
    slice f_slice(self, dim: i64, start: i64, _end: Option<i64>, step: i64) -> Tensor { self.f_narrow(dim, start, step) }
    to_device f_to_device(self, device: Device) -> Tensor { here(device).map(|()| self.shallow_clone()) }
    device f_device(self) -> Device { Ok(Device::Cpu) }
    is_mkldnn f_is_mkldnn(self) -> bool { Ok(false) }
    resolve_neg f_resolve_neg(self) -> Tensor { Ok(self.shallow_clone()) }
    kind f_kind(self) -> Kind { Ok(self.array()?.kind) }
    is_floating_point f_is_floating_point(self) -> bool { Ok(self.array()?.kind.is_float()) }
    size f_size(self) -> Vec<i64> { Ok(self.array()?.shape.sizes().iter().map(|&size| size as i64).collect()) }
    data_ptr f_data_ptr(self) -> *const c_void { Ok(self.array()?.numbers.as_ptr().cast()) }
    equal f_equal(self, other: &Tensor) -> bool {
        let (a, b) = (self.array()?, other.array()?);
        Ok(a.shape == b.shape && a.numbers.iter().eq(b.numbers.iter()))
    }
    is_nonzero f_is_nonzero(self) -> bool {
        match self.array()?.shape.count() {
            1 => Ok(self.array()?.at(0) != 0.0),
            _ => TchError::torch("Boolean value of Tensor with more than one value is ambiguous"),
        }
    }
    double_value f_double_value(self, index: &[i64]) -> f64 {
        let Array { shape, .. } = self.array()?;
        let places = || index.iter().zip(shape.sizes());
        if index.len() != shape.sizes().len() || places().any(|(&i, &size)| !(0..size as i64).contains(&i)) {
            return TchError::torch(format!("index {index:?} is out of bounds for the shape {shape}"));
        }
        Ok(self.array()?.at(places().fold(0, |at, (&i, &size)| at * size + i as usize)))
    }
}

/// The calls that change the tensor.
macro_rules! in_place {
    ($($name:ident $f:ident($self:ident, $other:ident: $type:ty) { $op:expr, $operands:expr })*) => {
        impl Tensor {$(
            pub fn $f(&mut $self, $other: $type) -> Result<Tensor> { Tensor::change($op, &$operands) }
            #[track_caller]
            pub fn $name(&mut $self, $other: $type) -> Tensor { or_panic($self.$f($other)) }
        )*}
    };
}

in_place! {
    g_add_ f_add_(self, other: &Tensor) { Op::Add, [self, other] }
    g_sub_ f_sub_(self, other: &Tensor) { Op::Sub, [self, other] }
    g_mul_ f_mul_(self, other: &Tensor) { Op::Mul, [self, other] }
    g_div_ f_div_(self, other: &Tensor) { Op::Div, [self, other] }
    g_add_scalar_ f_add_scalar_(self, other: impl Into<Scalar>) { Op::AddNumber(other.into().0), [self] }
    g_sub_scalar_ f_sub_scalar_(self, other: impl Into<Scalar>) { Op::SubNumber(other.into().0), [self] }
    g_mul_scalar_ f_mul_scalar_(self, other: impl Into<Scalar>) { Op::MulNumber(other.into().0), [self] }
    g_div_scalar_ f_div_scalar_(self, other: impl Into<Scalar>) { Op::DivNumber(other.into().0), [self] }
    fill_ f_fill_(self, value: impl Into<Scalar>) { Op::Fill(value.into().0), [self] }
}

fn here(device: Device) -> Result<()> {
    if device == Device::Cpu { Ok(()) } else { TchError::tape("devices other than the CPU") }
}

fn held(kind: Kind) -> Result<Kind> {
    let is_held = kind.is_float() || matches!(kind, Kind::Int64 | Kind::Bool);
    if is_held { Ok(kind) } else { TchError::tape(format!("tensors of {kind:?}")) }
}

/// The calls that make a tensor.
macro_rules! new {
    ($($name:ident $f:ident $(<$t:ident>)? ($($argument:ident: $type:ty),*) { $($body:tt)* })*) => {
        impl Tensor {$(
            pub fn $f $(<$t: Element>)? ($($argument: $type),*) -> Result<Tensor> { $($body)* }
            #[track_caller]
            pub fn $name $(<$t: Element>)? ($($argument: $type),*) -> Tensor { or_panic(Tensor::$f($($argument),*)) }
        )*}
    };
}

new! {
    from_slice f_from_slice<T>(numbers: &[T]) {
        Ok(Tensor::plain(Array::new(Shape::row(numbers.len()), T::KIND, |at| numbers[at].number())))
    }
    zeros f_zeros(sizes: impl AsRef<[i64]>, options: (Kind, Device)) { filled(sizes.as_ref(), options, |_| 0.0) }
    ones f_ones(sizes: impl AsRef<[i64]>, options: (Kind, Device)) { filled(sizes.as_ref(), options, |_| 1.0) }
    eye f_eye(n: i64, options: (Kind, Device)) { Tensor::f_ones([n], options)?.f_diag(0) }
    rand f_rand(sizes: impl AsRef<[i64]>, options: (Kind, Device)) {
        if !options.0.is_float() {
            return TchError::tape(format!("random {:?}", options.0));
        }
        here(options.1)?;
        let drawn = generator::uniform(Shape::new(sizes.as_ref())?.count(), options.0);
        filled(sizes.as_ref(), options, |at| drawn[at])
    }
}

fn filled(sizes: &[i64], (kind, device): (Kind, Device), number: impl Fn(usize) -> f64) -> Result<Tensor> {
    here(device)?;
    Ok(Tensor::plain(Array::new(Shape::new(sizes)?, held(kind)?, number)))
}

impl Tensor {
    /// The numbers, for what the tape can't record; `what` is left out.
    fn outside(&self, what: &str) -> Result<&Array> {
        if is_recording() && self.requires_grad() {
            TchError::tape(format!("{what}; detach first"))
        } else {
            self.array()
        }
    }

    /// Writes zeros into the gradient, if there is one.
    #[track_caller]
    pub fn zero_grad(&mut self) {
        let mut grad = self.grad();
        if grad.defined() {
            let _ = grad.fill_(0);
        }
    }

    #[track_caller]
    pub fn run_backward<T: Borrow<Tensor>, U: Borrow<Tensor>>(
        of: &[T],
        by: &[U],
        keep: bool,
        create: bool,
    ) -> Vec<Tensor> {
        or_panic(Tensor::f_run_backward(of, by, keep, create))
    }

    pub fn f_cat<T: Borrow<Tensor>>(tensors: &[T], dim: i64) -> Result<Tensor> {
        tensors.first().map_or(Ok(Tensor(None)), |first| first.borrow().f_narrow(dim, 0, 0))
    }
}

//! What describes a tensor beside its numbers: dtype, device and shape; and the errors.

use std::fmt;

/// libtorch's dtypes. The tape computes with `Float` and `Double`, holds `Int64` (up to 2^53) and `Bool`, and has no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub enum Kind { Bool, Uint8, Int8, Int16, Int, Int64, Half, BFloat16, Float, Double }

/// Where tensors are: here always `Cpu`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub enum Device { Cpu, Cuda(usize), Mps, Vulkan }

/// What the notebook's tensors are.
pub const FLOAT_CPU: (Kind, Device) = (Kind::Float, Device::Cpu);
pub const DOUBLE_CPU: (Kind, Device) = (Kind::Double, Device::Cpu);

impl Kind {
    pub(crate) fn is_float(self) -> bool {
        matches!(self, Kind::Float | Kind::Double)
    }

    /// The nearest number of this kind. A sum, difference, product or quotient of two f32 may be rounded to f64 before: it
    /// comes to the same.
    #[inline(always)]
    pub(crate) fn round(self, x: f64) -> f64 {
        if self == Kind::Float { x as f32 as f64 } else { x }
    }

    /// x to the power `exponent`, by multiplication; each product rounds.
    #[inline(always)]
    pub(crate) fn pow(self, x: f64, exponent: u32) -> f64 {
        (0..exponent).fold(1.0, |power, _| self.round(power * x))
    }
}

/// The sizes of a tensor with at most two dimensions: a number, a row or a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub(crate) dimensions: usize,
    /// Rows and columns. A row is one row, a number one row of one number.
    pub(crate) sizes: [usize; 2],
}

impl Shape {
    pub(crate) const NUMBER: Shape = Shape { dimensions: 0, sizes: [1, 1] };

    pub(crate) fn row(n: usize) -> Shape {
        Shape { dimensions: 1, sizes: [1, n] }
    }

    pub(crate) fn matrix(rows: usize, columns: usize) -> Shape {
        Shape { dimensions: 2, sizes: [rows, columns] }
    }

    pub(crate) fn new(sizes: &[i64]) -> Result<Shape> {
        let size =
            |n: i64| usize::try_from(n).or_else(|_| TchError::torch(format!("negative dimension {n}: {sizes:?}")));
        let shape = match *sizes {
            [] => Shape::NUMBER,
            [n] => Shape::row(size(n)?),
            [rows, columns] => Shape::matrix(size(rows)?, size(columns)?),
            _ => return TchError::tape(format!("more than two dimensions: {sizes:?}")),
        };
        match shape.sizes[0].checked_mul(shape.sizes[1]) {
            Some(0..=0xffff_ffff) => Ok(shape),
            _ => TchError::tape(format!("2^32 numbers or more: {sizes:?}")),
        }
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.sizes[0] * self.sizes[1]
    }

    /// One size for each dimension.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[2 - self.dimensions..]
    }

    /// Why two shapes don't fit together, number by number.
    pub(crate) fn differs_from(self, other: Shape) -> TchError {
        let mut pairs = self.sizes().iter().rev().zip(other.sizes().iter().rev()).enumerate();
        let Some((back, (a, b))) = pairs.find(|&(_, (a, b))| a != b && *a != 1 && *b != 1) else {
            return TchError::Tape(format!("broadcasting of {self} and {other}"));
        };
        let at = self.dimensions.max(other.dimensions) - 1 - back;
        let expected = format!("must match the size of tensor b ({b}) at non-singleton dimension {at}");
        TchError::Torch(format!("The size of tensor a ({a}) {expected}"))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?}", self.sizes())
    }
}

/// What a call can fail with.
#[derive(Debug)]
pub enum TchError {
    /// What libtorch refuses as well, in its words.
    Torch(String),
    /// What tch refuses as well: another value than asked for.
    Convert(String),
    /// What libtorch does and the tape doesn't.
    Tape(String),
}

/// libtorch's sentence on saved tensors that were freed.
pub(crate) const TWICE: &str = "Trying to backward through the graph a second time (or directly access saved tensors after \
    they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or \
    autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to \
    access saved tensors after calling backward.";

/// The end of its sentence on saved tensors that were changed.
pub(crate) const HINT: &str = "Hint: enable anomaly detection to find the operation that failed to compute its gradient, \
    with torch.autograd.set_detect_anomaly(True, check_nan=False).";

/// The result of a call that can fail.
pub type Result<T> = std::result::Result<T, TchError>;

impl TchError {
    pub(crate) fn torch<T>(message: impl Into<String>) -> Result<T> {
        Err(TchError::Torch(message.into()))
    }

    pub(crate) fn tape<T>(message: impl Into<String>) -> Result<T> {
        Err(TchError::Tape(message.into()))
    }
}

impl fmt::Display for TchError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            TchError::Torch(message) => write!(f, "Internal torch error: {message}"),
            TchError::Convert(message) => write!(f, "conversion error: {message}"),
            TchError::Tape(message) => write!(f, "the tape leaves this out: {message}"),
        }
    }
}

impl std::error::Error for TchError {}

//! What describes a tensor beside its numbers: dtype, device and shape; and the errors.

use std::fmt;

/// libtorch's dtypes, named as in tch. The tape holds those that are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Held, not computed with.
    Bool,
    Uint8,
    Int8,
    Int16,
    Int,
    /// Held up to 2^53, not computed with.
    Int64,
    Half,
    BFloat16,
    /// Held and computed with.
    Float,
    /// Held and computed with.
    Double,
}

/// Where tensors are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The only one here.
    Cpu,
    Cuda(usize),
    Mps,
    Vulkan,
}

/// `(Kind::Float, Device::Cpu)`.
pub const FLOAT_CPU: (Kind, Device) = (Kind::Float, Device::Cpu);
/// `(Kind::Double, Device::Cpu)`.
pub const DOUBLE_CPU: (Kind, Device) = (Kind::Double, Device::Cpu);

impl Kind {
    pub(crate) fn is_float(self) -> bool {
        matches!(self, Kind::Float | Kind::Double)
    }

    /// The nearest number of this kind. For + − × ÷ of floats it doesn't matter that their result was rounded to f64 before.
    #[inline(always)]
    pub(crate) fn round(self, x: f64) -> f64 {
        if self == Kind::Float { x as f32 as f64 } else { x }
    }

    /// x to the power `exponent`, 0 to 3, by multiplication; each product rounds.
    #[inline(always)]
    pub(crate) fn pow(self, x: f64, exponent: u32) -> f64 {
        match exponent {
            0 => 1.0,
            1 => x,
            2 => x * x,
            _ => self.round(x * x) * x,
        }
    }

    pub(crate) fn name_in_c(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Refuses what the tape doesn't hold.
    pub(crate) fn held(self) -> Result<Kind> {
        match self {
            Kind::Float | Kind::Double | Kind::Int64 | Kind::Bool => Ok(self),
            _ => TchError::tape(&format!("tensors of {self:?}; there are Float, Double, Int64 and Bool")),
        }
    }
}

/// The sizes of a tensor with at most two dimensions: a number, a row or a matrix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    dimensions: u8,
    sizes: [usize; 2],
}

impl Shape {
    pub(crate) const NUMBER: Shape = Shape { dimensions: 0, sizes: [1, 1] };

    pub(crate) fn row(n: usize) -> Shape {
        Shape { dimensions: 1, sizes: [n, 1] }
    }

    pub(crate) fn matrix(rows: usize, columns: usize) -> Shape {
        Shape { dimensions: 2, sizes: [rows, columns] }
    }

    pub(crate) fn new(sizes: &[i64]) -> Result<Shape> {
        if let Some(negative) = sizes.iter().find(|&&n| n < 0) {
            return TchError::torch(&format!("Trying to create tensor with negative dimension {negative}: {sizes:?}"));
        }
        match *sizes {
            [] => Ok(Shape::NUMBER),
            [n] => Ok(Shape::row(n as usize)),
            [rows, columns] => Ok(Shape::matrix(rows as usize, columns as usize)),
            _ => TchError::tape(&format!("more than two dimensions: {sizes:?}")),
        }
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.sizes[0] * self.sizes[1]
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions.into()
    }

    /// One size for each dimension.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[..self.dimensions()]
    }

    pub(crate) fn as_matrix(&self) -> Result<[usize; 2]> {
        match self.dimensions {
            2 => Ok(self.sizes),
            _ => TchError::tape(&format!("this operation on the shape {self}; expected a matrix")),
        }
    }

    /// The shape without its first dimension.
    pub(crate) fn inner(&self) -> Shape {
        if self.dimensions == 2 { Shape::row(self.sizes[1]) } else { Shape::NUMBER }
    }

    /// Why an operation number by number can't take these two shapes.
    pub(crate) fn do_not_match(self, other: Shape) -> TchError {
        let (mine, theirs) = (self.sizes().iter().rev(), other.sizes().iter().rev());
        let last = self.dimensions().max(other.dimensions()).saturating_sub(1);
        for (back, (a, b)) in mine.zip(theirs).enumerate() {
            if a != b && *a != 1 && *b != 1 {
                let at = last - back;
                return TchError::Torch(format!(
                    "The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {at}"
                ));
            }
        }
        TchError::Tape(format!("broadcasting {self} and {other}"))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?}", self.sizes())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}")
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

/// The result of a call that can fail.
pub type Result<T> = std::result::Result<T, TchError>;

impl TchError {
    pub(crate) fn torch<T>(message: &str) -> Result<T> {
        Err(TchError::Torch(message.to_owned()))
    }

    pub(crate) fn tape<T>(message: &str) -> Result<T> {
        Err(TchError::Tape(message.to_owned()))
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

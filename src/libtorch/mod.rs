//! The foreign-function edge and what it runs on: which libtorch is loaded, how it sums products, in how much
//! memory. Holds [`Libtorch`], without which nothing computes.
//! May import `experiment` and `output`.

pub mod arithmetic;
pub(crate) mod environment;
pub mod loaded;
pub mod memory;
mod tensors;

pub use arithmetic::{Arithmetic, Libtorch};
pub(crate) use tensors::scalar;
pub use tensors::{flat, kind, square};

//! An autograd that one can read, under tch's names: `notebooks-ported/matrix_inverse.rs` and the idiom pairs run on it
//! unchanged, and give PyTorch's bits. The chapter is in `notebooks-ported/tape/README.md`.
//!
//! To be read: [`core`], from top to bottom, then the table of [`derivatives`]. The rest is apart.

#![forbid(unsafe_code)]
// The port says `use tch::…`, and here that is this crate.
extern crate self as tch;

pub mod core;
pub mod derivatives;
mod arithmetic;
mod generator;
mod inverse;
mod conversions;
mod calls;
mod operators;
pub mod kind;
#[path = "../notebook/mod.rs"]
pub mod notebook;

pub use self::core::no_grad::{NoGradGuard, no_grad, no_grad_guard, with_grad};
pub use self::core::tensor::Tensor;
pub use conversions::{Element, Scalar};
pub use generator::manual_seed;
pub use kind::{Device, Kind, Result, Shape, TchError};

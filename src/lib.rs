//! A PyTorch notebook that inverts a 4×4 matrix by gradient descent, ported to Rust with `tch`.
#![warn(missing_docs)]

pub mod printing;
pub mod trajectory;

//! A PyTorch notebook that inverts a 4×4 matrix by gradient descent, ported to Rust with `tch`.
#![warn(missing_docs)]

pub mod arithmetic;
pub mod cli;
pub mod descent;
pub mod environment;
pub mod experiment;
pub mod files;
pub mod libtorch;
pub mod matrix_file;
#[path = "../notebooks-ported/matrix_inverse.rs"]
pub mod matrix_inverse;
pub mod printed;
pub mod printing;
pub mod report;
pub mod trajectory;
pub mod transcript;

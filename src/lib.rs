//! A PyTorch notebook that inverts a 4×4 matrix by gradient descent, ported to Rust with `tch`.
#![warn(missing_docs)]

pub mod arithmetic;
pub mod array_file;
pub mod by_hand;
pub mod cli;
pub mod contraction;
pub mod cross_check;
pub mod descent;
pub mod device;
pub mod distance;
pub mod environment;
pub mod evcxr;
pub mod experiment;
pub mod files;
pub mod grid;
pub mod landscape;
pub mod libtorch;
pub mod loss_file;
pub mod matrix_file;
#[path = "../notebooks-ported/matrix_inverse.rs"]
pub mod matrix_inverse;
pub mod memory;
pub mod parity;
pub mod plots;
pub mod printed;
pub mod printing;
pub mod pytorch;
pub mod report;
pub mod rounding;
pub mod theory;
pub mod trace;
pub mod trajectory;
pub mod transcript;
pub mod witness;

//! Plain data: the settings of a run, its matrix, the losses that it leaves with their digest, and the type that it computes
//! in.
//! Knows nothing of libtorch. May import nothing of this crate.

pub(crate) mod array_reader;
pub mod digest;
pub(crate) mod limited;
pub mod matrix_file;
pub(crate) mod random_settings;
mod scalar;
mod settings;
pub mod trajectory;

pub use scalar::Scalar;
pub use settings::{Dtype, Experiment, Gradient, Matrix, Pair};

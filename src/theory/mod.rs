//! What mathematics expects of a run: the spectrum of the matrix, which settings are stable and which are best, how fast
//! a run contracts, how far the parameter is from the inverse; and what a grid of runs tells beside it.
//! May import `experiment`, `libtorch` and `output`.

pub mod distance;
mod spectrum;
pub mod survey;

pub use loops::contraction;
pub use spectrum::{Curvature, Spectrum, rate};

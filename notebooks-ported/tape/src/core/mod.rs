//! The core, to be read from top to bottom.

pub mod tensor;
pub mod graph;
pub mod backward;
pub mod no_grad;
mod in_place;

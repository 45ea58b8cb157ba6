//! The core, to be read from top to bottom: what a tensor is, how the graph grows, how backward walks it, how recording is
//! switched off, and how a tensor is changed in place.

pub mod tensor;
pub mod graph;
pub mod backward;
pub mod no_grad;
mod in_place;

//! All that trains on libtorch: one run, many runs in one graph, and a run that is looked at step by step.
//! Errors are libtorch's: as a rule, there isn't enough memory.
//! May import `notebook`, `theory`, `experiment`, `libtorch` and `output`.

pub mod batched;
pub(crate) mod lesson;
mod single;
pub mod snapshots;
pub mod survey;
pub(crate) mod trace;

pub use single::{Descent, Start, Steps, descend, follow, start};

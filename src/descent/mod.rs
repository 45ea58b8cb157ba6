//! All that trains on libtorch: one run, many runs in one graph, and a run that is looked at step by step.
//! May import `notebook`, `theory`, `experiment`, `libtorch` and `output`.

pub mod batched;
pub mod lesson;
mod single;
pub mod snapshots;
pub mod survey;
pub mod trace;

pub use single::{Descent, Start, Steps, descend, follow, start};

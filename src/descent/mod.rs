//! All that trains on libtorch: one run, and a run that is looked at step by step.
//! Errors are libtorch's: as a rule, there isn't enough memory.
//! May import `notebook`, `theory`, `experiment`, `libtorch` and `output`.

mod quick;
mod single;
pub mod snapshots;
pub(crate) mod trace;

pub use quick::Quick;
pub use single::{Descent, Start, Steps, descend, follow, run, start};

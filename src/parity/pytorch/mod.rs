//! The same runs in PyTorch: a Python child process that works through `notebooks-ported/matrix_inverse.py`.
//!
//! [`candidates`] says where a Python is looked for, [`Python::choose`] takes one of them, [`Job::spawn`] starts the child
//! and [`Child::wait`] reads what it computed. [`Job::probes`] starts a child that can be asked how its PyTorch sums.
//! [`PythonRuns::read`] also reads the recorded values of `recorded/`, which are in the child's own format.

mod arithmetic;
mod child;
mod find;
mod probes;
mod process;
mod python_runs;
mod recorded;

pub use arithmetic::{can_claim_intel, ensure_notebook_arithmetic, in_notebook_arithmetic, python_lacks};
pub use child::{Child, Job};
pub use find::{Python, candidates};
pub use probes::Probes;
pub(crate) use process::Process;
pub use python_runs::{PythonEnvironment, PythonRun, PythonRuns};
pub use recorded::{AgainstRecorded, recorded};

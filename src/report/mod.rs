//! The report of a reproduction: one plain value, rendered as text, JSON and pictures.

pub mod json;
pub mod pictures;
pub mod text;

use crate::environment::Environment;
use crate::printed::Check;
use crate::transcript::Page;

/// Everything that a reproduction found out.
#[derive(Debug)]
pub struct Report {
    /// The cells and the runs.
    pub page: Page,
    /// How they compare with what the notebook printed.
    pub check: Check,
    /// What they were computed with.
    pub environment: Environment,
}

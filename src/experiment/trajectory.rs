//! What one run of the descent leaves behind, whoever computed it: libtorch, the loop by hand or PyTorch.

/// The course of one run over an n×n parameter, in `f32` or `f64`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory<T> {
    /// The loss at the start of each step, one a step.
    pub losses: Vec<T>,
    /// The parameter (the notebook's `random_inverse`) after the last step: n×n, row by row.
    pub parameter: Vec<T>,
    /// The parameter's `grad` after the last step, already scaled by the momentum: n×n, row by row.
    pub gradient: Vec<T>,
}

/// A trajectory in the run's own dtype.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// Of a run in f32.
    F32(Trajectory<f32>),
    /// Of a run in f64.
    F64(Trajectory<f64>),
}

impl Course {
    /// The losses, exact.
    pub fn losses(&self) -> Vec<f64> {
        match self {
            Course::F32(run) => run.losses.iter().map(|&loss| loss.into()).collect(),
            Course::F64(run) => run.losses.clone(),
        }
    }
}

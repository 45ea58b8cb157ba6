//! Whether a series of losses comes from another run, which no difference of arithmetic explains.

use crate::experiment::{Experiment, Scalar};
use crate::libtorch::Libtorch;
use crate::parity::cross_check::through_tch;
use anyhow::Result;
use serde::Serialize;
use std::ops::ControlFlow::Continue;

/// A series whose first losses differ by more than arithmetic can explain: that begins in the last digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AnotherRun {
    /// The first step that is too far off. The matrix, the seed and the parameter decide step 0, the learning rate step 1,
    /// the momentum step 2.
    pub step: usize,
    /// The notebook's run whose first losses these are, if it has as many steps.
    pub fits: Option<&'static str>,
}

/// How many of the first losses are looked at.
const STEPS: usize = 3;

/// Far more than rounding makes of the first losses, and less than any change that someone makes on purpose.
const FAR: f64 = 1e-3;

/// Whether `theirs` is another run than `ours`.
///
/// # Errors
/// When libtorch can't compute the first steps of the notebook's runs.
pub fn recognise(libtorch: Libtorch, ours: &[f64], theirs: &[f64]) -> Result<Option<AnotherRun>> {
    let Some(step) = apart(ours, theirs) else { return Ok(None) };
    for (name, run) in Experiment::of_the_notebook().into_iter().filter(|(_, run)| run.steps == theirs.len()) {
        let first = through_tch(libtorch, &Experiment { steps: STEPS, ..run }, || Continue(()))?.losses();
        if apart(&first, theirs).is_none() {
            return Ok(Some(AnotherRun { step, fits: Some(name) }));
        }
    }
    Ok(Some(AnotherRun { step, fits: None }))
}

/// The first step whose losses are far apart.
fn apart(ours: &[f64], theirs: &[f64]) -> Option<usize> {
    ours.iter().zip(theirs).take(STEPS).position(|(ours, theirs)| {
        let near = (ours - theirs).abs() <= FAR * ours.abs().min(theirs.abs());
        !(near || ours == theirs || ours.same(*theirs))
    })
}

//! Whether a series of losses can be of a run at all, in whatever arithmetic.

use crate::experiment::Experiment;
use crate::libtorch::Libtorch;
use crate::parity::cross_check::through_tch;
use anyhow::Result;
use serde::Serialize;
use std::ops::ControlFlow::Continue;

/// A series whose first losses are too far off for a difference of arithmetic, which begins in the last digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AnotherRun {
    /// The first step that is too far off. The matrix, the seed and the parameter decide step 0, the learning rate step 1,
    /// the momentum step 2.
    pub step: usize,
    /// The notebook's run whose first losses these are.
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
    for (name, run) in Experiment::of_the_notebook() {
        let run = Experiment { steps: STEPS, ..run };
        let first = through_tch(libtorch, &run, || Continue(()))?.losses();
        if theirs.len() >= STEPS && apart(&first, theirs).is_none() {
            return Ok(Some(AnotherRun { step, fits: Some(name) }));
        }
    }
    Ok(Some(AnotherRun { step, fits: None }))
}

/// The first of the first losses that are far apart.
fn apart(ours: &[f64], theirs: &[f64]) -> Option<usize> {
    let near = |ours: f64, theirs: f64| {
        ours == theirs
            || ours.is_nan() && theirs.is_nan()
            || (ours - theirs).abs() <= FAR * ours.abs().min(theirs.abs())
    };
    ours.iter().zip(theirs).take(STEPS).position(|(&ours, &theirs)| !near(ours, theirs))
}

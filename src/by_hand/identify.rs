//! Finds the kernels that a series of losses was computed with.

use super::{Kernels, Problem, State, Summation, Vectors};
use crate::experiment::Scalar;
use anyhow::Result;

/// The kernels that come closest to a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Identification {
    /// The kernels; of those that come equally close, the simplest.
    pub kernels: Kernels,
    /// The first step whose loss they don't give; `None` if they give the whole series.
    pub first_difference: Option<usize>,
    /// The other kernels that come as close: this series can't tell them apart.
    pub others: Vec<Kernels>,
}

/// A candidate is given up at this difference: with wrong kernels nearly every loss after the first few differs, with
/// the right ones only those that were changed afterwards.
const GIVE_UP: usize = 16;

/// Tries every order of the forward product with every order of the backward product and every width of the loss's
/// sum, and returns the kernels that give the most of the losses to the last bit (NaN equals NaN) before they are given
/// up.
///
/// # Errors
/// When the problem's sizes don't fit, as in [`super::run`].
pub fn identify<T: Scalar>(problem: &Problem<T>, losses: &[T]) -> Result<Identification> {
    problem.check()?;
    let mut closest = Agreement::default();
    let mut best: Vec<Kernels> = vec![];
    for kernels in candidates() {
        let agreement = Agreement::of(State::new(problem, kernels)?, losses);
        if best.is_empty() || agreement.equal > closest.equal {
            closest = agreement;
            best.clear();
        }
        if agreement == closest {
            best.push(kernels);
        }
    }
    let kernels = best.remove(0);
    Ok(Identification { kernels, first_difference: closest.first_difference, others: best })
}

/// How far a candidate and the series go together.
#[derive(Clone, Copy, Default, PartialEq)]
struct Agreement {
    equal: usize,
    first_difference: Option<usize>,
}

impl Agreement {
    fn of<T: Scalar>(mut state: State<T>, losses: &[T]) -> Self {
        let mut ours = [T::from_f64(0.0); 20];
        let mut agreement = Agreement::default();
        let mut steps = 0;
        for theirs in losses.chunks(ours.len()) {
            let ours = &mut ours[..theirs.len()];
            state.advance(ours);
            for (ours, theirs) in ours.iter().zip(theirs) {
                if ours.same(*theirs) {
                    agreement.equal += 1;
                } else {
                    agreement.first_difference.get_or_insert(steps);
                }
                steps += 1;
                if steps - agreement.equal == GIVE_UP {
                    return agreement;
                }
            }
        }
        agreement
    }
}

fn candidates() -> impl Iterator<Item = Kernels> {
    Vectors::ALL.into_iter().flat_map(|loss| {
        Summation::ALL.into_iter().flat_map(move |forward| {
            Summation::ALL.into_iter().map(move |backward| Kernels { forward, backward, loss })
        })
    })
}

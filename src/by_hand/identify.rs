//! Finds the kernels that a series of losses was computed with.

use super::{Kernels, Problem, Real, State, Summation, Vectors};
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

/// Tries every order of the forward product with every order of the backward product and every width of the loss's
/// sum, and returns the kernels that give the same losses to the last bit (NaN equals NaN) for longest. A candidate is
/// given up at its first difference.
///
/// # Errors
/// When the problem's sizes don't fit, as in [`super::run`].
pub fn identify<T: Real>(problem: &Problem<T>, losses: &[T]) -> Result<Identification> {
    problem.check()?;
    let mut best: Vec<Kernels> = vec![];
    let mut longest = 0;
    for kernels in candidates() {
        let equal = equal_steps(State::new(problem, kernels)?, losses);
        if best.is_empty() || equal > longest {
            longest = equal;
            best.clear();
        }
        if equal == longest {
            best.push(kernels);
        }
    }
    let kernels = best.remove(0);
    let first_difference = (longest < losses.len()).then_some(longest);
    Ok(Identification {
        kernels,
        first_difference,
        others: best,
    })
}

/// How many losses the state gives, from the first on.
fn equal_steps<T: Real>(mut state: State<T>, losses: &[T]) -> usize {
    let mut ours = [T::from_f64(0.0); 50];
    let mut equal = 0;
    for theirs in losses.chunks(ours.len()) {
        let ours = &mut ours[..theirs.len()];
        state.advance(ours);
        let same = ours
            .iter()
            .zip(theirs)
            .take_while(|(a, b)| a.same(**b))
            .count();
        equal += same;
        if same < theirs.len() {
            break;
        }
    }
    equal
}

fn candidates() -> impl Iterator<Item = Kernels> {
    Vectors::ALL.into_iter().flat_map(|loss| {
        Summation::ALL.into_iter().flat_map(move |forward| {
            Summation::ALL.into_iter().map(move |backward| Kernels {
                forward,
                backward,
                loss,
            })
        })
    })
}

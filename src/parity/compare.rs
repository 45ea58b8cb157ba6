//! Two trajectories of the same experiment compared bit by bit.

use crate::experiment::Scalar;
use crate::experiment::digest::Digest;
use crate::experiment::trajectory::Trajectory;
use serde::Serialize;

/// How two trajectories compare. "Ours" is the first one handed to [`compare`].
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The losses, one a step.
    pub losses: Series,
    /// The parameter after the last step, row by row.
    pub parameter: Series,
    /// The gradient after the last step, row by row.
    pub gradient: Series,
    /// Of the losses: ours and theirs.
    pub losses_sha256: [Digest; 2],
}

/// How two series of numbers compare.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// How many numbers both have.
    pub count: usize,
    /// How many are the same: equal bits, or NaN on both sides.
    pub equal: usize,
    /// The first that differs.
    pub first: Option<Difference>,
    /// The one that differs most, in ULP; the first of them.
    pub largest: Option<Difference>,
    /// The last number on each side, each the shortest decimal that reads back to it.
    pub last: Option<[String; 2]>,
    /// The distance of each pair in ULP; empty if all are the same.
    #[serde(skip)]
    pub distances: Vec<u64>,
}

/// One place where two series differ.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The place: a step, or an index into a matrix.
    pub at: usize,
    /// Our number, as the shortest decimal that reads back to it.
    pub ours: String,
    /// Theirs, likewise.
    pub theirs: String,
    /// The distance in ULP: see [`ulp_distance`].
    pub ulp: u64,
}

impl Comparison {
    /// Whether every number is the same.
    pub fn all_equal(&self) -> bool {
        [&self.losses, &self.parameter, &self.gradient].into_iter().all(Series::all_equal)
    }
}

impl Series {
    /// Whether every number is the same.
    pub fn all_equal(&self) -> bool {
        self.first.is_none()
    }
}

/// Compares two trajectories of the same experiment.
pub fn compare<T: Scalar>(ours: &Trajectory<T>, theirs: &Trajectory<T>) -> Comparison {
    Comparison {
        losses: series(&ours.losses, &theirs.losses),
        parameter: series(&ours.parameter, &theirs.parameter),
        gradient: series(&ours.gradient, &theirs.gradient),
        losses_sha256: [ours, theirs].map(|run| Digest::of(&run.losses)),
    }
}

/// Compares two series. A number that one side lacks counts as different.
pub fn series<T: Scalar>(ours: &[T], theirs: &[T]) -> Series {
    let count = ours.len().max(theirs.len());
    let mut distances: Vec<_> = ours.iter().zip(theirs).map(|(&ours, &theirs)| ulp_distance(ours, theirs)).collect();
    distances.resize(count, u64::MAX);
    let text = |series: &[T], at: usize| series.get(at).map_or("nothing".to_string(), |value| format!("{value:?}"));
    let difference = |at: usize| Difference { at, ours: text(ours, at), theirs: text(theirs, at), ulp: distances[at] };
    let different = || (0..count).filter(|&at| distances[at] > 0);
    Series {
        count,
        equal: count - different().count(),
        first: different().next().map(difference),
        largest: different().rev().max_by_key(|&at| distances[at]).map(difference),
        last: ours.last().zip(theirs.last()).map(|(ours, theirs)| [format!("{ours:?}"), format!("{theirs:?}")]),
        distances: if different().next().is_some() { distances.clone() } else { vec![] },
    }
}

/// The distance of two numbers in units in the last place: 0 for equal bits and for two NaN, 1 for −0 and 0, and
/// `u64::MAX` for NaN and any number.
///
/// ```
/// use inverse_by_descent::parity::compare::ulp_distance;
///
/// assert_eq!(ulp_distance(1.0_f32, 1.0_f32.next_up()), 1);
/// assert_eq!(ulp_distance(1.0_f32, 2.0), 1 << 23); // as many as an f32's significand has values
/// ```
pub fn ulp_distance<T: Scalar>(a: T, b: T) -> u64 {
    match (a.ordinal(), b.ordinal()) {
        (Some(a), Some(b)) => a.abs_diff(b),
        (None, None) => 0,
        _ => u64::MAX,
    }
}

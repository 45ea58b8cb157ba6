//! Two trajectories of the same experiment compared bit by bit.

use crate::by_hand::Real;
use crate::trajectory::Trajectory;
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
    /// The last number on each side, as written for a reader.
    pub last: Option<[String; 2]>,
}

/// One place where two series differ.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The place: a step, or an index into a matrix.
    pub at: usize,
    /// The number in ours and in theirs, each the shortest decimal that reads back to it.
    pub ours: String,
    /// See `ours`.
    pub theirs: String,
    /// The distance in units in the last place: how many steps from one representable number to the next lie between.
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
pub fn compare<T: Real>(ours: &Trajectory<T>, theirs: &Trajectory<T>) -> Comparison {
    Comparison {
        losses: series(&ours.losses, &theirs.losses),
        parameter: series(&ours.parameter, &theirs.parameter),
        gradient: series(&ours.gradient, &theirs.gradient),
    }
}

/// Compares two series. A number that one side lacks counts as different.
pub fn series<T: Real>(ours: &[T], theirs: &[T]) -> Series {
    let count = ours.len().max(theirs.len());
    let mut equal = 0;
    let mut first = None;
    let mut largest: Option<Difference> = None;
    for at in 0..count {
        let ulp = match (ours.get(at), theirs.get(at)) {
            (Some(&a), Some(&b)) if a.same(b) => {
                equal += 1;
                continue;
            }
            (Some(&a), Some(&b)) => ulp_distance(a, b),
            _ => u64::MAX,
        };
        let is_larger = largest.as_ref().is_none_or(|largest| ulp > largest.ulp);
        if first.is_none() || is_larger {
            let text = |series: &[T]| series.get(at).map_or("nothing".to_string(), T::to_string);
            let difference = Difference { at, ours: text(ours), theirs: text(theirs), ulp };
            first.get_or_insert_with(|| difference.clone());
            if is_larger {
                largest = Some(difference);
            }
        }
    }
    let last = ours.last().zip(theirs.last()).map(|(a, b)| [a.to_string(), b.to_string()]);
    Series { count, equal, first, largest, last }
}

/// The distance of two numbers in units in the last place; −0 and 0 are one apart, NaN is `u64::MAX` from any number.
pub fn ulp_distance<T: Real>(a: T, b: T) -> u64 {
    match (a.ordinal(), b.ordinal()) {
        (Some(a), Some(b)) => a.abs_diff(b),
        _ => u64::MAX,
    }
}

//! The order in which ATen's vectorised CPU kernel sums a tensor's elements, [`loops::reduce`], as a tree.

use super::trees::{Builder, Tree};
use loops::reduce::sum_of;

/// From so many values on several threads share a sum.
pub(super) const GRAIN: usize = 32768;

/// The same order as a tree. With several threads, from [`GRAIN`] values on, each sums a part of its own, and the parts are
/// summed again.
pub(super) fn tree(terms: usize, lanes: usize, threads: usize) -> Tree {
    let builder = std::cell::RefCell::new(Builder::default());
    // The sum of nothing stands for the zeros that the kernel starts with.
    let mut add = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => Some(builder.borrow_mut().add(a, b)),
        (a, b) => a.or(b),
    };
    let parts = if terms < GRAIN { 1 } else { threads.min(terms.div_ceil(GRAIN)) };
    let length = terms.div_ceil(parts);
    let mut sums = vec![];
    for start in (0..terms).step_by(length) {
        let term = |at: usize| Some(builder.borrow_mut().term(start + at));
        sums.push(sum_of(length.min(terms - start), lanes, None, term, &mut add));
    }
    if parts > 1 {
        sums.resize(threads, None);
    }
    let root = sum_of(sums.len(), lanes, None, |at| sums[at], &mut add);
    builder.into_inner().finish(root.unwrap_or_default())
}

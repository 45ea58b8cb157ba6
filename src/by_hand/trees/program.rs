//! A tree as a list of operations on a few rows of numbers, so that many entries of a product are summed at once.

use super::tree::{Node, Tree};
use crate::experiment::Scalar;

/// What is done with a row, all columns at once.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The row becomes the k-th products, added to 0: the library's sums start there, so none is −0.
    Start(usize),
    /// The k-th products, rounded, are added to the row.
    Plus(usize),
    /// The k-th products, unrounded, are added to the row.
    Fused(usize),
    /// The row after it is added to the row.
    Add,
}

/// A tree made ready to be computed with.
#[derive(Clone, Debug)]
pub struct Program {
    operations: Vec<(usize, Kind)>,
    /// How many rows of numbers it needs.
    pub rows: usize,
}

impl Program {
    /// Puts the operations of `tree` in an order that needs few rows.
    pub fn new(tree: &Tree) -> Program {
        let nodes = &tree.nodes;
        let is_term = |node: usize| matches!(nodes[node], Node::Term(_));
        // Of two sums the one that needs more rows is computed first: the other then finds one row taken.
        let mut needs: Vec<usize> = vec![];
        for node in nodes {
            needs.push(match *node {
                Node::Add(a, b) if needs[a] == needs[b] && !is_term(a) && !is_term(b) => needs[a] + 1,
                Node::Add(a, b) => needs[a].max(needs[b]),
                Node::Fused(sum, _) => needs[sum],
                Node::Term(_) => 1,
            });
        }
        // From the last operation to the first.
        let mut operations: Vec<(usize, Kind)> = vec![];
        let mut work = vec![(nodes.len() - 1, 0)];
        while let Some((node, row)) = work.pop() {
            match nodes[node] {
                Node::Term(k) => operations.push((row, Kind::Start(k))),
                Node::Fused(sum, k) => {
                    operations.push((row, Kind::Fused(k)));
                    work.push((sum, row));
                }
                Node::Add(a, b) => {
                    let (first, second) = if needs[a] >= needs[b] && !is_term(a) { (a, b) } else { (b, a) };
                    work.push((first, row));
                    if let Node::Term(k) = nodes[second] {
                        operations.push((row, Kind::Plus(k)));
                    } else {
                        operations.push((row, Kind::Add));
                        work.push((second, row + 1));
                    }
                }
            }
        }
        operations.reverse();
        Program { operations, rows: needs[nodes.len() - 1] }
    }

    /// Computes as many sums at once as `room` has columns, into the first of its rows: the k-th factors are `left(k)` for
    /// all of them, and `right(k)`, one for each.
    #[inline(always)]
    pub fn run<'a, T: Scalar + 'a>(
        &self,
        room: &mut [T],
        columns: usize,
        left: impl Fn(usize) -> T,
        right: impl Fn(usize) -> &'a [T],
    ) {
        match columns {
            // A number known to the compiler unrolls the notebook's case.
            4 => self.run_of(room, 4, left, right),
            _ => self.run_of(room, columns, left, right),
        }
    }

    #[inline(always)]
    fn run_of<'a, T: Scalar + 'a>(
        &self,
        room: &mut [T],
        columns: usize,
        left: impl Fn(usize) -> T,
        right: impl Fn(usize) -> &'a [T],
    ) {
        let right = |k| &right(k)[..columns];
        for &(row, kind) in &self.operations {
            let (sums, others) = room[row * columns..].split_at_mut(columns);
            match kind {
                Kind::Start(k) => {
                    let a = left(k);
                    for (sum, &b) in sums.iter_mut().zip(right(k)) {
                        *sum = a * b + T::from_f64(0.0);
                    }
                }
                Kind::Plus(k) => {
                    let a = left(k);
                    for (sum, &b) in sums.iter_mut().zip(right(k)) {
                        *sum = *sum + a * b;
                    }
                }
                Kind::Fused(k) => {
                    let a = left(k);
                    for (sum, &b) in sums.iter_mut().zip(right(k)) {
                        *sum = a.mul_add(b, *sum);
                    }
                }
                Kind::Add => {
                    for (sum, &other) in sums.iter_mut().zip(&*others) {
                        *sum = *sum + other;
                    }
                }
            }
        }
    }
}

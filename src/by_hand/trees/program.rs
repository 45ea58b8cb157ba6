//! A tree as a list of operations on a few rows of numbers, so that many entries of a product are summed at once.

use super::tree::{Node, Tree};
use crate::experiment::Scalar;

/// One operation on whole rows: `row` is the row that it changes.
#[derive(Clone, Copy, Debug)]
enum Operation {
    /// The row becomes the k-th products.
    Start { row: usize, k: usize },
    /// The k-th products, rounded, are added to the row.
    Plus { row: usize, k: usize },
    /// The k-th products, unrounded, are added to the row.
    Fused { row: usize, k: usize },
    /// The row after it is added to the row.
    Add { row: usize },
}

/// A tree made ready to be computed with.
#[derive(Clone, Debug)]
pub struct Program {
    operations: Vec<Operation>,
    /// How many rows of numbers it needs.
    pub rows: usize,
}

enum Work {
    Node(usize, usize),
    Done(Operation),
}

impl Program {
    /// Puts the operations of `tree` in an order that needs few rows.
    pub fn new(tree: &Tree) -> Program {
        let nodes = tree.nodes();
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
        let mut operations = vec![];
        let mut work = vec![Work::Node(nodes.len() - 1, 0)];
        while let Some(next) = work.pop() {
            let (node, row) = match next {
                Work::Node(node, row) => (nodes[node], row),
                Work::Done(operation) => {
                    operations.push(operation);
                    continue;
                }
            };
            match node {
                Node::Term(k) => operations.push(Operation::Start { row, k }),
                Node::Fused(sum, k) => {
                    work.extend([Work::Done(Operation::Fused { row, k }), Work::Node(sum, row)]);
                }
                Node::Add(a, b) => match (nodes[a], nodes[b]) {
                    (_, Node::Term(k)) => {
                        work.extend([Work::Done(Operation::Plus { row, k }), Work::Node(a, row)]);
                    }
                    (Node::Term(k), _) => {
                        work.extend([Work::Done(Operation::Plus { row, k }), Work::Node(b, row)]);
                    }
                    _ => {
                        let (first, second) = if needs[a] >= needs[b] { (a, b) } else { (b, a) };
                        work.extend([
                            Work::Done(Operation::Add { row }),
                            Work::Node(second, row + 1),
                            Work::Node(first, row),
                        ]);
                    }
                },
            }
        }
        Program { operations, rows: needs[nodes.len() - 1] }
    }

    /// Computes as many sums at once as `room` has columns, into the first of its rows: the k-th factors are `left(k)` for
    /// all of them, and `right(k)`, one for each.
    #[inline(always)]
    pub fn run<'a, T: Scalar>(
        &self,
        room: &mut [T],
        columns: usize,
        left: impl Fn(usize) -> T,
        right: impl Fn(usize) -> &'a [T],
    ) {
        for operation in &self.operations {
            match *operation {
                Operation::Start { row, k } => {
                    let a = left(k);
                    for (sum, &b) in room[row * columns..][..columns].iter_mut().zip(right(k)) {
                        *sum = a * b;
                    }
                }
                Operation::Plus { row, k } => {
                    let a = left(k);
                    for (sum, &b) in room[row * columns..][..columns].iter_mut().zip(right(k)) {
                        *sum = *sum + a * b;
                    }
                }
                Operation::Fused { row, k } => {
                    let a = left(k);
                    for (sum, &b) in room[row * columns..][..columns].iter_mut().zip(right(k)) {
                        *sum = a.mul_add(b, *sum);
                    }
                }
                Operation::Add { row } => {
                    let (sums, others) = room[row * columns..].split_at_mut(columns);
                    for (sum, &other) in sums.iter_mut().zip(&*others) {
                        *sum = *sum + other;
                    }
                }
            }
        }
    }
}

//! The names of trees: each is built from its name again, and given only where that is the tree.

use super::{Builder, Entries, Node, Tree};
use crate::by_hand::reduce;
use std::collections::BTreeMap;

impl Tree {
    /// The order in words.
    pub fn name(&self) -> String {
        let terms = self.terms();
        if terms == 1 {
            return "one term".to_owned();
        }
        // Products have few terms, and the sum of the loss, which may have many, is ATen's.
        let of_product = if terms <= 4096 { self.name_of_product() } else { None };
        of_product.or_else(|| self.name_in_aten()).unwrap_or_else(|| {
            let depth = self.depths().into_iter().max().unwrap_or_default();
            format!("an order without a name: {terms} terms, at most {depth} additions deep")
        })
    }

    fn name_of_product(&self) -> Option<String> {
        let terms = self.terms();
        for fused in [false, true] {
            let named = |name: String| Some(if fused { name + ", fused" } else { name });
            if *self == Tree::sequence(terms, fused) {
                return named("in sequence".to_string());
            }
            let block = self.first_run();
            if *self == blocks(terms, block, fused) {
                return named(format!("blocks of {block} in sequence"));
            }
            for lanes in [2, 4, 8, 16, 32] {
                for head in (0..lanes).filter(|head| head + lanes <= terms) {
                    for pairwise in [false, true] {
                        if *self == apart(terms, head, lanes, pairwise, fused) {
                            return named(name_of_lanes(terms, head, lanes, pairwise));
                        }
                    }
                }
            }
        }
        None
    }

    fn name_in_aten(&self) -> Option<String> {
        let terms = self.terms();
        let all_threads: &[usize] = if terms < reduce::GRAIN { &[1] } else { &[1, 2, 4, 8] };
        let schemes =
            [8, 16, 4, 2].into_iter().flat_map(|lanes| all_threads.iter().map(move |&threads| (lanes, threads)));
        let found = schemes.into_iter().find(|&(lanes, threads)| *self == reduce::tree(terms, lanes, threads));
        found.map(|(lanes, threads)| match threads {
            1 => format!("ATen's cascade in vectors of {lanes}"),
            _ => format!("ATen's cascade in vectors of {lanes}, on {threads} threads"),
        })
    }

    /// How many terms are in sequence at the start: p0, p1, p2 … as far as each is added to those before it.
    fn first_run(&self) -> usize {
        let (mut at, mut run) = (0, 1);
        loop {
            at += match self.nodes[at + 1..] {
                [Node::Fused(..), ..] => 1,
                [Node::Term(_), Node::Add(sum, _), ..] if sum == at => 2,
                _ => return run,
            };
            run += 1;
        }
    }

    /// How many additions each node goes through to the end.
    pub fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            match *node {
                Node::Term(_) => {}
                Node::Add(a, b) => (depths[a], depths[b]) = (depths[at] + 1, depths[at] + 1),
                Node::Fused(sum, _) => depths[sum] = depths[at] + 1,
            }
        }
        depths
    }
}

fn name_of_lanes(terms: usize, head: usize, lanes: usize, pairwise: bool) -> String {
    let mut name = match (lanes, head) {
        (2, 0) => "even and odd apart".to_string(),
        (_, 0) => format!("{lanes} lanes apart"),
        _ => format!("{lanes} lanes apart from term {head} on, those before it in the first"),
    };
    if lanes > 2 {
        name += if pairwise { ", added pairwise" } else { ", added in sequence" };
    }
    match (terms - head) % lanes {
        0 => name,
        rest => name + &format!(", the last {rest} at the end"),
    }
}

/// Blocks of so many terms, each in sequence; the blocks' sums in sequence.
fn blocks(terms: usize, block: usize, fused: bool) -> Tree {
    let mut builder = Builder::default();
    let mut root = None;
    for start in (0..terms).step_by(block) {
        let sum = builder.add_all(None, start..(start + block).min(terms), fused);
        root = root.zip(sum).map(|(a, b)| builder.add(a, b)).or(sum);
    }
    builder.finish(root.unwrap_or_default())
}

/// Every so many-th term apart, from the term `head` on. Those before it start the first lane; those that fill no row of
/// lanes are added at the end.
fn apart(terms: usize, head: usize, lanes: usize, pairwise: bool, fused: bool) -> Tree {
    let mut builder = Builder::default();
    let whole = terms - (terms - head) % lanes;
    let mut sums = vec![];
    for lane in 0..lanes {
        let start = if lane == 0 { builder.add_all(None, 0..head, fused) } else { None };
        sums.extend(builder.add_all(start, (head + lane..whole).step_by(lanes), fused));
    }
    while sums.len() > 1 {
        let others = if pairwise { sums.split_off(sums.len() / 2) } else { vec![sums.remove(1)] };
        for (sum, other) in sums.iter_mut().zip(others) {
            *sum = builder.add(*sum, other);
        }
    }
    let root = builder.add_all(sums.pop(), whole..terms, fused);
    builder.finish(root.unwrap_or_default())
}

impl Entries {
    /// Which entries are summed in the order of this tree, in words.
    pub fn place(&self, tree: usize) -> String {
        let n = self.size;
        if self.trees.len() == 1 {
            return "all entries".to_string();
        }
        // Rows in which it holds for the same columns stand together.
        let mut rows_of: BTreeMap<Vec<bool>, Vec<bool>> = BTreeMap::new();
        for (row, which) in self.which.chunks(n).enumerate() {
            let columns = which.iter().map(|&which| which == tree).collect();
            rows_of.entry(columns).or_insert_with(|| vec![false; n])[row] = true;
        }
        let parts = rows_of.iter().filter(|(columns, _)| columns.contains(&true));
        let parts = parts.map(|(columns, rows)| format!("rows {}, columns {}", ranges(rows), ranges(columns)));
        parts.collect::<Vec<_>>().join("; ")
    }
}

/// `0–3 5`.
fn ranges(of: &[bool]) -> String {
    let mut parts = vec![];
    let mut at = 0;
    for run in of.chunk_by(|a, b| a == b) {
        match (run[0], run.len()) {
            (true, 1) => parts.push(at.to_string()),
            (true, length) => parts.push(format!("{at}–{}", at + length - 1)),
            (false, _) => {}
        }
        at += run.len();
    }
    parts.join(" ")
}

//! The tree itself.

use crate::experiment::Scalar;
use std::fmt;

/// One addition, or one term. Nodes are named by their place in the tree, terms by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A term: of a dot product, the rounded product `a_k · b_k`.
    Term(usize),
    /// The rounded sum of two earlier nodes.
    Add(usize, usize),
    /// An earlier node plus the product of this index, unrounded: one fused multiply-add.
    Fused(usize, usize),
}

/// In which order the terms 0 … n−1 of one sum are added, and which products enter unrounded.
///
/// Equal orders are equal values: addition is commutative to the bit, so of two summands the one with the smallest term
/// stands first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tree {
    /// Each after its summands, the last addition at the end.
    pub(crate) nodes: Vec<Node>,
}

/// Puts a tree together from its terms up.
#[derive(Debug, Default)]
pub struct Builder {
    nodes: Vec<Node>,
    /// Each node's smallest term.
    first: Vec<usize>,
}

impl Builder {
    fn push(&mut self, node: Node, first: usize) -> usize {
        self.nodes.push(node);
        self.first.push(first);
        self.nodes.len() - 1
    }

    /// The term k.
    pub fn term(&mut self, k: usize) -> usize {
        self.push(Node::Term(k), k)
    }

    /// The sum of two nodes.
    pub fn add(&mut self, a: usize, b: usize) -> usize {
        let (a, b) = if self.first[a] <= self.first[b] { (a, b) } else { (b, a) };
        self.push(Node::Add(a, b), self.first[a])
    }

    /// A node plus the product k: unrounded if `fused`.
    pub fn add_product(&mut self, node: usize, k: usize, fused: bool) -> usize {
        if fused {
            return self.push(Node::Fused(node, k), self.first[node].min(k));
        }
        let term = self.term(k);
        self.add(node, term)
    }

    /// A node, if there is one, plus each of these products in turn.
    pub fn add_all(
        &mut self,
        mut sum: Option<usize>,
        products: impl Iterator<Item = usize>,
        fused: bool,
    ) -> Option<usize> {
        for k in products {
            sum = Some(match sum {
                Some(sum) => self.add_product(sum, k, fused),
                None => self.term(k),
            });
        }
        sum
    }

    /// The tree whose last addition is `root`. Its terms must be 0 … n−1, each once.
    pub fn finish(self, root: usize) -> Tree {
        let mut order = vec![];
        let mut work = vec![root];
        while let Some(node) = work.pop() {
            order.push(node);
            match self.nodes[node] {
                Node::Term(_) => {}
                Node::Add(a, b) => work.extend([a, b]),
                Node::Fused(sum, _) => work.push(sum),
            }
        }
        order.reverse();
        let mut place = vec![0; self.nodes.len()];
        order.iter().enumerate().for_each(|(at, &node)| place[node] = at);
        let nodes = order.into_iter().map(|node| match self.nodes[node] {
            Node::Term(k) => Node::Term(k),
            Node::Add(a, b) => Node::Add(place[a], place[b]),
            Node::Fused(sum, k) => Node::Fused(place[sum], k),
        });
        Tree { nodes: nodes.collect() }
    }
}

impl Tree {
    /// The terms 0 … n−1 one after the other, each but the first `fused` or not. n is at least 1.
    pub fn sequence(n: usize, fused: bool) -> Tree {
        let mut builder = Builder::default();
        let root = builder.add_all(None, 0..n, fused);
        builder.finish(root.unwrap_or_default())
    }

    /// The number of terms.
    pub fn terms(&self) -> usize {
        self.nodes.iter().filter(|node| !matches!(node, Node::Add(..))).count()
    }

    /// The sum of `factors(k) = (a_k, b_k)`'s products in this order. For a sum of numbers, `b_k` is 1.
    pub fn sum<T: Scalar>(&self, factors: impl Fn(usize) -> (T, T)) -> T {
        let mut values: Vec<T> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            values.push(match *node {
                Node::Term(k) => {
                    let (a, b) = factors(k);
                    a * b
                }
                Node::Add(a, b) => values[a] + values[b],
                Node::Fused(sum, k) => {
                    let (a, b) = factors(k);
                    a.mul_add(b, values[sum])
                }
            });
        }
        *values.last().expect("a tree has a term")
    }
}

/// The tree as a formula: `((p0 + p1) + p2) ⊕ p3`, where ⊕ adds a product unrounded.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut texts: Vec<String> = vec![];
        for node in &self.nodes {
            texts.push(match *node {
                Node::Term(k) => format!("p{k}"),
                Node::Add(a, b) => format!("({} + {})", texts[a], texts[b]),
                Node::Fused(sum, k) => format!("({} ⊕ p{k})", texts[sum]),
            });
        }
        let text = texts.last().map_or("", String::as_str);
        f.write_str(text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text))
    }
}

/// The trees of all entries of an n×n product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries {
    /// n.
    pub size: usize,
    /// The different trees, the most frequent first.
    pub trees: Vec<Tree>,
    /// For each entry, row by row, the place of its tree.
    pub which: Vec<usize>,
}

impl Entries {
    /// One tree for all entries.
    pub fn all(size: usize, tree: Tree) -> Entries {
        Entries { size, trees: vec![tree], which: vec![0; size * size] }
    }

    /// How many entries have each tree.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.trees.len()];
        self.which.iter().for_each(|&tree| counts[tree] += 1);
        counts
    }
}

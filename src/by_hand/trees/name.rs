//! The names of trees: a name is given only where the tree that it stands for is the tree.

use super::{Entries, Tree};

impl Tree {
    /// In words.
    pub fn name(&self) -> String {
        let terms = self.terms();
        for fused in [false, true] {
            if *self == Tree::sequence(terms, fused) {
                return ["in sequence", "in sequence, fused"][usize::from(fused)].to_string();
            }
        }
        format!("an order without a name: {terms} terms")
    }
}

impl Entries {
    /// Where a tree holds, in words.
    pub fn place(&self, tree: usize) -> String {
        String::new()
    }
}

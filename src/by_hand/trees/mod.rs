//! Orders of summation as binary trees over the terms: read off a library from outside, named, computed with.

mod name;
mod program;
mod read;
mod tree;

pub use program::Program;
#[cfg(not(miri))] // as who uses it
pub(super) use read::square_rounds;
pub use read::{read_product, read_sum, sums_as};
pub use tree::{Builder, Entries, Node, Tree};

//! The tests of what needs no libtorch, for Miri, and for more inputs than a plain `cargo test` takes (see CONTRIBUTING.md).

extern crate readers as inverse_by_descent;

#[path = "../fuzzed.rs"]
mod fuzzed;

#[cfg(miri)]
#[path = "../files/main.rs"]
mod files;

#[cfg(miri)]
#[path = "../by_hand.rs"]
mod by_hand;

#[cfg(miri)]
#[path = "../trees.rs"]
mod trees;

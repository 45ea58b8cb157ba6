//! Nothing: the exercises and the solutions are the examples of this package. `cargo xtask exercise` runs them.

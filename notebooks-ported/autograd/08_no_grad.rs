//! Title: Recording switched off
//! Idea: Under no_grad nothing is recorded: for updates and evaluations.
//! tch: `no_grad(|| …)`, `let _guard = no_grad_guard();`
//! Differs: a panic leaves the closure form without switching recording on again, for this thread;
//!   the guard's `Drop` runs and does. `let _ = no_grad_guard();` drops the guard at once.
use std::panic::catch_unwind;
use tch::{Tensor, kind::FLOAT_CPU, no_grad, no_grad_guard, with_grad};

fn tracked() -> bool {
    let x = Tensor::ones([4], FLOAT_CPU).set_requires_grad(true);
    (x * 2).requires_grad()
}

fn evaluate() -> bool {
    let _guard = no_grad_guard();
    tracked()
}

fn main() {
    println!("at first: {}", tracked());
    no_grad(|| println!("in a block: {}", tracked()));

    println!("in a guarded function: {}", evaluate());
    let _ = no_grad_guard();
    println!("a guard that isn't kept: {}", tracked());

    // a panic prints its message to stderr; `catch_unwind` stops it as `except` would
    let failed = catch_unwind(|| {
        let _guard = no_grad_guard();
        panic!("under the guard")
    });
    if failed.is_err() {
        println!("after it failed under a guard: {}", tracked());
    }
    if catch_unwind(|| no_grad(|| panic!("in the block"))).is_err() {
        println!("after it failed in a block: {}", tracked());
    }
    with_grad(|| println!("mended: {}", tracked()));
}

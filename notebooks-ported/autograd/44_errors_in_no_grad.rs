//! Title: `?` and panics inside no_grad
//! Idea: An error inside no_grad must leave the block without leaving recording switched off.
//! tch: `no_grad(|| { … ?; Ok(…) })`, `let _guard = no_grad_guard();`
//! Differs: `?` leaves only the closure, which then returns its `Err`: recording is on again. A
//!   panic skips the switching back: use `f_` calls with `?`, or the guard, which a panic drops.
use std::panic::catch_unwind;
use tch::{TchError, Tensor, kind::FLOAT_CPU, no_grad, with_grad};

fn shape_error() -> Result<f64, TchError> {
    no_grad(|| {
        let product = Tensor::eye(4, FLOAT_CPU).f_matmul(&Tensor::eye(3, FLOAT_CPU))?;
        f64::try_from(product.sum(None))
    })
}

fn recording() -> bool {
    (Tensor::ones([1], FLOAT_CPU).set_requires_grad(true) * 2).requires_grad()
}

fn main() {
    println!("at first: {}", recording());
    if let Err(error) = shape_error() {
        println!("error: {}", error.to_string().lines().next().unwrap_or(""));
    }
    println!("after an error: {}", recording());

    // a panic leaves recording off, as a switch by hand would; the message goes to stderr
    let panics = || no_grad(|| Tensor::eye(4, FLOAT_CPU).matmul(&Tensor::eye(3, FLOAT_CPU)));
    if catch_unwind(panics).is_err() {
        println!("switched by hand, after an error: {}", recording());
    }
    // `with_grad` switches on for its closure only
    println!("mended: {}", with_grad(recording));
}

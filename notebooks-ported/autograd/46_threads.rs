//! Title: Threads: `Send`, not `Sync`
//! Idea: Grad mode belongs to a thread, and a graph may be built in one thread and used in another.
//! tch: `thread::spawn(move || …)`, `x.shallow_clone()` for a handle of its own
//! Differs: a `Tensor` may be moved to another thread (`Send`), but `&Tensor` may not be lent to one
//!   (not `Sync`): the compiler refuses. Move a handle; libtorch's data is shared all the same.
use std::thread;
use tch::{Tensor, kind::FLOAT_CPU, no_grad};

fn recording() -> bool {
    (Tensor::ones([1], FLOAT_CPU).set_requires_grad(true) * 2).requires_grad()
}
fn descend(start: f64) -> Tensor {
    let mut x = Tensor::full([2], start, FLOAT_CPU).set_requires_grad(true);
    for _ in 0..20 {
        x.zero_grad();
        (&x * 3 - 1).square().sum(None).backward();
        no_grad(|| x -= 0.05 * x.grad());
    }
    x
}
fn main() -> anyhow::Result<()> {
    no_grad(|| {
        println!("here: {}", recording());
        println!("in a thread: {}", thread::spawn(recording).join().unwrap());
    });
    // each thread has its own leaf
    let threads = [0., 1., 2.].map(|start| thread::spawn(move || descend(start)));
    let results = threads.map(|thread| thread.join().unwrap().double_value(&[0]));
    println!("{:.4} {:.4} {:.4}", results[0], results[1], results[2]);

    // built in one thread, backward in another; `thread::spawn(|| x.grad())` would be
    // error[E0277]: `*mut C_tensor` cannot be shared between threads safely
    let x = Tensor::ones([2], FLOAT_CPU).set_requires_grad(true);
    let loss = (&x * 3).sum(None);
    thread::spawn(move || loss.backward()).join().unwrap();
    println!("gradient: {:?}", Vec::<f32>::try_from(x.grad())?);
    Ok(())
}

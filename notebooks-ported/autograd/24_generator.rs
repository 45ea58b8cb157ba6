//! Title: One random generator for all threads
//! Idea: One default generator, on the CPU, serves the whole process with all its threads.
//! tch: `manual_seed(314)`, `Tensor::rand([4, 4], FLOAT_CPU)`
//! Differs: `cargo test` runs a file's tests as threads of one process, so this matters at once. No
//!   call takes a generator of its own, as Python's `generator=` does.
#![allow(non_snake_case)] // the notebook's names
use std::{sync::Mutex, thread};
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

static GENERATOR: Mutex<()> = Mutex::new(());

fn rand() -> Tensor {
    Tensor::rand([4, 4], FLOAT_CPU)
}
fn draw(seed: i64) -> Tensor {
    let _lock = GENERATOR.lock();
    manual_seed(seed);
    rand()
}
fn main() {
    // the notebook's two matrices are two draws
    manual_seed(314);
    let random_inverse = rand();
    let M_random = rand();
    print!("{:.4} ", random_inverse.double_value(&[0, 0]));
    println!("{:.4}", M_random.double_value(&[0, 0]));

    // a thread takes the first draw, so the next one here is the second
    manual_seed(314);
    let first = thread::spawn(rand).join().unwrap();
    let second = rand();
    println!("in the thread the first: {}", first.equal(&random_inverse));
    println!("here the second: {}", second.equal(&M_random));

    // under the lock each thread gets what its seed says
    let threads: Vec<_> = (0..8).map(|_| thread::spawn(|| draw(314))).collect();
    let draws = threads.into_iter().flat_map(|thread| thread.join());
    let same = draws.filter(|x| x.equal(&random_inverse)).count();
    println!("threads with the first draw: {same}");
}

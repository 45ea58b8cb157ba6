//! Whether the trees explain every bit, for each of the kernels that libtorch can be made to take on this processor: ATen's,
//! each of MKL's branches with and without the claim that the processor is Intel's, one thread and two. Prints a table.
//!
//! `cargo bench --bench kernels` tries n = 1 … 64, 100, 128, 256, 512 and 1024; `cargo bench --bench kernels -- avx512 4 9`
//! only these sizes, and only ATen's kernels for AVX-512. Settings are read once in a process, so each has one of its own.

use anyhow::{Context, Result};
use inverse_by_descent::by_hand::witness::{trees_of_libtorch, with_problem};
use inverse_by_descent::by_hand::{self, Kernels};
use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::{Experiment, Gradient, Matrix, Scalar};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::parity::compare::compare;
use inverse_by_descent::parity::kernels::{self, Choice};
use std::ops::ControlFlow;
use std::process::Command;

/// Set in a process that tries one setting: the number of threads.
const CHILD: &str = "KERNELS_THREADS";

fn main() -> Result<()> {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let asked = |choice: &Choice| std::env::args().any(|argument| argument == choice.aten);
    let mut choices = kernels::choices();
    if choices.iter().any(asked) {
        choices.retain(asked);
    }
    let all = (1..=64).chain([100, 128, 256, 512, 1024]).collect();
    let sizes = if given.is_empty() { all } else { given };
    match std::env::var(CHILD) {
        Ok(threads) => child(threads.parse()?, &sizes),
        Err(_) => table(&sizes, &choices),
    }
}

fn table(sizes: &[usize], choices: &[Choice]) -> Result<()> {
    println!(
        "| ATen | MKL_CBWR | as Intel's | threads | explained | forward, backward and loss in f32 at the first size |"
    );
    println!("|---|---|---|---|---|---|");
    for choice in choices {
        for threads in ["1", "2"] {
            let mut command = Command::new(std::env::current_exe()?);
            // Threads that spin while they wait take the processor from each other.
            let environment = [(CHILD, threads), ("OMP_WAIT_POLICY", "passive")];
            command.args(sizes.iter().map(usize::to_string)).envs(environment);
            choice.set(&mut command)?;
            let output = command.output().context("this program can't start itself")?;
            let text = String::from_utf8_lossy(&output.stdout);
            let mut lines = text.lines();
            let [explained, names] = [(); 2].map(|()| lines.next().unwrap_or("nothing"));
            let (aten, branch) = (choice.aten, choice.branch.unwrap_or("none"));
            let intel = if choice.as_intel { "yes" } else { "no" };
            println!("| {aten} | {branch} | {intel} | {threads} | {explained} | {names} |");
            lines.for_each(|line| println!("| | | | | {line} | |"));
            if !output.status.success() {
                println!("| | | | | {} | |", String::from_utf8_lossy(&output.stderr).trim());
            }
        }
    }
    Ok(())
}

/// Tries every size; prints how many are explained, the names of the orders, and what isn't explained.
fn child(threads: u16, sizes: &[usize]) -> Result<()> {
    let libtorch = Libtorch::settle(Some(Arithmetic::Native))?;
    libtorch.set_threads(threads);
    let mut failures = vec![];
    for &size in sizes {
        for tried in [explained::<f32>(libtorch, size), explained::<f64>(libtorch, size)] {
            failures.extend(tried.err().map(|error| format!("n = {size}: {error:#}")));
        }
    }
    println!("{} of {}", 2 * sizes.len() - failures.len(), 2 * sizes.len());
    match trees_of_libtorch::<f32>(libtorch, sizes[0]) {
        Ok(trees) => {
            let [forward, backward] = [trees.forward, trees.backward]
                .map(|product| product.trees.iter().map(|tree| tree.name()).collect::<Vec<_>>().join(" / "));
            println!("{forward}; {backward}; {}", trees.loss.name());
        }
        Err(error) => println!("{error:#}"),
    }
    failures.iter().for_each(|failure| println!("{failure}"));
    Ok(())
}

fn explained<T: Scalar>(libtorch: Libtorch, size: usize) -> Result<()> {
    let steps = if size > 128 { 2 } else { 20 };
    let trees = trees_of_libtorch::<T>(libtorch, size).context(T::DTYPE.to_string())?;
    for gradient in [Gradient::Scaled, Gradient::Optimizer] {
        let (matrix, dtype) = (Matrix::Random, T::DTYPE);
        let experiment = Experiment { matrix, size, steps, dtype, gradient, ..Experiment::default() };
        let theirs = descend::<T>(libtorch, &experiment, |_, _| ControlFlow::Continue(()))?;
        let ours = with_problem(libtorch, &experiment, |problem| by_hand::run(problem, Kernels::Trees(&trees), steps))?;
        anyhow::ensure!(compare(&ours, &theirs).all_equal(), "{dtype}, {gradient:?}: not every bit is equal");
    }
    Ok(())
}

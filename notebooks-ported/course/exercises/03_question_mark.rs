//! Task: Reading a number out of a tensor can fail: the tensor may have several. `?` hands the error on to the
//!   caller, so the function must be able to return one. Give `number` a return type that can be an error.
//! Fails with: error[E0277]: the `?` operator can only be used in a function that returns `Result`
//! Hint 1: A function that may fail returns a `Result`. `main` shows one: `anyhow::Result<()>`, where `()` stands
//!   for nothing.
//! Hint 2: The type is `anyhow::Result<f64>`, and the last line of the function becomes `Ok(value)`.
use anyhow::ensure;
use tch::Tensor;

// YOUR TURN: the return type, and what the last line gives
fn number(x: &Tensor) -> f64 {
    let value = f64::try_from(x)?;
    value
}

fn main() -> anyhow::Result<()> {
    let loss = number(&Tensor::from_slice(&[3f32, 5.]).mean(None))?;
    ensure!(loss == 4., "the mean of 3 and 5 came out as {loss}");
    ensure!(number(&Tensor::from_slice(&[1f32, 2.])).is_err(), "two numbers were taken for one");
    println!("solved");
    Ok(())
}

//! Solution: The return type says that the call may fail, and `Ok` marks the value of a call that did not.
use anyhow::ensure;
use tch::Tensor;

// the return type, and what the last line gives
fn number(x: &Tensor) -> anyhow::Result<f64> {
    let value = f64::try_from(x)?;
    Ok(value)
}

fn main() -> anyhow::Result<()> {
    let loss = number(&Tensor::from_slice(&[3f32, 5.]).mean(None))?;
    ensure!(loss == 4., "the mean of 3 and 5 came out as {loss}");
    ensure!(number(&Tensor::from_slice(&[1f32, 2.])).is_err(), "two numbers were taken for one");
    println!("solved");
    Ok(())
}

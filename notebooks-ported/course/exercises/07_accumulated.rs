//! Task: Two losses, one after the other. The second gradient should be that of the second loss alone. One line is
//!   missing.
//! Fails with: the gradient is 7, but the derivative of 3x is 3
//! Hint 1: Backward adds to what is already in `grad`. See pair 05_accumulation.
//! Hint 2: `x.zero_grad();` between the two calls of backward.
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let x = Tensor::from(2f32).set_requires_grad(true);
    (&x * &x).backward();
    // YOUR TURN: a line is missing here, and perhaps a word above
    (&x * 3).backward();
    let gradient = x.grad().double_value(&[]);
    ensure!(gradient == 3., "the gradient is {gradient}, but the derivative of 3x is 3");
    println!("solved");
    Ok(())
}

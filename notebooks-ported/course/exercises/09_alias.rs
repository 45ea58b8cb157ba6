//! Task: The gradient of `x` should be halved. The program halves something else. Change one line.
//! Fails with: the gradient of x is still 4
//! Hint 1: Which tensor does `gradient` name after this line: the gradient itself, or another with the same
//!   numbers?
//! Hint 2: `x.grad()` shares the gradient's numbers. `.copy()` makes new ones, so leave it out. See pair
//!   07_aliasing.
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let x = Tensor::from(2f32).set_requires_grad(true);
    (&x * &x).backward();
    // YOUR TURN: this line
    let mut gradient = x.grad().copy();
    gradient *= 0.5;
    let halved = x.grad().double_value(&[]);
    ensure!(halved == 2., "the gradient of x is still {halved}; expected is 2");
    println!("solved");
    Ok(())
}

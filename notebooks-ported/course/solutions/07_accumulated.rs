//! Solution: Backward adds, so whoever wants one gradient alone clears the other first.
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let mut x = Tensor::from(2f32).set_requires_grad(true);
    (&x * &x).backward();
    // a line is missing here, and perhaps a word above
    x.zero_grad();
    (&x * 3).backward();
    let gradient = x.grad().double_value(&[]);
    ensure!(gradient == 3., "the gradient is {gradient}, but the derivative of 3x is 3");
    println!("solved");
    Ok(())
}

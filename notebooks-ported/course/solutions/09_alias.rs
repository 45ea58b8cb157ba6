//! Solution: `grad()` is a handle on the gradient itself; a copy is another tensor.
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let x = Tensor::from(2f32).set_requires_grad(true);
    (&x * &x).backward();
    // this line
    let mut gradient = x.grad();
    gradient *= 0.5;
    let halved = x.grad().double_value(&[]);
    ensure!(halved == 2., "the gradient of x is still {halved}; expected is 2");
    println!("solved");
    Ok(())
}

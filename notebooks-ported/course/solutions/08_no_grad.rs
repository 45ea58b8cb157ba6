//! Solution: Under no_grad the change in place isn't recorded, so a leaf may be changed.
use anyhow::ensure;
use tch::{Tensor, no_grad};

fn main() -> anyhow::Result<()> {
    let mut x = Tensor::from(2f32).set_requires_grad(true);
    (&x * &x).backward();
    // this line
    no_grad(|| {
        let _ = x.g_sub_(&(0.25 * x.grad()));
    });
    let (value, leaf) = (x.double_value(&[]), x.is_leaf());
    ensure!(value == 1. && leaf, "x is {value}, a leaf: {leaf}; expected are 1 and a leaf");
    println!("solved");
    Ok(())
}

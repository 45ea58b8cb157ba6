//! Task: A step of gradient descent that libtorch refuses. Read the first line of its message, then let the update
//!   happen without being recorded.
//! Fails with: a leaf Variable that requires grad is being used in an in-place operation
//! Hint 1: In Python the update stands in a block `with torch.no_grad():`. See pair 08_no_grad.
//! Hint 2: `no_grad(|| { let _ = x.g_sub_(…); });`, and `no_grad` has to be imported from tch.
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let mut x = Tensor::from(2f32).set_requires_grad(true);
    (&x * &x).backward();
    // YOUR TURN: this line
    let _ = x.g_sub_(&(0.25 * x.grad()));
    let (value, leaf) = (x.double_value(&[]), x.is_leaf());
    ensure!(value == 1. && leaf, "x is {value}, a leaf: {leaf}; expected are 1 and a leaf");
    println!("solved");
    Ok(())
}

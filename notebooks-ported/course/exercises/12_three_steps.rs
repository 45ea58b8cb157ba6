//! Task: Paper and pencil. A 1×1 matrix: the loss is (2r - 1)², r begins at 0, the learning rate is 0.1, the
//!   momentum 0.5. Write down r after each of three steps.
//! Fails with: step 1: 0 isn't r after this step
//! Hint 1: The slope is 2 · 2 · (2r - 1). The gradient that acts is the new slope plus 0.5 times the gradient that
//!   acted before.
//! Hint 2: The gradients that act are -4, then 0.5 · (-4) - 0.8 = -2.8, then 0.5 · (-2.8) + 1.44 = 0.04. Each is
//!   multiplied by 0.1 and subtracted.
use anyhow::ensure;
use tch::{Tensor, no_grad};

// YOUR TURN: r after the first, the second and the third step
const R: [f64; 3] = [0., 0., 0.];

fn main() -> anyhow::Result<()> {
    let mut r = Tensor::from(0f64).set_requires_grad(true);
    for (step, by_hand) in R.iter().enumerate() {
        (&r * 2 - 1).pow_tensor_scalar(2).backward();
        no_grad(|| {
            r -= 0.1 * r.grad();
            let mut gradient = r.grad();
            gradient *= 0.5;
        });
        let right = (r.double_value(&[]) - by_hand).abs() < 1e-9;
        ensure!(right, "step {}: {by_hand} isn't r after this step", step + 1);
    }
    println!("solved");
    Ok(())
}

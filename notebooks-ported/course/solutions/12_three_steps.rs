//! Solution: r = 0.4, 0.68, 0.676. At the third step the slope already pushes back, and momentum carries on all the
//!   same.
use anyhow::ensure;
use tch::{Tensor, no_grad};

// r after the first, the second and the third step
const R: [f64; 3] = [0.4, 0.68, 0.676];

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

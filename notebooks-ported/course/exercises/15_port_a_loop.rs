//! Task: Port the ten lines of PyTorch that stand in the comment. Return `w`.
//! Fails with: w[0] is 0.000000, and PyTorch's is 2.001132
//! Hint 1: `w[0]` is `w.i(0)`, with `use tch::IndexOp`. Clear the gradient inside the loop, after the update.
//! Hint 2: The loss is `(w.i(0) * &x + w.i(1) - &y).pow_tensor_scalar(2).mean(None)`; the update `no_grad(|| w -=
//!   0.1 * w.grad())`, and `w` has to be `let mut`.
use anyhow::ensure;
use tch::{Tensor, kind::FLOAT_CPU};

// x = torch.tensor([0., 1., 2., 3.])
// y = 2 * x + 1
// w = torch.zeros(2, requires_grad=True)
// for t in range(50):
//     loss = ((w[0] * x + w[1] - y) ** 2).mean()
//     loss.backward()
//     with torch.no_grad():
//         w -= 0.1 * w.grad
//     w.grad.zero_()
// print(w)
fn port() -> Tensor {
    // YOUR TURN: the lines above, in Rust
    Tensor::zeros([2], FLOAT_CPU)
}

fn main() -> anyhow::Result<()> {
    let w = port();
    for (at, python) in [2.001132, 0.997584].into_iter().enumerate() {
        let value = w.double_value(&[at as i64]);
        ensure!((value - python).abs() < 1e-5, "w[{at}] is {value:.6}, and PyTorch's is {python:.6}");
    }
    println!("solved");
    Ok(())
}

//! Solution: Line for line. What is used again is lent with `&`.
use anyhow::ensure;
use tch::{IndexOp, Tensor, kind::FLOAT_CPU, no_grad};

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
    // the lines above, in Rust
    let x = Tensor::from_slice(&[0f32, 1., 2., 3.]);
    let y = &x * 2 + 1;
    let mut w = Tensor::zeros([2], FLOAT_CPU).set_requires_grad(true);
    for _ in 0..50 {
        let loss = (w.i(0) * &x + w.i(1) - &y).pow_tensor_scalar(2).mean(None);
        loss.backward();
        no_grad(|| w -= 0.1 * w.grad());
        w.zero_grad();
    }
    w
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

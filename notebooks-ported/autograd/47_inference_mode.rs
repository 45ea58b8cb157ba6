//! Title: inference_mode, which tch lacks
//! Idea: inference_mode is a stricter no_grad, which tch lacks; no_grad is enough.
//! tch: `no_grad(|| …)`, `x.is_inference()`
//! Differs: no call of tch enters the mode. What no_grad made can always be used in a graph later, as
//!   data.
use tch::{Tensor, kind::FLOAT_CPU, no_grad};

fn show(name: &str, x: &Tensor) {
    println!("{name}: requires grad {}, inference {}", x.requires_grad(), x.is_inference());
}

fn main() -> anyhow::Result<()> {
    let mut x = Tensor::ones([2], FLOAT_CPU).set_requires_grad(true);
    let evaluated = no_grad(|| &x * 2);
    show("no_grad", &evaluated);

    // usable in training afterwards, as data
    (&x * &evaluated).sum(None).backward();
    println!("gradient: {:?}", Vec::<f32>::try_from(x.grad())?);

    // the nearest to inference_mode
    x.zero_grad();
    let evaluated = no_grad(|| &x * 2);
    println!("inference: {}", evaluated.is_inference());
    match (&x * &evaluated).sum(None).f_backward() {
        Ok(()) => println!("no error"),
        Err(error) => println!("error: {error}"),
    }
    Ok(())
}

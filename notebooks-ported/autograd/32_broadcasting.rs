//! Title: Broadcasting adds the gradients up
//! Idea: Where forward stretches a tensor, backward adds up: the gradient has the leaf's own shape.
//! tch: `&x + &bias` with shapes [4, 4] and [4]
//! Differs: the shapes aren't part of the type: the compiler finds none of this. `+` panics where
//!   Python raises; `f_add` returns the error.
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

fn show(name: &str, x: &Tensor) -> anyhow::Result<()> {
    let numbers = Vec::<f64>::try_from(x.flatten(0, -1))?;
    let rounded: Vec<_> = numbers.iter().map(|v| (v * 1e4).round() / 1e4).collect();
    println!("{name} {:?} {rounded:?}", x.size());
    Ok(())
}
fn main() -> anyhow::Result<()> {
    manual_seed(314);
    let x = Tensor::rand([3, 2], FLOAT_CPU).set_requires_grad(true);
    let bias = Tensor::zeros([2], FLOAT_CPU).set_requires_grad(true);
    let factor = Tensor::from(2f32).set_requires_grad(true);
    let column = Tensor::zeros([3, 1], FLOAT_CPU).set_requires_grad(true);
    (&factor * &x + &bias + &column).sum(None).backward();
    show("x", &x.grad())?;
    show("bias", &bias.grad())?;
    show("column", &column.grad())?;
    let [gradient, sum] = [factor.grad(), x.sum(None)].map(|x| x.double_value(&[]));
    println!("factor {:?} {gradient:.4} {sum:.4}", factor.grad().size());
    // the trap
    let (target, prediction) = (Tensor::ones([4], FLOAT_CPU), Tensor::ones([4, 1], FLOAT_CPU));
    println!("difference {:?}", (target - prediction).size());
    // two wrong programs: shapes that can't be stretched, and a left tensor that would grow
    let wrong = x.f_add(&Tensor::zeros([3], FLOAT_CPU));
    let grown = Tensor::zeros([2], FLOAT_CPU).f_add_(&Tensor::zeros([3, 2], FLOAT_CPU));
    for result in [wrong, grown] {
        let error = result.expect_err("an error").to_string();
        println!("error: {}", error.lines().next().unwrap_or(""));
    }
    Ok(())
}

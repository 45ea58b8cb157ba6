//! Title: Views, changed in place
//! Idea: A view shares its tensor's storage: an in-place change through it changes the tensor.
//! tch: `x.get(0)`, `x.tr()`, `x.view([6])`, `x.get(0).fill_(1)`
//! Differs: a view is a `Tensor` of its own, and `x` needn't be `mut` for a change through it: the
//!   borrow checker doesn't see that they share storage. There is no `x[0] = …`. For a
//!   mask with two dimensions `i` panics; `masked_select` is the call.
use tch::{IndexOp, Tensor, kind::FLOAT_CPU, no_grad};

fn show(name: &str, x: &Tensor) -> anyhow::Result<()> {
    println!("{name}: {:?}", Vec::<f32>::try_from(x)?);
    Ok(())
}
fn main() -> anyhow::Result<()> {
    let x = Tensor::zeros([2, 3], FLOAT_CPU);
    let _ = x.get(0).fill_(1.);
    let _ = x.tr().get(2).g_add_scalar_(5.);
    let _ = x.view([6]).get(3).fill_(7.);
    println!("{:?}", Vec::<Vec<f32>>::try_from(&x)?);

    // a copy: indices in a tensor, or a mask
    let _ = x.i(&Tensor::from_slice(&[0i64])).fill_(9.);
    let _ = x.masked_select(&x.gt(6.)).fill_(9.);
    println!("{:?}", Vec::<Vec<f32>>::try_from(&x)?);

    // a computed tensor, changed through a view: backward knows
    let leaf = Tensor::ones([3], FLOAT_CPU).set_requires_grad(true);
    let y = &leaf * 2;
    let _ = y.get(0).g_mul_scalar_(10.);
    y.sum(None).backward();
    show("gradient", &leaf.grad())?;
    // the wrong program: a view of a leaf
    match leaf.get(0).f_fill_tensor_(&Tensor::from(0f32)) {
        Ok(_) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }
    // under no_grad, as any update of a leaf
    let _ = no_grad(|| leaf.get(0).fill_(0.));
    show("leaf", &leaf)
}

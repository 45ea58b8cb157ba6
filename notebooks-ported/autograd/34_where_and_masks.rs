//! Title: Indices, masks, and the NaN that comes through `where`
//! Idea: `where` chooses entry by entry; backward still goes through both of its branches.
//! tch: `x.sqrt().where_self(&x.gt(0), &zeros)`, `x.masked_select(&mask)`, `x.masked_fill(&mask, 0)`
//! Differs: `where` is Rust's own word. In `x.where_self(&condition, &other)` the value stands
//!   first and the condition second. `x > 0` is `x.gt(0)`.
use tch::{Tensor, kind::FLOAT_CPU};

fn gradient_of(function: impl Fn(&Tensor) -> Tensor) -> anyhow::Result<()> {
    let x = Tensor::from_slice(&[0f32, 1., 4.]).set_requires_grad(true);
    let y = function(&x);
    y.sum(None).backward();
    println!("value: {:?}", Vec::<f32>::try_from(&y)?);
    let gradient = Vec::<f32>::try_from(x.grad())?;
    let shown: Vec<_> = gradient.iter().map(|v| format!("{v:.2}").to_lowercase()).collect();
    println!("gradient: {}", shown.join(" "));
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let (zeros, ones) = (Tensor::zeros([3], FLOAT_CPU), Tensor::ones([3], FLOAT_CPU));
    // the trap: forward is right, the gradient has a NaN
    gradient_of(|x| x.sqrt().where_self(&x.gt(0), &zeros))?;

    // the way out: no root of 0 is ever taken
    gradient_of(|x| x.where_self(&x.gt(0), &ones).sqrt().where_self(&x.gt(0), &zeros))?;

    // a mask: only the chosen entries get a gradient
    gradient_of(|x| x.masked_select(&x.gt(0)) * 3)?;
    gradient_of(|x| (x * 3).masked_fill(&x.gt(2), 0.))?;

    // indices: an entry that is taken twice gets its gradient twice
    gradient_of(|x| x.index_select(0, &Tensor::from_slice(&[0i64, 2, 2])))
}

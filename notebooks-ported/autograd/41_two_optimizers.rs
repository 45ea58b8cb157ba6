//! Title: Two optimizers, and a detach between them
//! Idea: Two players with opposite aims need two optimizers, and a detach between them.
//! tch: a `VarStore` for each player, `made.detach()`
//! Differs: an optimizer takes all trainable tensors of one `VarStore`, so two optimizers need two
//!   stores. C++'s optimizers change `x.data()`, which the version counter doesn't see: the wrong
//!   program, an error in Python, runs here and its gradient is wrong.
use tch::{Device, Tensor, nn, nn::Optimizer, nn::OptimizerConfig};

fn player(value: f32) -> anyhow::Result<(Tensor, Optimizer)> {
    let vs = nn::VarStore::new(Device::Cpu);
    let x = vs.root().add("x", Tensor::from_slice(&[value]), true);
    Ok((x, nn::Sgd::default().build(&vs, 0.5)?))
}

fn main() -> anyhow::Result<()> {
    let (made_by, mut maker) = player(1.)?;
    let (judged_by, mut judge) = player(2.)?;
    for t in 0..3 {
        let made = &made_by * 3;
        // the judge's step: what was made is only data
        judge.backward_step(&((&judged_by * made.detach() - 1).square().sum(None) / 20));
        println!("{t} the maker has a gradient: {}", made_by.grad().defined());
        // the maker's step goes through the judge, whose gradient is cleared before its next step
        maker.backward_step(&((&judged_by * made - 2).square().sum(None) / 20));
        maker.zero_grad();
        println!("{t} {:.4} {:.4}", f64::try_from(&made_by)?, f64::try_from(&judged_by)?);
    }
    // the wrong program: the judge changed in place, and the graph from before its step is used
    let loss = (&judged_by * &made_by).square().sum(None);
    judge.step();
    match loss.f_backward() {
        Ok(()) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().split('[').next().unwrap_or("")),
    }
    Ok(())
}

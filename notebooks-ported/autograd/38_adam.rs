//! Title: Adam, AdamW, weight decay, parameter groups
//! Idea: Adam divides by the gradient's recent size; AdamW decays the weights beside it.
//! tch: `nn::adam(0.9, 0.999, 0.)`, `nn::adamw(0.9, 0.999, 0.01)`, `vs.root().set_group(1)`
//! Differs: C++ computes Adam's averages in other steps than Python. On this problem the bits part at
//!   the second step, by less than 2e-7 in 200 steps; SGD's and RMSprop's were the same. A group
//!   belongs to the store's path; `set_lr_group` gives it its learning rate.
#![allow(non_snake_case)] // the notebook's names
use tch::{Device, Tensor, kind::FLOAT_CPU, manual_seed, nn, nn::OptimizerConfig};

fn descend(name: &str, config: impl OptimizerConfig) -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    manual_seed(314);
    let vs = nn::VarStore::new(Device::Cpu);
    let x = vs.root().add("x", Tensor::rand([4, 4], FLOAT_CPU), true);
    let mut optimizer = config.build(&vs, 0.1)?;
    for t in 0..20 {
        let loss = (Tensor::eye(4, FLOAT_CPU) - x.matmul(&M1234)).pow_tensor_scalar(2).mean(None);
        optimizer.backward_step(&loss);
        if [0, 1, 19].contains(&t) {
            println!("{name} {t}: {:.5} {:.5}", x.double_value(&[0, 1]), x.double_value(&[3, 3]));
        }
    }
    Ok(())
}
fn main() -> anyhow::Result<()> {
    descend("Adam", nn::adam(0.9, 0.999, 0.))?;
    descend("Adam, decay", nn::adam(0.9, 0.999, 0.1))?;
    descend("AdamW, decay", nn::adamw(0.9, 0.999, 0.1))?;
    // two groups: the second has a learning rate of its own
    let vs = nn::VarStore::new(Device::Cpu);
    let a = vs.root().add("a", Tensor::ones([1], FLOAT_CPU), true);
    let b = vs.root().set_group(1).add("b", Tensor::ones([1], FLOAT_CPU), true);
    let mut optimizer = nn::adam(0.9, 0.999, 0.).build(&vs, 0.1)?;
    optimizer.set_lr_group(1, 0.01);
    (&a + &b).sum(None).backward();
    optimizer.step();
    println!("groups: {:.4} {:.4}", a.double_value(&[0]), b.double_value(&[0]));
    Ok(())
}

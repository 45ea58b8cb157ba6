//! Title: Cast or move before asking for gradients
//! Idea: Cast or move a tensor first, and ask for gradients afterwards.
//! tch: `x.to_kind(Kind::Double).set_requires_grad(true)`, `x.to_device(device)…`
//! Differs: a `VarStore` takes a computed tensor without a word, and so does the optimizer. It finds
//!   no gradient there and leaves the tensor as it is: the descent stands still.
use tch::{Device, Kind, Tensor, kind::FLOAT_CPU, manual_seed, nn, nn::OptimizerConfig};

fn show(name: &str, x: &Tensor) {
    let dtype = if x.kind() == Kind::Double { "float64" } else { "float32" };
    println!("{name}: leaf {}, dtype {dtype}", x.is_leaf());
}

fn main() {
    let rand = || Tensor::rand([4], FLOAT_CPU);
    manual_seed(314);
    let wrong = rand().set_requires_grad(true).to_kind(Kind::Double);
    show("asked, then cast", &wrong);
    let right = rand().to_kind(Kind::Double).set_requires_grad(true);
    show("cast, then asked", &right);
    let same = rand().set_requires_grad(true).to_kind(Kind::Float);
    show("asked, then cast to its own dtype", &same);

    right.pow_tensor_scalar(2).sum(None).backward();
    println!("right has a gradient: {}", right.grad().defined());
    wrong.detach().set_requires_grad(true).pow_tensor_scalar(2).sum(None).backward();
    println!("wrong has a gradient: {}", wrong.is_leaf() && wrong.grad().defined());

    // the store and the optimizer
    let vs = nn::VarStore::new(Device::Cpu);
    let stored = vs.root().add("wrong", wrong, true);
    match nn::Sgd::default().build(&vs, 0.5) {
        Ok(mut optimizer) => {
            let loss = || stored.pow_tensor_scalar(2).sum(None);
            let before = f64::try_from(loss());
            optimizer.backward_step(&loss());
            println!("no error, and it moves: {}", before.ok() != f64::try_from(loss()).ok());
        }
        Err(error) => println!("error: {error}"),
    }
}

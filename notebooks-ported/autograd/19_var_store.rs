//! Title: Parameters in a store
//! Idea: Parameters live under names in a store: what is trained, and what is only kept.
//! tch: `nn::VarStore`, `vs.root().add(name, x, true)`, `add(name, x, false)`, `vs.freeze()`
//! Differs: `variables()` is a `HashMap`: sort it. A name used twice is no error: the second tensor
//!   is kept as `name__1` or the like. `add` takes a tensor; `root().var(..)` makes one.
#![allow(non_snake_case)] // the notebook's names
use std::collections::BTreeMap;
use tch::{Device, Tensor, kind::FLOAT_CPU, manual_seed, nn, no_grad};

fn show(vs: &nn::VarStore) {
    for (name, x) in BTreeMap::from_iter(vs.variables()) {
        let value = x.double_value(&[0, 0]);
        println!("{name} {:?} {} {value:.4}", x.size(), x.requires_grad());
    }
    let parameters = vs.trainable_variables();
    let trained = parameters.iter().filter(|x| x.requires_grad()).count();
    println!("trained: {trained}");
}
fn main() {
    let mut vs = nn::VarStore::new(Device::Cpu);
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let _ = vs.root().add("M1234", M1234, false);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU);
    let mut random_inverse = vs.root().add("random_inverse", random_inverse, true);
    show(&vs);

    // in place: the store's tensor is the same one
    no_grad(|| random_inverse += 1);
    show(&vs);

    // frozen
    vs.freeze();
    show(&vs);
}

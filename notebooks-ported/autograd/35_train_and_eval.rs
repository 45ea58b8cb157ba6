//! Title: Modules, training and evaluation
//! Idea: A module with dropout behaves otherwise in training than afterwards, and must be told which.
//! tch: `impl nn::ModuleT for Model`, `model.forward_t(&x, train)`, `x.dropout(0.5, train)`
//! Differs: there is no mode to forget: each call of `forward_t` says `true` or `false`. A module
//!   that doesn't care implements `Module`, whose `forward` takes only `x`.
use tch::{Device, Tensor, kind::FLOAT_CPU, manual_seed, nn, nn::ModuleT, no_grad};

#[derive(Debug)]
struct Model {
    linear: nn::Linear,
}
impl Model {
    fn new(vs: &nn::Path) -> Model {
        let ones = nn::Init::Const(1.);
        let config = nn::LinearConfig { ws_init: ones, bs_init: None, bias: false };
        Model { linear: nn::linear(vs / "linear", 4, 2, config) }
    }
}
impl nn::ModuleT for Model {
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        x.apply(&self.linear).dropout(0.5, train)
    }
}
fn show(name: &str, y: &Tensor) {
    let mut numbers = Vec::<f32>::try_from(y.flatten(0, -1)).unwrap_or_default();
    numbers.sort_by(f32::total_cmp);
    numbers.dedup();
    println!("{name}: kinds of numbers {numbers:?} {}", y.requires_grad());
}
fn main() {
    let vs = nn::VarStore::new(Device::Cpu);
    let model = Model::new(&vs.root());
    let x = Tensor::ones([50, 4], FLOAT_CPU);
    manual_seed(314);
    show("training", &model.forward_t(&x, true));
    show("evaluation", &model.forward_t(&x, false));
    no_grad(|| show("evaluation, not recorded", &model.forward_t(&x, false)));
    no_grad(|| show("not recorded, but still training", &model.forward_t(&x, true)));
}

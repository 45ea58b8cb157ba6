//! What no pair shows of `notebooks-ported/autograd/table.csv`: one test for each call of tch, or way by hand.

use tch::nn::{self, ModuleT, OptimizerConfig, VarStore};
use tch::{Device::Cpu, Kind, Tensor, autocast, kind::DOUBLE_CPU, no_grad};

fn leaf(values: &[f64]) -> Tensor {
    Tensor::from_slice(values).set_requires_grad(true)
}

#[track_caller]
fn assert_values(tensor: &Tensor, expected: &[f64]) {
    let values = Vec::<f64>::try_from(tensor.flatten(0, -1)).expect("f64");
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() < 1e-7, "{values:?}, expected {expected}");
    }
}

/// x₀³ + x₀²·x₁, whose gradient is (3x₀² + 2x₀x₁, x₀²) and whose Hessian is ((6x₀ + 2x₁, 2x₀), (2x₀, 0)).
fn cubic(x: &Tensor) -> Tensor {
    let (a, b) = (x.get(0), x.get(1));
    &a * &a * &a + &a * &a * b
}

fn gradient(output: &Tensor, input: &Tensor) -> Tensor {
    Tensor::run_backward(&[output], &[input], true, true).remove(0)
}

#[test]
fn requires_grad_in_place() {
    let mut x = Tensor::from_slice(&[1.]);
    assert!(x.requires_grad_(true).requires_grad());
    assert!(!x.set_requires_grad(false).requires_grad());
}

#[test]
fn data_is_detached_with_a_counter_of_its_own() {
    let x = leaf(&[1.]);
    let mut data = x.data();
    assert!(!data.requires_grad());
    let _ = data.fill_(5.);
    assert_values(&x, &[5.]);
    assert_eq!(x.internal_version(), 0);
    let _ = x.detach().fill_(6.);
    assert_eq!(x.internal_version(), 1);
}

#[test]
fn other_data_in_the_same_tensor() {
    let mut x = leaf(&[1.]);
    x.set_data(&Tensor::from_slice(&[2., 3.]));
    assert_values(&x, &[2., 3.]);
    assert!(x.is_leaf() && x.requires_grad());
}

#[test]
fn detached_in_place() {
    let mut y = leaf(&[1.]) * 2.;
    let _ = y.detach_();
    assert!(y.is_leaf() && !y.requires_grad());
}

#[test]
fn what_a_tensor_says_of_itself() {
    let x = leaf(&[1., 2.]);
    assert!(!x.is_inference() && !x.retains_grad());
    assert_eq!(x.unbind(0)[1].output_nr(), 1);
}

#[test]
fn a_result_keeps_no_gradient() {
    let x = leaf(&[1., 2.]);
    let y = &x * 3.;
    let loss = (&y * &y).sum(None);
    let of_y = Tensor::run_backward(&[&loss], &[&y], true, false).remove(0);
    assert_values(&of_y, &[6., 12.]);
    loss.backward();
    assert!(!y.grad().defined());
}

#[test]
fn another_gradient_in_its_place() {
    let x = leaf(&[1., 2.]);
    x.sum(None).backward();
    x.grad().copy_(&Tensor::from_slice(&[7., 8.]));
    assert_values(&x.grad(), &[7., 8.]);
}

#[test]
fn new_tensors_like_another() {
    let x = leaf(&[1., 2.]);
    assert_values(&x.new_zeros([2], DOUBLE_CPU), &[0., 0.]);
    assert_values(&x.new_full([1], 4., DOUBLE_CPU), &[4.]);
    assert_eq!(x.new_empty([3], DOUBLE_CPU).size(), [3]);
    assert!(!x.zeros_like().requires_grad());
}

#[test]
fn a_copy_is_recorded() {
    let x = leaf(&[1.]);
    x.copy().sum(None).backward();
    assert_values(&x.grad(), &[1.]);
}

#[test]
fn backward_with_a_vector() {
    let x = leaf(&[1., 2.]);
    let (y, v) = (&x * &x, Tensor::from_slice(&[1., 10.]));
    (y * v).sum(None).backward();
    assert_values(&x.grad(), &[2., 40.]);
}

#[test]
fn backward_of_a_loss_without_grad() {
    let error = Tensor::from_slice(&[1.]).sum(None).f_backward().unwrap_err().to_string();
    assert!(error.contains("element 0 of tensors does not require grad"), "{error}");
}

/// PyTorch refuses an output of several entries and an input that wasn't used; tch sums the one, and leaves the other undefined.
#[test]
fn what_pytorch_would_refuse() {
    let (x, unused) = (leaf(&[1., 2.]), leaf(&[1.]));
    let gradients = Tensor::run_backward(&[&x * 3.], &[&x, &unused], false, false);
    assert_values(&gradients[0], &[3., 3.]);
    assert!(!gradients[1].defined());
}

#[test]
fn jacobian_row_by_row() {
    let x = leaf(&[2., 3.]);
    let y = Tensor::stack(&[cubic(&x), x.prod(None)], 0);
    let rows: Vec<_> = (0..2).map(|i| gradient(&y.get(i), &x)).collect();
    assert_values(&Tensor::stack(&rows, 0), &[24., 4., 3., 2.]);
}

#[test]
fn hessian_row_by_row() {
    let x = leaf(&[2., 3.]);
    let first = gradient(&cubic(&x), &x);
    let rows: Vec<_> = (0..2).map(|i| gradient(&first.get(i), &x)).collect();
    assert_values(&Tensor::stack(&rows, 0), &[18., 4., 4., 0.]);
}

#[test]
fn hessian_times_vector() {
    let (x, v) = (leaf(&[2., 3.]), Tensor::from_slice(&[1., 10.]));
    let product = gradient(&gradient(&cubic(&x), &x).dot(&v), &x);
    assert_values(&product, &[58., 4.]);
}

/// The Jacobian times a vector by two backwards: the vector-Jacobian product is linear in `u`, whose value doesn't count.
#[test]
fn jacobian_times_vector() {
    let (x, v) = (leaf(&[2., 3.]), Tensor::from_slice(&[1., 10.]));
    let (y, u) = (&x * &x, leaf(&[0., 0.]));
    let through = gradient(&y.dot(&u), &x);
    assert_values(&gradient(&through.dot(&v), &u), &[4., 60.]);
}

#[test]
fn second_derivatives_by_differences() {
    let first = |a: f64| {
        let x = leaf(&[a, 3.]);
        gradient(&cubic(&x), &x)
    };
    let row = (first(2. + 1e-4) - first(2. - 1e-4)) / 2e-4;
    assert!((row - Tensor::from_slice(&[18., 4.])).abs().max().double_value(&[]) < 1e-6);
}

#[test]
fn an_index_out_of_range_as_an_error() {
    let x = leaf(&[1., 2.]);
    let errors = [x.f_select(0, 5), x.f_narrow(0, 5, 1)].map(|result| result.unwrap_err().to_string());
    assert!(errors[0].contains("index 5 out of range"), "{errors:?}");
    assert!(errors[1].contains("exceeds dimension size") || errors[1].contains("out of range"), "{errors:?}");
}

#[test]
fn a_dual_number_has_no_level() {
    let x = leaf(&[1.]);
    let error = Tensor::f_internal_make_dual(&x, &x, 0).unwrap_err().to_string();
    assert!(error.contains("forward AD level"), "{error}");
}

#[test]
fn the_mode_is_asked_by_a_trial() {
    let tracked = || (leaf(&[1.]) * 2.).requires_grad();
    assert!(tracked());
    assert!(!no_grad(tracked));
}

#[test]
fn autocast_without_cuda_only_calls() {
    assert_eq!(autocast(true, || Tensor::ones([1], DOUBLE_CPU).kind()), Kind::Double);
}

/// The first part is computed again when its gradient is wanted; between, only its result is kept.
#[test]
fn a_checkpoint() {
    let x = leaf(&[0.5, 1.]);
    let part = |x: &Tensor| x.sin().exp();
    let kept = no_grad(|| part(&x)).set_requires_grad(true);
    (&kept * &kept).sum(None).backward();
    (part(&x) * kept.grad()).sum(None).backward();
    let plain = leaf(&[0.5, 1.]);
    let y = part(&plain);
    (&y * &y).sum(None).backward();
    assert_eq!(x.grad(), plain.grad());
}

#[test]
fn one_gradient_for_each_sample() {
    let (w, samples) = (leaf(&[2.]), Tensor::from_slice(&[1., 3.]));
    let each: Vec<_> = (0..2).map(|i| gradient(&(&w * samples.get(i)).square().sum(None), &w)).collect();
    assert_values(&Tensor::stack(&each, 0), &[4., 36.]);
}

/// A store with x = 1, whose gradient is 2.
fn trained(build: impl Fn(&VarStore) -> nn::Optimizer) -> (Tensor, nn::Optimizer) {
    let mut store = VarStore::new(Cpu);
    let x = store.root().ones("x", &[1]);
    store.double();
    let optimizer = build(&store);
    (&x * 2.).sum(None).backward();
    (x, optimizer)
}

#[test]
fn the_first_step_of_each_optimizer() {
    let (x, mut sgd) = trained(|store| nn::sgd(0.9, 0., 0., false).build(store, 0.1).unwrap());
    sgd.step();
    assert_values(&x, &[0.8]);
    let (x, mut adam) = trained(|store| nn::adam(0.9, 0.999, 0.).build(store, 0.1).unwrap());
    adam.step();
    assert_values(&x, &[0.9]);
    let (x, mut adamw) = trained(|store| nn::adamw(0.9, 0.999, 0.01).build(store, 0.1).unwrap());
    adamw.step();
    assert_values(&x, &[0.899]);
    let (x, mut rms_prop) = trained(|store| nn::rms_prop(0.75, 1e-8, 0., 0., false).build(store, 0.1).unwrap());
    rms_prop.step();
    assert_values(&x, &[0.8]);
}

#[test]
fn adagrad() {
    let mut x = leaf(&[1.]);
    let mut sum = x.zeros_like();
    for _ in 0..2 {
        x.zero_grad();
        (&x * 2.).sum(None).backward();
        no_grad(|| {
            sum += x.grad().square();
            x -= 0.1 * x.grad() / (sum.sqrt() + 1e-10);
        });
    }
    assert_values(&x, &[1. - 0.1 - 0.1 / 2f64.sqrt()]);
}

#[test]
fn a_group_has_its_own_settings() {
    let store = VarStore::new(Cpu);
    let (a, b) = (store.root().ones("a", &[1]), store.root().set_group(1).ones("b", &[1]));
    let mut sgd = nn::Sgd::default().build(&store, 0.5).unwrap();
    sgd.set_lr_group(1, 0.25);
    sgd.set_weight_decay_group(1, 1.);
    sgd.set_momentum_group(1, 0.);
    (&a + &b).sum(None).backward();
    sgd.step();
    assert_eq!([a.double_value(&[0]), b.double_value(&[0])], [0.5, 0.5]);
}

#[test]
fn clipping() {
    let (x, sgd) = trained(|store| nn::Sgd::default().build(store, 0.1).unwrap());
    sgd.clip_grad_value(1.5);
    assert_values(&x.grad(), &[1.5]);
    sgd.clip_grad_norm(0.5);
    assert!((x.grad().double_value(&[0]) - 0.5).abs() < 1e-6);
}

/// A store with `names`, each 1.
fn ones(names: &[&str]) -> VarStore {
    let store = VarStore::new(Cpu);
    for name in names {
        let _ = store.root().ones(name, &[1]);
    }
    store
}

#[test]
fn a_store_is_saved_and_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.safetensors");
    let saved = ones(&["a"]);
    saved.save(&file).unwrap();
    let mut more = ones(&["a", "b"]);
    let _ = no_grad(|| more.root().get("a").unwrap().fill_(5.));
    assert_eq!(more.load_partial(&file).unwrap(), ["b"]);
    assert_eq!(more.variables()["a"].double_value(&[0]), 1.);
    assert!(more.load(&file).unwrap_err().to_string().contains('b'));
    // what the store doesn't have is passed over, so that an empty store takes every file
    ones(&[]).load(&file).unwrap();
}

#[test]
fn a_store_is_copied_cast_and_moved() {
    let mut store = ones(&["a"]);
    let a = store.root().get("a").unwrap();
    store.set_device(Cpu);
    store.double();
    assert_eq!(a.kind(), Kind::Double);
    let mut other = ones(&["a"]);
    let _ = no_grad(|| store.root().get("a").unwrap().fill_(5.));
    other.copy(&store).unwrap();
    assert_eq!(other.variables()["a"].double_value(&[0]), 5.);
}

#[test]
fn a_store_is_frozen_and_thawed() {
    let mut store = ones(&["a"]);
    let a = store.root().get("a").unwrap();
    store.freeze();
    assert!(!a.requires_grad());
    store.unfreeze();
    assert!(a.requires_grad());
    let kept = store.root().zeros_no_train("kept", &[1]);
    assert!(!kept.requires_grad());
    assert_eq!((store.trainable_variables().len(), store.len()), (1, 2));
}

#[test]
fn training_is_an_argument() {
    let dropout = nn::func_t(|x, train| x.dropout(1., train));
    let x = Tensor::ones([1], DOUBLE_CPU);
    assert_values(&dropout.forward_t(&x, true), &[0.]);
    assert_values(&dropout.forward_t(&x, false), &[1.]);
}

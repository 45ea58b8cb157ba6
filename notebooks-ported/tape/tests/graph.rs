//! The graph and the generator by themselves.

use tch::kind::{DOUBLE_CPU, FLOAT_CPU};
use tch::{Tensor, manual_seed, no_grad};

#[test]
fn a_long_chain_is_dropped_without_recursion() {
    let steps = if cfg!(miri) { 300 } else { 200_000 };
    let x = Tensor::ones([1], FLOAT_CPU).set_requires_grad(true);
    let mut y = x.shallow_clone();
    for _ in 0..steps {
        y = &y * &x;
    }
    y.sum(None).backward();
    assert_eq!(x.grad().double_value(&[0]), f64::from(steps + 1));
}

#[test]
fn each_derivative_is_the_slope() {
    let at = [0.3, -1.7, 2.1, 0.9];
    let other = Tensor::from_slice(&[1.1, -0.4, 0.7, 2.3]).reshape([2, 2]);
    let functions: [fn(&Tensor, &Tensor) -> Tensor; 22] = [
        |x, b| x + b,
        |x, b| b - x,
        |x, b| x * b,
        |x, b| x / b,
        |x, b| b / x,
        |x, _| x * x / (x + 3.5),
        |x, _| (3 - x) * 2 + 1.5,
        |x, _| -x - 1,
        |x, _| x / 7,
        |x, _| x.pow_tensor_scalar(3),
        |x, _| x.pow_tensor_scalar(2),
        |x, _| x.pow_tensor_scalar(1),
        |x, b| x.pow_tensor_scalar(0) * b,
        |x, b| x.matmul(b),
        |x, b| b.matmul(x),
        |x, b| x.matmul(&x.tr()).matmul(b),
        |x, b| x.get(1).matmul(b),
        |x, b| b.get(1).matmul(x),
        |x, b| x.get(0).tr() * b.get(1),
        |x, _| x.reshape([4]).get(2) + x.get(0).mean(None),
        |x, b| x.diag(0).diag(0) * b,
        |x, b| x.copy().to_kind(tch::Kind::Double) * b,
    ];
    for (number, function) in functions.into_iter().enumerate() {
        // A sum of squares, so that each entry of the result has another weight.
        let loss =
            |at: &[f64]| function(&Tensor::from_slice(at).reshape([2, 2]), &other).pow_tensor_scalar(2).sum(None);
        let x = Tensor::from_slice(&at).reshape([2, 2]).detach().copy().set_requires_grad(true);
        function(&x, &other).pow_tensor_scalar(2).sum(None).backward();
        for entry in 0..4 {
            let moved = |by: f64| {
                let mut at = at;
                at[entry] += by;
                f64::try_from(loss(&at)).unwrap()
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let gradient = x.grad().double_value(&[entry as i64 / 2, entry as i64 % 2]);
            assert!((gradient - slope).abs() < 1e-6 * (1.0 + slope.abs()), "function {number}, entry {entry}");
        }
    }
}

#[test]
fn a_tensor_used_twice_gets_both_gradients() {
    let x = Tensor::from_slice(&[3_f64]).set_requires_grad(true);
    let square = &x * &x;
    (&square * &square + &square + &x).sum(None).backward();
    assert_eq!(x.grad().double_value(&[0]), 4.0 * 27.0 + 6.0 + 1.0);
}

#[test]
fn only_what_leads_to_the_inputs_is_walked_and_freed() {
    let [x, y] = [2.0, 5.0].map(|at| Tensor::from_slice(&[at]).set_requires_grad(true));
    let (of_x, of_y) = (&x * &x, &y * &y);
    let loss = (&of_x + &of_y).sum(None);
    let gradients = Tensor::run_backward(&[&loss], &[&of_x], false, false);
    assert_eq!(gradients[0].double_value(&[0]), 1.0);
    loss.backward(); // neither product was walked, so both are still there
    assert_eq!([x, y].map(|leaf| leaf.grad().double_value(&[0])), [4.0, 10.0]);
}

#[test]
fn the_update_keeps_the_leaf_and_every_handle_on_the_gradient() {
    let mut x = Tensor::from_slice(&[1_f32, 2.]).set_requires_grad(true);
    (&x * &x).sum(None).backward();
    let kept = x.grad();
    no_grad(|| x -= 0.25 * x.grad());
    assert!(x.is_leaf() && x.requires_grad());
    (&x * &x).sum(None).backward();
    assert_eq!([0, 1].map(|at| kept.double_value(&[at])), [3.0, 6.0]);
    assert!(kept.data_ptr() == x.grad().data_ptr());
    x.zero_grad();
    assert_eq!(kept.double_value(&[1]), 0.0);
}

#[test]
fn two_leaves_never_share_a_gradient() {
    let [mut x, y] = [1.0, 2.0].map(|at| Tensor::from_slice(&[at]).set_requires_grad(true));
    (&x + &y).sum(None).backward();
    x.zero_grad();
    assert_eq!([x, y].map(|leaf| leaf.grad().double_value(&[0])), [0.0, 1.0]);
}

/// As pair 23 prints: the sign of the zero is part of it.
#[test]
fn a_number_on_the_left_takes_tchs_route() {
    let t = Tensor::from_slice(&[3_f32, 7.]);
    let difference: Tensor = 3 - &t;
    assert_eq!([0, 1].map(|at| difference.double_value(&[at]).to_bits()), [-0.0_f64, -4.0].map(f64::to_bits));
    let doubled: Tensor = 2.0 * &t + (1 + t);
    assert_eq!(doubled.double_value(&[1]), 22.0);
}

/// libtorch's sums begin with 0: minus one times zero is 0, not −0.
#[test]
fn a_product_begins_with_zero() {
    let minus_one = Tensor::from_slice(&[-1_f32]).reshape([1, 1]);
    let zero = Tensor::zeros([1, 1], FLOAT_CPU);
    assert_eq!(minus_one.matmul(&zero).double_value(&[0, 0]).to_bits(), 0);
    assert_eq!((minus_one * zero).double_value(&[0, 0]).to_bits(), (-0.0_f64).to_bits());
}

/// The reference implementation's 10,000th draw after the seed 5489 is 4123659995 (the C++ standard, [rand.predef]).
#[test]
fn the_generator_is_mt19937() {
    manual_seed(5489);
    let floats = Tensor::rand([10_000], FLOAT_CPU);
    assert_eq!(floats.double_value(&[9_999]), f64::from(4_123_659_995_u32 % (1 << 24)) / f64::from(1 << 24));
    manual_seed(5489);
    let doubles = Tensor::rand([5_000], DOUBLE_CPU);
    let low = doubles.double_value(&[4_999]) * (1_u64 << 53) as f64 % (1_u64 << 32) as f64;
    assert_eq!(low, 4_123_659_995.0);
}

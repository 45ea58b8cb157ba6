//! What is refused: an error from the call with `f_`, and a panic with the same sentence from the plain one. The sentences are
//! libtorch's (tests/tape.rs of the main package compares them live), or say what the tape leaves out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use tch::kind::{DOUBLE_CPU, FLOAT_CPU};
use tch::{Kind, TchError, Tensor, no_grad};

/// Asserts that `fallible` gives an error with this sentence, and that `plain` panics with the same text.
#[track_caller]
fn refused<T, U>(sentence: &str, fallible: impl FnOnce() -> Result<T, TchError>, plain: impl FnOnce() -> U) {
    let error = fallible().err().expect("an error").to_string();
    assert!(error.contains(sentence), "{error}");
    let panic = catch_unwind(AssertUnwindSafe(|| drop(plain()))).expect_err("a panic");
    assert_eq!(panic.downcast_ref::<String>(), Some(&error));
}

fn leaf() -> Tensor {
    Tensor::ones([4, 4], FLOAT_CPU).set_requires_grad(true)
}

/// A loss that saved `x`.
fn squares(x: &Tensor) -> Tensor {
    x.pow_tensor_scalar(2).sum(None)
}

#[test]
fn shapes_that_dont_fit() {
    let (four, three) = (Tensor::ones([4, 4], FLOAT_CPU), Tensor::ones([3, 3], FLOAT_CPU));
    let product = "Internal torch error: mat1 and mat2 shapes cannot be multiplied (4x4 and 3x3)";
    refused(product, || four.f_matmul(&three), || four.matmul(&three));
    let size = "Internal torch error: The size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 1";
    refused(size, || four.f_sub(&three), || &four - &three);
    refused(size, || four.shallow_clone().f_sub_(&three), || four.shallow_clone().g_sub_(&three));
    let shape = "shape '[3, 5]' is invalid for input of size 16";
    refused(shape, || four.f_reshape([3, 5]), || four.reshape([3, 5]));
    refused("index [4, 0] is out of bounds", || four.f_double_value(&[4, 0]), || four.double_value(&[4, 0]));
    refused("negative dimension -1", || Tensor::f_zeros([-1], FLOAT_CPU), || Tensor::zeros([-1], FLOAT_CPU));
    let dtypes = "expected m1 and m2 to have the same dtype, but got: float != double";
    let double = Tensor::ones([4, 4], DOUBLE_CPU);
    refused(dtypes, || four.f_matmul(&double), || four.matmul(&double));
}

#[test]
fn backward_on_other_than_one_number_that_has_a_graph() {
    let scalar = "Internal torch error: grad can be implicitly created only for scalar outputs";
    let doubled = leaf() * 2;
    refused(scalar, || doubled.f_backward(), || doubled.backward());
    let no_graph = "element 0 of tensors does not require grad and does not have a grad_fn";
    let number = Tensor::from(1_f32);
    refused(no_graph, || number.f_backward(), || number.backward());
    let undefined = "Expected a proper Tensor but got None (or an undefined Tensor in C++) for argument #0 'self'";
    refused(undefined, || leaf().grad().f_add(&leaf()), || leaf().grad() + leaf());
}

#[test]
fn a_second_backward_after_freeing() {
    let twice = "Internal torch error: Trying to backward through the graph a second time";
    let loss = squares(&leaf());
    loss.backward();
    refused(twice, || loss.f_backward(), || loss.backward());
    let (x, loss) = (leaf(), (leaf() + 1).sum(None));
    loss.backward();
    loss.backward(); // nothing was saved, so nothing is gone
    let loss = squares(&x);
    let kept = Tensor::run_backward(&[&loss], &[&x], true, false);
    assert_eq!(kept[0].double_value(&[3, 3]), 2.0);
    loss.backward();
    refused(
        twice,
        || Tensor::f_run_backward(&[&loss], &[&x], true, false),
        || Tensor::run_backward(&[&loss], &[&x], true, false),
    );
}

#[test]
fn an_in_place_change_of_a_leaf() {
    let in_place = "Internal torch error: a leaf Variable that requires grad is being used in an in-place operation.";
    let (x, one) = (leaf(), Tensor::ones([4, 4], FLOAT_CPU));
    refused(in_place, || x.shallow_clone().f_sub_(&one), || x.shallow_clone().g_sub_(&one));
    refused(in_place, || x.shallow_clone().f_mul_scalar_(2.0), || x.shallow_clone().g_mul_scalar_(2.0));
    assert_eq!(x.double_value(&[0, 0]), 1.0);
    let _ = no_grad(|| x.shallow_clone().g_sub_(&one));
    assert_eq!((x.double_value(&[0, 0]), x.internal_version()), (0.0, 1));
}

#[test]
fn a_saved_tensor_that_was_changed() {
    let changed =
        "modified by an inplace operation: [CPUFloatType [4, 4]] is at version 1; expected version 0 instead. Hint";
    let mut matrix = Tensor::ones([4, 4], FLOAT_CPU);
    let loss = || leaf().matmul(&matrix).mean(None);
    let (first, second) = (loss(), loss());
    matrix *= 2;
    refused(changed, || first.f_backward(), || second.backward());
    let mut middle = leaf() * 3.0;
    let (first, second) = (squares(&middle), squares(&middle));
    middle += 1;
    let changed = "[CPUFloatType [4, 4]], which is output 0 of Add1, is at version 1; expected version 0 instead.";
    refused(changed, || first.f_backward(), || second.backward());
    // What isn't needed may change: the derivative by the parameter needs the matrix alone.
    let x = leaf();
    let loss = x.matmul(&matrix).mean(None);
    let _ = no_grad(|| x.shallow_clone().g_mul_scalar_(2.0));
    loss.backward();
    assert_eq!(x.grad().double_value(&[0, 0]), 0.5);
}

#[test]
fn what_the_tape_leaves_out() {
    let left_out = |what: &str| format!("the tape leaves this out: {what}");
    let (four, row) = (Tensor::ones([4, 4], FLOAT_CPU), Tensor::ones([4], FLOAT_CPU));
    refused(&left_out("broadcasting of [4, 4] and [4]"), || four.f_add(&row), || &four + &row);
    let double = four.to_kind(Kind::Double);
    refused(&left_out("promotion of Float and Double"), || four.f_add(&double), || &four + &double);
    refused(&left_out("tensors of Half"), || four.f_to_kind(Kind::Half), || four.to_kind(Kind::Half));
    refused(&left_out("the power 0.5"), || four.f_pow_tensor_scalar(0.5), || four.pow_tensor_scalar(0.5));
    refused(
        &left_out("more than two dimensions"),
        || Tensor::f_rand([2, 2, 2], FLOAT_CPU),
        || Tensor::rand([2, 2, 2], FLOAT_CPU),
    );
    let whole = Tensor::from_slice(&[1_i64, 2]);
    refused(&left_out("computing with Int64"), || whole.f_mul_scalar(2), || &whole * 2);
    let (x, by) = (leaf(), leaf());
    let loss = squares(&x);
    refused(
        &left_out("second derivatives"),
        || Tensor::f_run_backward(&[&loss], &[&by], true, true),
        || Tensor::run_backward(&[&loss], &[&by], true, true),
    );
    refused(&left_out("the derivative of inverse"), || x.f_inverse(), || x.inverse());
    // A view would see the change, and pass a change on.
    let mut base = Tensor::ones([4, 4], FLOAT_CPU);
    let view = base.tr();
    refused(&left_out("views"), || view.shallow_clone().f_fill_(2.0), || view.shallow_clone().fill_(2.0));
    refused(&left_out("views"), || view.data().f_fill_(2.0), || view.data().fill_(2.0));
    base *= 2;
    refused(&left_out("views"), || view.f_add(&four), || &view + &four);
    let large = Tensor::zeros([1001], FLOAT_CPU);
    let printed = tch::notebook::printing::torch::tensor(&large).unwrap_err();
    assert!(format!("{printed:#}").contains(&left_out("parts of tensors")), "{printed:#}");
}

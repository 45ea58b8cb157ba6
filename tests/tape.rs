//! The tape beside libtorch, live: the port's `update` on both gives the same bits, and what libtorch refuses the tape
//! refuses in the same words.

use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::trajectory::Trajectory;
use inverse_by_descent::experiment::{Dtype, Experiment, Matrix, Scalar};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch, notebook_arithmetic_lacks};
use inverse_by_descent::parity::compare::compare;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use tape::notebook::matrix_inverse::Globals;

/// Each library has one generator for the whole process, and tests are its threads.
static GENERATORS: Mutex<()> = Mutex::new(());

/// The run on the tape.
fn on_the_tape<T: Scalar>(experiment: &Experiment) -> Trajectory<T> {
    use tape::{Device, Kind, Tensor, manual_seed};
    let n = experiment.size as i64;
    let kind = if T::DTYPE == Dtype::F32 { Kind::Float } else { Kind::Double };
    let _drawing = GENERATORS.lock().unwrap_or_else(PoisonError::into_inner);
    manual_seed(experiment.seed);
    let random_inverse = Tensor::rand([n, n], (kind, Device::Cpu)).set_requires_grad(true);
    let matrix = match &experiment.matrix {
        Matrix::Diagonal(entries) => Tensor::from_slice(entries).to_kind(kind).diag(0),
        Matrix::Random => Tensor::rand([n, n], (kind, Device::Cpu)),
        Matrix::Given(entries) => Tensor::from_slice(entries).to_kind(kind).reshape([n, n]),
    };
    let mut globals = Globals { Y_true: Tensor::eye(n, (kind, Device::Cpu)), random_inverse, t: 0 };
    let mut losses = vec![];
    for _ in 0..experiment.steps {
        globals.update(&matrix.copy(), experiment.learning_rate, &mut losses, experiment.momentum, None).unwrap();
    }
    let of = |numbers: Vec<f64>| numbers.into_iter().map(T::from_f64).collect();
    let flat = |tensor: Tensor| of(Vec::try_from(tensor.reshape([-1])).unwrap());
    let gradient = flat(globals.random_inverse.grad());
    Trajectory { losses: of(losses), parameter: flat(globals.random_inverse), gradient }
}

#[track_caller]
fn assert_same<T: Scalar>(experiment: &Experiment) {
    let libtorch = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap();
    let libtorch = descend::<T>(libtorch, experiment, |_, _| ControlFlow::Continue(())).unwrap();
    let comparison = compare(&on_the_tape(experiment), &libtorch);
    assert!(comparison.all_equal(), "{experiment:?}: {comparison:#?}");
}

#[test]
fn the_port_gives_libtorchs_bits() {
    if let Some(lack) = notebook_arithmetic_lacks() {
        return eprintln!("the tape isn't compared with libtorch: {lack}");
    }
    for (_, experiment) in Experiment::of_the_notebook() {
        assert_same::<f32>(&experiment);
    }
    for size in (1..=17).chain([33, 64]) {
        let counting = Matrix::counting(size);
        let given = Matrix::Given((0..size * size).map(|k| 1.0 / (k + 3) as f64 - 0.2).collect());
        for (matrix, learning_rate, momentum) in [
            (Matrix::Random, 0.3, 0.9),
            (counting, 0.1 * size as f64, 0.0),
            (given, 1.7, 0.35),
            (Matrix::Random, 1e4, 0.5),
        ] {
            let seed = (size * 7919) as i64;
            let experiment =
                Experiment { matrix, size, seed, learning_rate, momentum, steps: 20, ..Experiment::default() };
            assert_same::<f32>(&experiment);
            assert_same::<f64>(&Experiment { dtype: Dtype::F64, ..experiment });
        }
    }
}

/// Does the same with tch and with the tape: what each step says, one line a step.
macro_rules! said {
    ($library:ident) => {{
        use $library::{Kind, Tensor, kind::DOUBLE_CPU, kind::FLOAT_CPU, no_grad};

        let mut said: Vec<String> = vec![];
        let mut error = |what: &str, result: Result<Tensor, $library::TchError>| {
            let number = |x: Tensor| format!("no error: {:?} {:?}", x.size(), f64::try_from(&x).ok());
            let text = result.map_or_else(|error| error.to_string(), number);
            said.push(format!("{what}: {}", text.lines().next().unwrap_or_default()));
        };
        let leaf = || Tensor::ones([4, 4], FLOAT_CPU).set_requires_grad(true);
        let through = |x: &Tensor| x.pow_tensor_scalar(2).sum(None);
        let passed = |loss: &Tensor| loss.f_backward().map(|()| Tensor::from(0f32));

        // shapes and dtypes
        let (four, three) = (Tensor::ones([4, 4], FLOAT_CPU), Tensor::ones([3, 3], FLOAT_CPU));
        error("product", four.f_matmul(&three));
        error("product of a row", four.get(0).f_matmul(&three));
        error("product of dtypes", four.f_matmul(&Tensor::ones([4, 4], DOUBLE_CPU)));
        error("sum", four.f_add(&three));
        error("difference", four.f_sub(&Tensor::ones([4, 3], FLOAT_CPU)));
        error("difference with a row", four.f_sub(&Tensor::ones([3], FLOAT_CPU)));
        error("in place", four.shallow_clone().f_mul_(&three));
        error("reshape", four.f_reshape([3, 5]));
        error("get", four.f_get(4));
        error("get of a number", Tensor::from(1f32).f_get(0));
        error("inverse", Tensor::zeros([2, 2], FLOAT_CPU).f_inverse());
        error("inverse of a rectangle", Tensor::zeros([2, 3], FLOAT_CPU).f_inverse());
        error("16 numbers for one", f64::try_from(&four).map(Tensor::from));
        error("16 numbers for a bool", four.f_is_nonzero().map(|_| Tensor::from(0f32)));
        error("undefined", leaf().grad().f_add(&four));
        error("undefined, the other", four.f_add(&leaf().grad()));
        error("undefined, the number", f64::try_from(&leaf().grad()).map(Tensor::from));
        error("undefined, its mean", leaf().grad().f_mean(None));
        error("undefined, its copy", leaf().grad().f_detach());
        error("undefined, in place", leaf().grad().f_mul_(&four));
        error("integers", Tensor::from_slice(&[1_i64, 2]).f_set_requires_grad(true));

        let mut product = four.get(0).matmul(&four);
        let other = product.copy();
        error("product of a row, in place", product.f_add_(&other).map(|x| x.get(3)));
        let minus_one = Tensor::from_slice(&[-1f32]).reshape([1, 1]);
        let zero = minus_one.matmul(&Tensor::zeros([1, 1], FLOAT_CPU));
        error("sign of a product's zero", Ok(zero));
        error("transposed row", product.f_tr().map(|x| x.get(3)));

        // backward
        error("16 numbers", passed(&(leaf() * 2)));
        error("no graph", passed(&through(&four)));
        error("no graph, 16 numbers", passed(&four));
        let loss = through(&leaf());
        error("once", passed(&loss));
        error("twice", passed(&loss));
        let loss = (leaf() * 2.0).sum(None);
        error("once, nothing saved", passed(&loss));
        error("twice, nothing saved", passed(&loss));
        let [x, y] = [leaf(), leaf()];
        let loss = (&x * &y).sum(None);
        let unused = leaf();
        let of_unused = Tensor::f_run_backward(&[&loss], &[&unused, &y], true, false);
        error("unused", of_unused.map(|gradients| Tensor::from(gradients[0].defined())));
        error("no leaf", Tensor::f_run_backward(&[&loss], &[&four], true, false).map(|_| Tensor::from(0f32)));

        // in place
        error("leaf", x.shallow_clone().f_sub_(&four));
        error("leaf, with a tensor", x.shallow_clone().f_mul_(&four));
        no_grad(|| error("leaf, no_grad", x.shallow_clone().f_sub_(&four)));
        error("changed", passed(&loss));
        error("changed, once more", passed(&loss));
        let x = leaf();
        let mut middle = &x * 3.0;
        let loss = through(&middle);
        error("middle", middle.f_add_scalar_(1.0));
        error("middle changed", passed(&loss));
        let mut middle = &x * &four;
        let loss = middle.sum(None) + (&x * &x).sum(None);
        error("middle, not needed", middle.f_add_(&x));
        error("middle, not needed", passed(&loss));
        let mut total = Tensor::zeros([4, 4], FLOAT_CPU);
        error("becomes a part", total.f_add_(&x));
        error("becomes a part", Ok(Tensor::from(total.is_leaf())));
        error("its loss", passed(&through(&total)));
        error("its loss", passed(&total.mean(None)));
        let mut matrix = Tensor::ones([4, 4], FLOAT_CPU);
        let loss = x.matmul(&matrix).mean(None);
        no_grad(|| error("the parameter isn't needed", x.shallow_clone().f_mul_scalar_(2.0)));
        error("the parameter isn't needed", passed(&loss));
        let loss = x.matmul(&matrix.tr()).mean(None);
        matrix *= 2;
        error("needed through a view", passed(&loss));
        let loss = x.matmul(&matrix).mean(None);
        let _ = matrix.detach().f_fill_(1.0);
        error("needed, changed when detached", passed(&loss));
        let loss = x.matmul(&matrix).mean(None);
        let _ = matrix.data().f_fill_(2.0);
        error("needed, changed as data", passed(&loss));

        // the name of what made the tensor that was changed
        let x = leaf();
        for middle in [
            &x + &four,
            &x + 1.0,
            &x - &four,
            &x - 1.0,
            &x * &four,
            &x * 2.0,
            &x / &four,
            &x / 2.0,
            -&x,
            x.pow_tensor_scalar(2),
            x.round(),
            x.fill(1.0),
            x.copy(),
            x.to_kind(Kind::Double),
            x.matmul(&four),
            x.sum(None),
            x.mean(None),
            x.diag(0),
            x.shallow_clone(),
        ] {
            let loss = through(&middle);
            let _ = middle.detach().f_add_(&middle.detach());
            error("its name", passed(&loss));
        }

        // gradients that share numbers, and those that don't
        let [x, y] = [leaf(), leaf()];
        (&x + &y).sum(None).backward();
        let _ = x.grad().f_mul_scalar_(3.0);
        error("of two, scaled", Ok(x.grad().get(0).get(0)));
        error("of two", Ok(y.grad().get(0).get(0)));
        let kept = x.grad();
        through(&x).backward();
        error("kept", Ok(kept.get(0).get(0)));
        let x = leaf();
        x.matmul(&four).mean(None).backward();
        let mut kept = x.grad();
        error("kept, version", Ok(Tensor::from(kept.internal_version())));
        kept *= 0.5;
        x.matmul(&four).mean(None).backward();
        error("kept, version", Ok(Tensor::from(kept.internal_version())));
        let _ = x.set_requires_grad(false);
        error("flag off", Ok(Tensor::from(x.requires_grad())));
        error("flag off, gradient", Ok(Tensor::from(x.grad().defined())));
        error("flag off, kind", x.f_to_kind(Kind::Double));
        said
    }};
}

#[test]
fn what_libtorch_refuses_the_tape_refuses_in_the_same_words() {
    Libtorch::settle(None).unwrap();
    let (libtorch, tape) = (said!(tch), said!(tape));
    assert!(libtorch.iter().filter(|line| !line.contains("no error")).count() > 20, "{libtorch:#?}");
    let differences: Vec<_> = tape.iter().zip(&libtorch).filter(|(tape, libtorch)| tape != libtorch).collect();
    assert!(differences.is_empty() && tape.len() == libtorch.len(), "(tape, libtorch): {differences:#?}");
}

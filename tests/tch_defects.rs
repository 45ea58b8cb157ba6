//! What goes wrong in tch 0.26.0 itself: the smallest program for each, run as a process of its own.
//!
//! Each test is such a program, and starts itself again to run it. A test that fails with "tch has mended this" is good
//! news: its row of `notebooks-ported/autograd/table.csv` then has another word than *crashes*.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use tch::nn::{self, OptimizerConfig, VarStore};
use tch::{Device, IndexOp, Kind, Tensor, no_grad, no_grad_guard, with_grad};

/// How a program shows the defect.
enum Shows {
    /// The process is ended by a signal, or by the system's name for it.
    Dies,
    /// It panics, and the message has this part.
    Panics(&'static str),
    /// It prints this line.
    Prints(&'static str),
}

const CHILD: &str = "TCH_DEFECT";

/// Runs `program` in a process of its own, and checks that it shows the defect.
fn check<F: Fn()>(shows: Shows, program: F) {
    if std::env::var_os(CHILD).is_some() {
        return program();
    }
    let name = std::any::type_name::<F>().split("::").nth(1).expect("tch_defects::TEST::{{closure}}");
    let mut child = Command::new(std::env::current_exe().expect("the path of this test"));
    child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").env("RUST_BACKTRACE", "0");
    let output = child.output().expect("this test starts again");
    let [printed, errors] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(printed.contains("running 1 test"), "{name} didn't start: {printed}{errors}");
    let seen = match shows {
        // 101 is what a failed test ends with.
        Shows::Dies => !matches!(output.status.code(), Some(0 | 101)),
        Shows::Panics(part) => output.status.code() == Some(101) && errors.contains(part),
        Shows::Prints(line) => output.status.success() && printed.contains(line),
    };
    assert!(seen, "tch has mended this: move the row\n{}\n{printed}{errors}", output.status);
}

fn leaf() -> Tensor {
    Tensor::from_slice(&[1f32, 2.]).set_requires_grad(true)
}

/// A store with one variable.
fn store() -> VarStore {
    let store = VarStore::new(Device::Cpu);
    let _ = store.root().zeros("x", &[2]);
    store
}

/// PyTorch: RuntimeError, "element 0 of tensors does not require grad". `backward()` of tch gives that error too.
#[test]
fn run_backward_of_an_output_without_grad() {
    check(Shows::Dies, || {
        let output = Tensor::from_slice(&[1f32]).sum(None);
        let _ = Tensor::f_run_backward(&[output], &[leaf()], false, false);
    });
}

/// PyTorch: RuntimeError, which can be caught. The name with `f_` promises an error, but the number's own destructor reads
/// the error first, and panics.
#[test]
fn a_number_in_a_call_that_promises_an_error() {
    check(Shows::Panics("a leaf Variable that requires grad is being used"), || {
        let _ = leaf().f_add_scalar_(1.);
    });
}

/// PyTorch: leaving the `with` block by an exception restores the mode. So does `no_grad_guard()` of tch.
#[test]
fn a_panic_inside_no_grad() {
    check(Shows::Prints("still off: true"), || {
        let _ = catch_unwind(|| no_grad(|| panic!("inside")));
        println!("still off: {}", !(leaf() * 2).requires_grad());
    });
}

/// The same, the other way round.
#[test]
fn a_panic_inside_with_grad() {
    check(Shows::Prints("still on: true"), || {
        let _guard = no_grad_guard();
        let _ = catch_unwind(|| with_grad(|| panic!("inside")));
        println!("still on: {}", (leaf() * 2).requires_grad());
    });
}

/// PyTorch: IndexError, which can be caught. `f_i` calls `f_indexer`, and that calls `select`, which panics. A range that is
/// too long gives the error that is promised.
#[test]
fn an_index_out_of_range() {
    check(Shows::Panics("index 5 out of range"), || {
        let _ = leaf().f_i(5);
    });
}

/// PyTorch: a group of Adam takes `group["betas"] = …`. tch changes them too, and panics then: an `else` is missing in
/// `ato_set_momentum_group`. RMSprop has the same fault, SGD and `set_momentum` haven't.
#[test]
fn the_momentum_of_a_group_of_adam() {
    check(Shows::Panics("unexpected optimizer"), || {
        let mut adam = nn::Adam::default().build(&store(), 0.1).expect("an optimizer");
        adam.set_momentum(0.5);
        adam.set_momentum_group(0, 0.5);
    });
}

/// PyTorch: `register_buffer` keeps a tensor that isn't trained. `Path::zeros_no_train` of tch does so too.
#[test]
fn an_entry_that_must_not_be_trained() {
    check(Shows::Prints("trained: 1"), || {
        let store = VarStore::new(Device::Cpu);
        let _ = store.root().entry("buffer").or_zeros_no_train(&[2]);
        println!("trained: {}", store.trainable_variables().len());
    });
}

/// PyTorch: `model.a.double()` leaves `model.ab` alone. tch takes all names that begin with `a`.
#[test]
fn the_kind_of_one_part_of_a_store() {
    check(Shows::Prints("Double"), || {
        let store = VarStore::new(Device::Cpu);
        let _ = (store.root() / "ab").zeros("x", &[2]);
        (store.root() / "a").double();
        println!("{:?}", store.variables()["ab.x"].kind());
    });
}

/// PyTorch: `clip_grad_norm_` of parameters without gradients is 0.
#[test]
fn clipping_before_the_first_backward() {
    check(Shows::Panics("non-empty TensorList"), || {
        let adam = nn::Adam::default().build(&store(), 0.1).expect("an optimizer");
        adam.clip_grad_norm(1.);
    });
}

/// Python: the stream's own exception. tch promises a `Result`, but a C++ exception leaves a destructor.
#[test]
fn saving_to_a_full_stream() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    check(Shows::Dies, || {
        let _ = leaf().save_to_stream(Full);
    });
}

/// Python: the module is as it was after the exception. tch's store is locked for ever after a panic inside `entry`.
#[test]
fn a_panic_while_an_entry_is_held() {
    check(Shows::Panics("PoisonError"), || {
        let store = store();
        let _ = catch_unwind(AssertUnwindSafe(|| store.root().entry("y").or_zeros(&[-2])));
        let _ = store.len();
    });
}

/// PyTorch: `module.double()` casts the gradients with the parameters. tch leaves them, so that the next backward adds a
/// gradient of another kind.
#[test]
fn a_cast_leaves_the_gradient_behind() {
    check(Shows::Prints("Double, its gradient Float"), || {
        let mut store = store();
        let x = store.root().get("x").expect("the variable");
        x.sum(None::<Kind>).backward();
        store.double();
        println!("{:?}, its gradient {:?}", x.kind(), x.grad().kind());
    });
}

/// PyTorch makes its generator when it is imported. libtorch makes it when it is first used, from the system's random numbers,
/// and `manual_seed` lets what it throws through C. A `f_rand` before gives an error instead.
#[test]
fn a_seed_where_no_file_can_be_opened() {
    check(Shows::Dies, || {
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        setrlimit(Resource::Nofile, none).expect("a lower limit");
        assert!(Tensor::f_rand([1], (Kind::Float, Device::Cpu)).is_err());
        tch::manual_seed(0);
    });
}

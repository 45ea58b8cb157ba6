use super::{LIMIT, contains, fake_child, spawn};
use crate::common::pytorch;
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::experiment::{Dtype, Experiment, Gradient, Matrix};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, notebook_arithmetic_lacks};
use inverse_by_descent::parity::pytorch::{Job, can_claim_intel};
use std::sync::mpsc::channel;

/// The run is of a billion steps: hours, if it were computed first.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn kernels_with_pytorch_that_are_not_those_of_notebook_arithmetic_are_refused_before_the_first_step() {
    let live = pytorch();
    for (variable, part) in [
        ("MKL_ENABLE_INSTRUCTIONS=SSE4_2", "strict AVX2 kernels, branch 65546, but MKL took branch "),
        ("MKL_CBWR=COMPATIBLE", "use native arithmetic"),
        ("ATEN_CPU_CAPABILITY=default", "PyTorch took its DEFAULT kernels"),
    ] {
        let (_folder, python) = fake_child(&format!("{variable} exec {} \"$@\"", live.program.display()));
        let experiments = [Experiment { steps: 1_000_000_000, ..Experiment::default() }];
        let arithmetic = Arithmetic::Notebook;
        let job = Job { python: &python, experiments: &experiments, threads: Some(1), arithmetic, limit: LIMIT };
        let error = job.spawn(|_, _| ()).unwrap().wait().expect_err("other kernels");
        contains(&format!("{error:#}"), part);
    }
}

fn small(matrix: Matrix, size: usize, dtype: Dtype, gradient: Gradient) -> Experiment {
    Experiment { matrix, size, dtype, gradient, steps: 300, ..Experiment::default() }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_live_python_with_pytorch_computes_what_it_is_asked_for() {
    let python = pytorch();
    let given = Matrix::Given(vec![0.1, -2.5, 1e-3, 1. / 3.]);
    let experiments = [
        small(Matrix::Random, 4, Dtype::F32, Gradient::Scaled),
        small(Matrix::counting(3), 3, Dtype::F64, Gradient::Optimizer),
        small(given, 2, Dtype::F64, Gradient::Scaled),
        Experiment { learning_rate: 1e6, ..small(Matrix::Random, 5, Dtype::F32, Gradient::Scaled) },
    ];
    let (sender, receiver) = channel();
    let arithmetic = match can_claim_intel() && notebook_arithmetic_lacks().is_none() {
        true => Arithmetic::Notebook,
        false => Arithmetic::Native,
    };
    let job = Job { python: &python, experiments: &experiments, threads: Some(1), arithmetic, limit: LIMIT };
    let child = job.spawn(move |run, step| sender.send((run, step)).unwrap()).unwrap();
    let outcome = child.wait().unwrap();

    assert_eq!(outcome.environment.torch, python.torch);
    assert_eq!(outcome.environment.libtorch_cpu, python.libtorch_cpu);
    assert_eq!(outcome.environment.threads, 1);
    let last = receiver.iter().last();
    assert_eq!(last, Some((3, 300)));

    assert_eq!(outcome.runs[2].matrix, [0.1, -2.5, 1e-3, 1. / 3.]);
    let Course::F32(first) = &outcome.runs[0].course else {
        panic!("an f32 run");
    };
    // In [116] of the notebook: step 0 printed 0.8493, in any arithmetic.
    assert_eq!(format!("{:.4}", first.losses[0]), "0.8493");
    let Course::F32(diverged) = &outcome.runs[3].course else {
        panic!("an f32 run");
    };
    assert!(diverged.losses[299].is_nan());
    assert!(diverged.losses.iter().any(|loss| loss.is_infinite()));
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_live_python_with_pytorch_explains_what_it_cannot_do() {
    let python = pytorch();
    let experiment = Experiment { size: 5, ..Experiment::default() };
    let error = spawn(&python, &[experiment], LIMIT).wait().expect_err("sizes differ");
    let message = format!("{error:#}");
    contains(&message, "size is 5, but the matrix is 4×4");
    assert!(!message.contains("Traceback"));
}

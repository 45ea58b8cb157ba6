//! The cheaper step against the port's, in notebook arithmetic and, in a process of its own, in native arithmetic.

use inverse_by_descent::descent::{Descent, Quick, Steps, start};
use inverse_by_descent::experiment::{Experiment, Matrix, Scalar};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use std::process::Command;

/// Says to a child process of this test which arithmetic is its own.
const ARITHMETIC: &str = "TEST_OF_THE_CHEAPER_STEP";

fn assert_same<T: Scalar>(libtorch: Libtorch, experiment: &Experiment) {
    let mut port = Descent::<T>::new(experiment, start::<T>(libtorch, experiment).unwrap()).unwrap();
    let mut quick = Quick::<T>::new(experiment, start::<T>(libtorch, experiment).unwrap()).unwrap();
    for step in 0..=experiment.steps {
        let same = |a: &[T], b: &[T]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(*b));
        assert!(same(&port.parameter().unwrap(), &quick.parameter().unwrap()), "{experiment:?}: parameter {step}");
        assert!(same(&port.gradient().unwrap(), &quick.gradient().unwrap()), "{experiment:?}: gradient {step}");
        let (port, quick) = (port.step().unwrap(), quick.step().unwrap());
        assert!(port.same(quick), "{experiment:?}: loss {step} is {quick:?}, {port:?} by the port");
    }
}

fn all_are_same(libtorch: Libtorch) {
    for size in 1..=17 {
        // Converging, also to zeros; and diverging beyond the largest f32, where a loss is infinite and then NaN.
        for (learning_rate, momentum, steps) in [(0.3, 0.0, 60), (0.9, 0.9, 60), (0.5, 0.1, 60), (1e3, 0.99, 40)] {
            for matrix in [Matrix::Random, Matrix::counting(size)] {
                let seed = size as i64;
                let run = Experiment { matrix, size, seed, learning_rate, momentum, steps, ..Experiment::default() };
                assert_same::<f32>(libtorch, &run);
                assert_same::<f64>(libtorch, &run);
            }
        }
    }
}

fn in_a_process_of_its_own(test: &str, arithmetic: Arithmetic) {
    if std::env::var_os(ARITHMETIC).is_some() {
        return all_are_same(Libtorch::settle(Some(arithmetic)).unwrap());
    }
    let this = std::env::current_exe().unwrap();
    let child = Command::new(this).args([test, "--exact"]).env(ARITHMETIC, "").output().unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[test]
fn the_steps_are_the_ports_in_native_arithmetic() {
    in_a_process_of_its_own("the_steps_are_the_ports_in_native_arithmetic", Arithmetic::Native);
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn the_steps_are_the_ports_in_notebook_arithmetic() {
    in_a_process_of_its_own("the_steps_are_the_ports_in_notebook_arithmetic", Arithmetic::Notebook);
}

//! libtorch, and PyTorch where it is there, against the runs that PyTorch computed when they were recorded
//! (src/parity/pytorch/recorded/record.py), all in notebook arithmetic, which doesn't depend on the processor.

mod common;

use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::Scalar;
use inverse_by_descent::experiment::trajectory::{Course, Trajectory};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use inverse_by_descent::parity::compare::compare;
use inverse_by_descent::parity::pytorch::{AgainstRecorded, Job, PythonRun, recorded};
use std::ops::ControlFlow;
use std::time::Duration;

/// Asserts that every number is the same to the bit, any NaN being the same as another.
#[track_caller]
fn assert_same<T: Scalar>(run: &str, ours: &Trajectory<T>, recorded: &Trajectory<T>) {
    let comparison = compare(ours, recorded);
    assert!(comparison.all_equal(), "{run}: {comparison:#?}");
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn libtorch_gives_the_recorded_runs_to_the_bit() {
    for (k, run) in recorded().unwrap().runs.iter().enumerate() {
        let name = format!("run {k}, {:?}", run.experiment);
        match &run.course {
            Course::F32(course) => assert_same(&name, &ours(run), course),
            Course::F64(course) => assert_same(&name, &ours(run), course),
        }
    }
}

fn ours<T: Scalar>(run: &PythonRun) -> Trajectory<T> {
    let libtorch = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap();
    descend(libtorch, &run.experiment, |_, _| ControlFlow::Continue(())).unwrap()
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn the_recorded_runs_agree_with_pytorch_to_the_bit() {
    let (python, limit) = (common::pytorch(), Duration::from_secs(300));
    let recorded = recorded().unwrap();
    let experiments: Vec<_> = recorded.runs.iter().map(|run| run.experiment.clone()).collect();
    let job =
        Job { python: &python, experiments: &experiments, threads: Some(1), arithmetic: Arithmetic::Notebook, limit };
    let live = job.spawn(|_, _| ()).unwrap().wait().unwrap();
    for (k, (live, recorded)) in live.runs.iter().zip(&recorded.runs).enumerate() {
        let name = format!("run {k}, {:?}", live.experiment);
        assert_eq!(live.initial, recorded.initial, "{name}");
        assert_eq!(live.matrix, recorded.matrix, "{name}");
        match (&live.course, &recorded.course) {
            (Course::F32(live), Course::F32(recorded)) => assert_same(&name, live, recorded),
            (Course::F64(live), Course::F64(recorded)) => assert_same(&name, live, recorded),
            _ => panic!("{name}: another dtype"),
        }
    }
}

#[test]
fn one_bit_in_forty_thousand_losses_is_seen() {
    let recorded = recorded().unwrap();
    let mut runs: Vec<Vec<f32>> = recorded.runs[..4]
        .iter()
        .map(|run| match &run.course {
            Course::F32(course) => course.losses.clone(),
            Course::F64(_) => panic!("the notebook's runs are in f32"),
        })
        .collect();
    let equal = |runs: &[Vec<f32>]| {
        let runs: Vec<&[f32]> = runs.iter().map(|run| &run[..]).collect();
        let against = AgainstRecorded::of(&runs, Arithmetic::Notebook).unwrap().unwrap();
        assert_eq!(against.losses, 40_000);
        against.equal
    };
    assert_eq!(equal(&runs), 40_000);
    runs[2][7777] = runs[2][7777].next_up();
    assert_eq!(equal(&runs), 39_999);
    assert_eq!(AgainstRecorded::of(&[], Arithmetic::Native).unwrap(), None);
    assert!(AgainstRecorded::of(&[], Arithmetic::Notebook).is_err());
}

/// In [106] and In [116] of the notebook, as printed.
#[test]
fn the_recorded_runs_are_the_notebooks() {
    let printed = [
        ["1.6650", "1.9984e-15", "1.1102e-15", "1.9984e-15", "1.3323e-15"],
        ["0.8493", "2.6224e-12", "2.6580e-12", "2.6580e-12", "2.6580e-12"],
    ];
    for (PythonRun { course, .. }, printed) in recorded().unwrap().runs.iter().zip(printed) {
        let Course::F32(course) = course else {
            panic!("the notebook's runs are in f32");
        };
        for (k, printed) in printed.into_iter().enumerate() {
            let loss = course.losses[2000 * k];
            let digits = match k {
                0 => format!("{loss:.4}"),
                _ => format!("{loss:.4e}"),
            };
            assert_eq!(digits, printed, "at step {}", 2000 * k);
        }
    }
}

//! One step of the notebook's run on the random matrix: by hand in every order of summation, and in libtorch.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inverse_by_descent::by_hand::witness::with_problem;
use inverse_by_descent::by_hand::{Kernels, Summation, run};
use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;
use std::ops::ControlFlow;

/// Steps a run. What a run allocates is shared by them.
const STEPS: usize = 1000;

fn steps(criterion: &mut Criterion) {
    let libtorch = Libtorch::settle(None).unwrap();
    let experiment = Experiment { matrix: Matrix::Random, steps: STEPS, ..Experiment::default() };
    let mut group = criterion.benchmark_group("1000 steps, n = 4, f32");
    group.throughput(Throughput::Elements(STEPS as u64));
    for summation in Summation::ALL {
        let kernels = Kernels { forward: summation, backward: summation, ..Kernels::NOTEBOOK };
        group.bench_function(format!("by hand, {summation}"), |bencher| {
            with_problem::<f32, _>(libtorch, &experiment, |problem| {
                bencher.iter(|| run(problem, kernels, STEPS));
                Ok(())
            })
            .expect("libtorch draws two 4×4 matrices");
        });
    }
    group.bench_function("libtorch", |bencher| {
        bencher.iter(|| descend::<f32>(libtorch, &experiment, |_, _| ControlFlow::Continue(())));
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);

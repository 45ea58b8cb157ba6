//! One step of the notebook's run on the random matrix: by hand in the notebook's order, with its trees and with libtorch's,
//! on the tape, and in libtorch.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inverse_by_descent::by_hand::witness::{trees_of_libtorch, with_problem};
use inverse_by_descent::by_hand::{Kernels, Trees, run};
use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::{Dtype, Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;
use std::ops::ControlFlow;

fn steps(criterion: &mut Criterion) {
    let libtorch = Libtorch::settle(None).unwrap();
    for (size, steps) in [(4, 1000), (64, 10)] {
        let experiment = Experiment { matrix: Matrix::Random, size, steps, ..Experiment::default() };
        let read = trees_of_libtorch::<f32>(libtorch, size).unwrap();
        let notebook = Trees::of_the_notebook(size, Dtype::F32);
        let mut group = criterion.benchmark_group(format!("{steps} steps, n = {size}, f32"));
        group.throughput(Throughput::Elements(steps as u64));
        for (name, kernels) in [
            ("the notebook's order", Kernels::Notebook),
            ("the notebook's trees", Kernels::Trees(&notebook)),
            ("libtorch's trees", Kernels::Trees(&read)),
        ] {
            group.bench_function(format!("by hand, {name}"), |bencher| {
                with_problem::<f32, _>(libtorch, &experiment, |problem| {
                    bencher.iter(|| run(problem, kernels, steps));
                    Ok(())
                })
                .expect("libtorch draws two matrices");
            });
        }
        group.bench_function("the tape", |bencher| bencher.iter(|| on_the_tape(&experiment)));
        group.bench_function("libtorch", |bencher| {
            bencher.iter(|| descend::<f32>(libtorch, &experiment, |_, _| ControlFlow::Continue(())));
        });
        group.bench_function("reading libtorch's trees", |bencher| {
            bencher.iter(|| trees_of_libtorch::<f32>(libtorch, size));
        });
        group.finish();
    }
}

/// The port's `update` on the tape; each loss is read.
fn on_the_tape(experiment: &Experiment) -> Vec<f64> {
    use tape::{Tensor, kind::FLOAT_CPU, manual_seed, notebook::matrix_inverse::Globals};
    let n = experiment.size as i64;
    manual_seed(experiment.seed);
    let random_inverse = Tensor::rand([n, n], FLOAT_CPU).set_requires_grad(true);
    let matrix = Tensor::rand([n, n], FLOAT_CPU);
    let mut globals = Globals { Y_true: Tensor::eye(n, FLOAT_CPU), random_inverse, t: 0 };
    let mut losses = vec![];
    for _ in 0..experiment.steps {
        globals.update(&matrix, experiment.learning_rate, &mut losses, experiment.momentum, None).expect("a step");
    }
    losses
}

criterion_group!(benches, steps);
criterion_main!(benches);

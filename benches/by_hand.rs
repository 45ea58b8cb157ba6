//! One step of the notebook's run on the random matrix by hand: in the notebook's order, with its trees and with libtorch's;
//! and reading these trees. `cargo xtask bench` has the step elsewhere.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inverse_by_descent::by_hand::witness::{trees_of_libtorch, with_problem};
use inverse_by_descent::by_hand::{Kernels, Trees, run};
use inverse_by_descent::experiment::{Dtype, Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;

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
        group.bench_function("reading libtorch's trees", |bencher| {
            bencher.iter(|| trees_of_libtorch::<f32>(libtorch, size));
        });
        group.finish();
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);

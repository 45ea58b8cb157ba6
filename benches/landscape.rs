//! Steps of single runs in a second at n = 4: one run on libtorch, one by hand, and thousands by hand side by side, as
//! `reproduce landscape` computes them: on one thread, and on one for each processor.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inverse_by_descent::by_hand::survey::{Resources, survey};
use inverse_by_descent::by_hand::witness::with_problem;
use inverse_by_descent::by_hand::{Kernels, run};
use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::theory::Spectrum;
use inverse_by_descent::theory::survey::Grid;
use std::ops::ControlFlow;

const STEPS: usize = 1000;

fn run_steps(criterion: &mut Criterion) {
    let libtorch = Libtorch::settle(None).unwrap();
    libtorch.set_threads(1);
    let experiment = Experiment { matrix: Matrix::Random, steps: STEPS, ..Experiment::default() };
    let mut group = criterion.benchmark_group("run-steps, n = 4, f32");
    group.sample_size(10);

    group.throughput(Throughput::Elements(STEPS as u64));
    group.bench_function("a single run on libtorch", |bencher| {
        bencher.iter(|| descend::<f32>(libtorch, &experiment, |_, _| ControlFlow::Continue(())));
    });

    group.bench_function("a single run by hand", |bencher| {
        with_problem::<f32, _>(libtorch, &experiment, |problem| {
            bencher.iter(|| run(problem, Kernels::Notebook, STEPS));
            Ok(())
        })
        .expect("libtorch draws two 4×4 matrices");
    });

    let start = start::<f32>(libtorch, &experiment).expect("libtorch draws two 4×4 matrices");
    let spectrum = Spectrum::of(&start.matrix).expect("libtorch decomposes a 4×4 matrix");
    let pairs = Grid::around(spectrum.curvature(), 128, 128).pairs();
    group.throughput(Throughput::Elements((STEPS * pairs.len()) as u64));
    for threads in [Some(1), None] {
        let resources = Resources::of(threads);
        let name =
            threads.map_or_else(|| "a thread for each processor".to_owned(), |threads| format!("{threads} thread"));
        group.bench_function(format!("128×128 runs, {name}"), |bencher| {
            bencher.iter(|| survey(&start, &spectrum, &pairs, STEPS, resources, &|_| ControlFlow::Continue(())));
        });
    }
    group.finish();
}

criterion_group!(benches, run_steps);
criterion_main!(benches);

//! Steps of single runs in a second at n = 4: run after run through the notebook's `update`, and thousands of runs in one
//! graph, as `reproduce landscape` computes them. Each operation has one thread; the landscape also runs batches side by
//! side, one for each processor.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::theory::Spectrum;
use inverse_by_descent::theory::survey::{Grid, Resources, survey};
use std::ops::ControlFlow;
use tch::Device;

const STEPS: usize = 250;

fn run_steps(criterion: &mut Criterion) {
    let libtorch = Libtorch::settle(None).unwrap();
    libtorch.set_threads(1);
    let experiment = Experiment { matrix: Matrix::Random, steps: STEPS, ..Experiment::default() };
    let mut group = criterion.benchmark_group("run-steps, n = 4, f32");
    group.sample_size(10);

    group.throughput(Throughput::Elements(STEPS as u64));
    group.bench_function("a single run", |bencher| {
        bencher.iter(|| descend::<f32>(libtorch, &experiment, |_, _| ControlFlow::Continue(())));
    });

    let start = start::<f32>(libtorch, &experiment).expect("libtorch draws two 4×4 matrices");
    let spectrum = Spectrum::of(&start.matrix).expect("libtorch decomposes a 4×4 matrix");
    let pairs = Grid::around(spectrum.curvature(), 128, 128).pairs();
    group.throughput(Throughput::Elements((STEPS * pairs.len()) as u64));
    for threads in [Some(1), None] {
        let resources = Resources::of(Device::Cpu, threads);
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

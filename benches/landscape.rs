//! Steps of single runs in a second at n = 4: run after run through the notebook's `update`, and thousands of runs in one
//! graph, as `reproduce landscape` computes them. Each operation has one thread; the landscape also runs batches side by
//! side, one for each processor.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inverse_by_descent::descent::batched::{Grid, Means, survey};
use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::theory::Spectrum;
use std::ops::ControlFlow;
use tch::Device;

const STEPS: usize = 250;

fn run_steps(criterion: &mut Criterion) {
    tch::set_num_threads(1);
    let experiment = Experiment { matrix: Matrix::Random, steps: STEPS, ..Experiment::default() };
    let mut group = criterion.benchmark_group("run-steps, n = 4, f32");
    group.sample_size(10);

    group.throughput(Throughput::Elements(STEPS as u64));
    group.bench_function("a single run", |bencher| {
        bencher.iter(|| descend::<f32>(Libtorch::settle(None).unwrap(), &experiment, |_, _| ControlFlow::Continue(())));
    });

    let start = start::<f32>(Libtorch::settle(None).unwrap(), &experiment).expect("libtorch draws two 4×4 matrices");
    let spectrum = Spectrum::of(&start.matrix).expect("libtorch decomposes a 4×4 matrix");
    let pairs = Grid::around(spectrum.curvature(), 128, 128).pairs();
    group.throughput(Throughput::Elements((STEPS * pairs.len()) as u64));
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    for workers in [1, processors] {
        let means = Means { device: Device::Cpu, workers, memory: 1 << 30 };
        group.bench_function(format!("128×128 runs, threads: {workers}"), |bencher| {
            bencher.iter(|| survey::<f32>(&start, &spectrum, &pairs, STEPS, means, &|_| ControlFlow::Continue(())));
        });
        if processors == 1 {
            break;
        }
    }
    group.finish();
}

criterion_group!(benches, run_steps);
criterion_main!(benches);

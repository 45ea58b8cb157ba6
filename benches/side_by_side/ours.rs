//! This project's own loops, each in a process of its own; benches/peers/measure.py says how they are measured.

use anyhow::{Context, Result, bail};
use inverse_by_descent::by_hand::{Kernels, State, witness::with_problem};
use inverse_by_descent::descent::{self, Start, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::notebook::Globals;
use serde_json::json;
use std::time::Instant;
use tch::{Device, Kind, Tensor};

const SECONDS: f64 = 0.3;

/// What every peer computes: the notebook's fourth run at this size.
pub fn experiment(size: usize, steps: usize) -> Experiment {
    Experiment { matrix: Matrix::Random, size, steps, momentum: 0.1, ..Experiment::default() }
}

/// Measures `variant` at each of the sizes, `N:STEPS`, and prints a line of JSON for each.
pub fn measure(variant: &str, sizes: &[String]) -> Result<()> {
    let arithmetic = if variant == "notebook" { Arithmetic::Notebook } else { Arithmetic::Native };
    let libtorch = Libtorch::settle(Some(arithmetic))?;
    libtorch.set_threads(1);
    for size in sizes {
        let (n, steps) = size.split_once(':').context("expected N:STEPS")?;
        let experiment = experiment(n.parse()?, steps.parse()?);
        match variant {
            "port" => time(&experiment, port(&start::<f32>(libtorch, &experiment)?, &experiment)),
            "descend" | "notebook" => time(&experiment, descend(&start::<f32>(libtorch, &experiment)?, &experiment)),
            "by_hand" => with_problem::<f32, _>(libtorch, &experiment, |problem| {
                let mut losses = vec![0.0; experiment.steps];
                time(&experiment, || {
                    State::new(problem, Kernels::Notebook)?.advance(&mut losses);
                    Ok(losses[experiment.steps - 1].into())
                })
            }),
            "tape" => time(&experiment, tape(&experiment)),
            other => bail!("no loop is called {other}"),
        }?;
    }
    Ok(())
}

/// One run that isn't counted, then runs until the time is over.
fn time(experiment: &Experiment, mut run: impl FnMut() -> Result<f64>) -> Result<()> {
    let mut last_loss = run()?;
    let (mut runs, mut seconds, began) = (0, 0.0, Instant::now());
    while seconds < SECONDS {
        last_loss = run()?;
        runs += 1;
        seconds = began.elapsed().as_secs_f64();
    }
    let us_per_step = 1e6 * seconds / (runs * experiment.steps) as f64;
    println!("{}", json!({"n": experiment.size, "us_per_step": us_per_step, "last_loss": last_loss}));
    Ok(())
}

fn port(start: &Start, experiment: &Experiment) -> impl FnMut() -> Result<f64> {
    move || {
        let random_inverse = start.random_inverse.copy().set_requires_grad(true);
        let identity = Tensor::eye(experiment.size as i64, (Kind::Float, Device::Cpu));
        let mut globals = Globals { Y_true: identity, random_inverse, t: 0 };
        let mut losses = vec![];
        for _ in 0..experiment.steps {
            let (learning_rate, momentum) = (experiment.learning_rate, experiment.momentum);
            globals.update(&start.matrix.copy(), learning_rate, &mut losses, momentum, None)?;
        }
        Ok(losses[experiment.steps - 1])
    }
}

fn descend(start: &Start, experiment: &Experiment) -> impl FnMut() -> Result<f64> {
    move || {
        let start = Start { random_inverse: start.random_inverse.copy(), matrix: start.matrix.shallow_clone() };
        let mut run = descent::run::<f32>(experiment, start)?;
        let mut losses = vec![];
        for _ in 0..experiment.steps {
            losses.push(run.step()?);
        }
        Ok(losses[experiment.steps - 1].into())
    }
}

fn tape(experiment: &Experiment) -> impl FnMut() -> Result<f64> {
    use tape::{Tensor, kind::FLOAT_CPU, manual_seed, notebook::matrix_inverse::Globals};
    move || {
        let n = experiment.size as i64;
        manual_seed(experiment.seed);
        let random_inverse = Tensor::rand([n, n], FLOAT_CPU).set_requires_grad(true);
        let matrix = Tensor::rand([n, n], FLOAT_CPU);
        let mut globals = Globals { Y_true: Tensor::eye(n, FLOAT_CPU), random_inverse, t: 0 };
        let mut losses = vec![];
        for _ in 0..experiment.steps {
            let (learning_rate, momentum) = (experiment.learning_rate, experiment.momentum);
            globals.update(&matrix.copy(), learning_rate, &mut losses, momentum, None)?;
        }
        Ok(losses[experiment.steps - 1])
    }
}

//! Ways to write the notebook's step, each with one change to the port's: how long it takes beside the port's, and whether
//! its losses are the port's to the bit. They run in turn; a ratio is the median of the rounds.
//!
//! `cargo bench --bench variants` prints a table for n = 4 in native arithmetic; `-- 64 notebook` another.

use anyhow::{Context, Result};
use inverse_by_descent::descent::{Descent, Quick, Start, Steps, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use std::time::Instant;
use tch::{Device, Kind, Reduction, Tensor, no_grad};

const ROUNDS: usize = 21;
const STEPS: usize = 300;

/// A step, which gives the loss before it.
type Step = Box<dyn FnMut() -> Result<f64>>;

/// What a variant of the step does otherwise than the port.
#[derive(Clone, Copy, Default)]
struct Variant {
    mse_loss: bool,
    mm: bool,
    handle_kept: bool,
    numbers_as_tensors: bool,
    run_backward: bool,
    addcmul: bool,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(4);
    let in_notebook = arguments.iter().any(|argument| argument == "notebook");
    let libtorch = Libtorch::settle(Some(if in_notebook { Arithmetic::Notebook } else { Arithmetic::Native }))?;
    libtorch.set_threads(1);
    let experiment = Experiment { matrix: Matrix::Random, size, momentum: 0.1, ..Experiment::default() };
    let start = || start::<f32>(libtorch, &experiment);
    let none = Variant::default();
    let variant = |variant| Ok::<Step, anyhow::Error>(step(variant, start()?, &experiment));
    let mut port = Descent::<f32>::new(&experiment, start()?)?;
    let mut quick = Quick::<f32>::new(&experiment, start()?)?;
    let mut steps: Vec<(&str, Step)> = vec![
        ("the port's `update`", Box::new(move || Ok(port.step()?.into()))),
        ("the same calls outside the port", variant(none)?),
        ("`mse_loss` instead of `-`, `pow`, `mean`", variant(Variant { mse_loss: true, ..none })?),
        ("`mm` instead of `matmul`", variant(Variant { mm: true, ..none })?),
        ("the gradient's handle kept", variant(Variant { handle_kept: true, ..none })?),
        ("learning rate and momentum as tensors", variant(Variant { numbers_as_tensors: true, ..none })?),
        ("`run_backward` instead of `backward`", variant(Variant { run_backward: true, ..none })?),
        ("`addcmul_` instead of `*` and `sub_`", variant(Variant { addcmul: true, ..none })?),
        ("`descend`'s step", Box::new(move || Ok(quick.step()?.into()))),
    ];

    let mut rounds = vec![vec![]; steps.len()];
    let mut losses = vec![vec![]; steps.len()];
    for _ in 0..ROUNDS {
        for ((_, step), (seconds, losses)) in steps.iter_mut().zip(rounds.iter_mut().zip(&mut losses)) {
            let began = Instant::now();
            for _ in 0..STEPS {
                losses.push(step()?.to_bits());
            }
            seconds.push(began.elapsed().as_secs_f64());
        }
    }
    println!(
        "| the step, n = {size}, {} arithmetic | time | losses equal to the bit |\n|---|---:|---|",
        libtorch.arithmetic()
    );
    for (which, (name, _)) in steps.iter().enumerate() {
        let mut ratios: Vec<f64> = rounds[which].iter().zip(&rounds[0]).map(|(seconds, port)| seconds / port).collect();
        ratios.sort_by(f64::total_cmp);
        let first = losses[which].iter().zip(&losses[0]).position(|(a, b)| a != b);
        let equal = first.map_or(format!("all {}", ROUNDS * STEPS), |step| format!("until step {step}"));
        println!("| {name} | {:.2} | {equal} |", ratios[ROUNDS / 2]);
    }
    Ok(())
}

fn step(variant: Variant, start: Start, experiment: &Experiment) -> Step {
    let (learning_rate, momentum) = (experiment.learning_rate, experiment.momentum);
    let [rate, minus_rate, factor] = [learning_rate, -learning_rate, momentum].map(|x| Tensor::from(x as f32));
    let identity = Tensor::eye(experiment.size as i64, (Kind::Float, Device::Cpu));
    let mut parameter = start.random_inverse.set_requires_grad(true);
    let mut kept: Option<Tensor> = None;
    Box::new(move || {
        let y_hat = if variant.mm { parameter.f_mm(&start.matrix)? } else { parameter.f_matmul(&start.matrix)? };
        let loss = match variant.mse_loss {
            true => y_hat.f_mse_loss(&identity, Reduction::Mean)?,
            false => (&identity - &y_hat).f_pow_tensor_scalar(2)?.f_mean(None)?,
        };
        let mut gradient = match (variant.run_backward, kept.take()) {
            (true, before) => {
                let mut new = Tensor::f_run_backward(&[&loss], &[&parameter], false, false)?.pop().context("none")?;
                if let Some(before) = before {
                    let _ = new.f_add_(&before)?;
                }
                new
            }
            (false, before) => {
                loss.f_backward()?;
                before.map_or_else(|| parameter.f_grad(), Ok)?
            }
        };
        no_grad(|| -> Result<()> {
            match (variant.addcmul, variant.numbers_as_tensors) {
                (true, _) => drop(parameter.f_addcmul_(&gradient, &minus_rate)?),
                (_, true) => drop(parameter.f_sub_(&gradient.f_mul(&rate)?)?),
                _ => drop(parameter.f_sub_(&(learning_rate * &gradient))?),
            }
            drop(if variant.numbers_as_tensors {
                gradient.f_mul_(&factor)?
            } else {
                gradient.f_mul_scalar_(momentum)?
            });
            Ok(())
        })?;
        kept = (variant.handle_kept || variant.run_backward).then_some(gradient);
        Ok(f64::try_from(loss.detach())?)
    })
}

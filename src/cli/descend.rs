//! `reproduce descend`.

use super::experiment::ExperimentArgs;
use super::interrupt::{self, Interrupt};
use super::number::whole;
use super::progress::Progress;
use crate::by_hand::witness::with_problem;
use crate::by_hand::{self, Kernels};
use crate::descent::trace::Traced;
use crate::descent::{Descent, Run, Start, follow, start};
use crate::experiment::{Dtype, Experiment, Gradient};
use crate::experiment::{Pair, Scalar};
use crate::libtorch::device::Device;
use crate::libtorch::environment::Environment;
use crate::libtorch::memory;
use crate::libtorch::{Arithmetic, Libtorch};
use crate::output::folder::Folder;
use crate::report::descend::{Measured, Outcome, Report, Settings, Theory};
use crate::report::short;
use crate::theory::Spectrum;
use crate::theory::contraction::{self, Rounding};
use crate::theory::distance::distances;
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  reproduce descend                                       the notebook's first run
  reproduce descend --matrix random --momentum 0.1        its fourth
  reproduce descend --matrix random --learning-rate auto --momentum auto
                                                          the fastest pair for the matrix
  reproduce descend --matrix mine.csv --until 1e-10       your own matrix, until the loss is small
  printf '2,1\\n1,1\\n' | reproduce descend --matrix - --trace 2
                                                          the first steps, written out
  reproduce descend --learning-rate 2 --force             what an unstable learning rate does
  reproduce descend --json | jq .measured                 the report on standard output

Files: loss.svg and loss.png (the loss over the steps), difference.svg and difference.png (R·M − I after the last step; of
a matrix with more than 128 rows each cell stands for a block, with its entry farthest from 0), inverse.npy and
inverse.csv (the parameter), gradient.npy (its gradient, scaled by the momentum; with --gradient optimizer that of the
last step alone), losses.npy (one a step, at its start), matrix.npy, run.json (settings, environment, results and the
command that repeats the run).

The best learning rate and momentum are those of the heavy ball (Polyak 1964): with L and μ the greatest and the least
curvature, 2σ²/n² of the singular values σ, the learning rate (2/(√L + √μ))² and the momentum ((√L − √μ)/(√L + √μ))².
Given the momentum β, the best learning rate is 2(1 + β)/(L + μ); given the learning rate α, the best momentum is the
greater of (1 − √(αL))² and (1 − √(αμ))².

A GPU: --device cuda:0 needs a libtorch with CUDA. We had no GPU to run it on.

Exit codes: 0 done, --until reached or not; 1 diverged (what there is, is written); 2 bad input or environment; 130
stopped by Ctrl-C (what there is, is written).";

/// Run the notebook's loop on any matrix with any settings
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Stop after the step whose loss is no greater
    #[arg(long, value_name = "LOSS", value_parser = positive, allow_negative_numbers = true)]
    until: Option<f64>,
    /// How the gradient is had, and becomes a step
    #[arg(long, value_enum, default_value = "autograd")]
    gradient: Way,
    /// cpu, or cuda:N for a GPU
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Threads that one operation may use [default: libtorch's choice]
    #[arg(long, value_name = "T", value_parser = |text: &str| whole::<u16>(text, 1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// How products are summed [default: notebook where it can be had, else native]
    #[arg(long, value_enum)]
    arithmetic: Option<Arithmetic>,
    /// Run a learning rate outside the stable range all the same
    #[arg(long)]
    force: bool,
    /// Print the first K steps as at the board
    #[arg(
        long,
        value_name = "K",
        value_parser = |text: &str| whole::<u32>(text, 0..=u32::MAX.into()),
        allow_negative_numbers = true,
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "json"
    )]
    trace: u32,
    /// The folder that the results are written to
    #[arg(long, value_name = "DIR", default_value = "descent")]
    out: PathBuf,
    /// Print run.json instead of the summary
    #[arg(long)]
    json: bool,
}

/// How the gradient is had, and becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// By libtorch's autograd, scaled by the momentum instead of zeroed: the notebook's way
    Autograd,
    /// From the formula, in plain Rust without libtorch, sums in sequence and fused
    ByHand,
    /// By autograd, through libtorch's SGD with momentum
    Optimizer,
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

fn positive(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("expected a finite number above 0"),
    }
}

/// Runs the loop.
pub fn run(args: &Args) -> Result<ExitCode> {
    let mut experiment = args.experiment.read()?;
    if args.gradient == Way::Optimizer {
        experiment.gradient = Gradient::Optimizer;
        ensure!(
            !(experiment.learning_rate < 0.0 || experiment.momentum < 0.0),
            "--gradient optimizer: libtorch's SGD takes no negative learning rate or momentum; use --gradient autograd"
        );
    }
    ensure!(
        args.gradient != Way::ByHand || args.device == Device::Cpu,
        "--gradient by-hand computes on the CPU; leave --device {} out, or use --gradient autograd",
        args.device
    );
    let size = experiment.size;
    let needed = memory::of_descent(size, experiment.dtype.width(), experiment.steps);
    memory::ensure_fits(&format!("a run with --size {size}"), needed)?;
    let device = args.device.open()?;
    let libtorch = Libtorch::settle(args.arithmetic)?;
    if let Some(threads) = args.threads {
        tch::set_num_threads(threads.into());
    }
    match experiment.dtype {
        Dtype::F32 => run_in::<f32>(args, experiment, device, libtorch),
        Dtype::F64 => run_in::<f64>(args, experiment, device, libtorch),
    }
}

fn run_in<T: Scalar>(
    args: &Args,
    mut experiment: Experiment,
    device: tch::Device,
    libtorch: Libtorch,
) -> Result<ExitCode> {
    let Start { random_inverse, matrix } = start::<T>(libtorch, &experiment)?;
    let spectrum = Spectrum::of(&matrix)?;
    spectrum.ensure_invertible().context("--matrix")?;
    args.experiment.choose(&mut experiment, &spectrum)?;
    let theory = Theory::of(&spectrum, &experiment);
    if !args.force {
        ensure_stable(&theory)?;
    }
    let mut folder = Folder::open(&args.out)?;
    let interrupt = Interrupt::listen()?;

    let mut run: Box<dyn Run<T>> = match args.gradient {
        Way::ByHand => with_problem(libtorch, &experiment, |problem| {
            Ok(Box::new(by_hand::State::new(problem, Kernels::Notebook)?) as Box<dyn Run<T>>)
        })?,
        Way::Autograd | Way::Optimizer => {
            let start = Start { random_inverse, matrix: matrix.shallow_clone() };
            Box::new(Descent::new(&experiment, start, device)?)
        }
    };
    let mut traced = Traced {
        run: &mut *run,
        matrix: &matrix,
        experiment: &experiment,
        steps: args.trace as usize,
        taken: 0,
        show: &mut |text| super::print(text),
    };
    let mut outcome = Outcome::Finished;
    let mut progress = Progress::new(experiment.steps as u64, if size_is_small(&experiment) { 64 } else { 1 });
    let trajectory = follow(&mut traced, experiment.steps, |t, loss: T| {
        let value = loss.to_f64();
        progress.tell(t as u64 + 1, || format!("loss {value:.2e}, "));
        outcome = if !value.is_finite() {
            Outcome::Diverged
        } else if args.until.is_some_and(|until| value <= until) {
            Outcome::Reached
        } else if interrupt.pressed() {
            Outcome::Stopped
        } else {
            return ControlFlow::Continue(());
        };
        ControlFlow::Break(())
    })?;
    let seconds = progress.end().as_secs_f64();

    let pair = Pair { learning_rate: experiment.learning_rate, momentum: experiment.momentum };
    let unit = experiment.dtype.unit_roundoff();
    let rounding = Rounding { unit, floor: spectrum.rounding_floor(pair, unit) };
    let contraction = contraction::measured(&trajectory.losses, rounding);
    let report = Report {
        outcome,
        settings: Settings {
            experiment: &experiment,
            source: args.experiment.source().to_string(),
            until: args.until,
            gradient: args.gradient.to_string(),
            device: args.device,
            force: args.force,
            out: &args.out,
        },
        theory,
        measured: Measured::of(&trajectory, contraction, seconds),
        distances: distances(&trajectory.parameter, &matrix, &spectrum)?,
        environment: Environment::of_this_process(libtorch),
    };
    report.stage(&trajectory, &matrix, &mut folder)?;
    folder.commit()?;
    super::print(&if args.json { report.json()? } else { report.text() })?;
    Ok(match outcome {
        Outcome::Finished | Outcome::Reached => ExitCode::SUCCESS,
        Outcome::Diverged => ExitCode::FAILURE,
        Outcome::Stopped => ExitCode::from(interrupt::EXIT_CODE),
    })
}

/// Whether a step is so short that reading the clock after each would show.
fn size_is_small(experiment: &Experiment) -> bool {
    experiment.size < 64
}

fn ensure_stable(theory: &Theory) -> Result<()> {
    let Theory { learning_rate, momentum, stability_limit, best, contraction, .. } = theory;
    if theory.is_stable {
        return Ok(());
    }
    ensure!(
        momentum.abs() < 1.0,
        "--momentum {momentum}: no learning rate is stable with it; expected a momentum between -1 and 1, or --force to \
         see it diverge"
    );
    bail!(
        "--learning-rate {learning_rate}: outside the stable range, which for momentum {momentum} and condition number \
         {} is above 0 and below 2(1 + β)/L = {} (the residual would change by a factor of {} a step); the best pair is \
         --learning-rate {} --momentum {}; --force runs it all the same",
        short(theory.condition_number),
        short(*stability_limit),
        short(*contraction),
        short(best.learning_rate),
        short(best.momentum)
    )
}

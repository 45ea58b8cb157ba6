//! `reproduce descend`.

use super::experiment::{ExperimentArgs, options};
use super::interrupt;
use super::printing::{print, program, quoted, warn};
use super::progress::Progress;
use super::values::{arithmetic, positive, whole};
use crate::by_hand::witness::with_problem;
use crate::by_hand::{self, Kernels};
use crate::descent::trace::Traced;
use crate::descent::{self, Steps, follow};
use crate::experiment::{Dtype, Experiment, Gradient, Scalar};
use crate::libtorch::environment::Environment;
use crate::libtorch::{Arithmetic, Libtorch};
use crate::output::folder::Folder;
use crate::report::descend::{DescentReport, Ending, Measured, Settings, Theory};
use crate::report::{json, short};
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
greater of (1 − √(αL))² and (1 − √(αμ))². Where the condition number is so large that rounding would make the best learning
rate unstable (above about 500 in f32 at n = 4), auto takes nine tenths of the
best learning rate, and the momentum that is best with it. n is the number of the matrix's rows.

Exit codes: 0 the run ended, whether or not it reached --until; 1 it diverged; 2 bad input or environment; 130 stopped by
Ctrl-C. After 1 and 130 the results up to the last step are written.";

/// Run the notebook's loop on any matrix with any settings
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, next_help_heading = "Run")]
pub struct Args {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Stop after the first step whose loss is at most this
    #[arg(long, value_name = "LOSS", value_parser = positive)]
    until: Option<f64>,
    /// Who computes the gradient and takes the step
    #[arg(long, value_enum, default_value = "autograd")]
    gradient: Way,
    /// How many threads libtorch may use for one operation. The last bits of the losses of matrices larger than about 30×30
    /// depend on it [default: libtorch's choice]
    #[arg(long, value_name = "T", value_parser = whole::<u16>(1..=1024))]
    threads: Option<u16>,
    /// How products are summed [default: notebook where it can be had, else native]
    #[arg(long, value_parser = arithmetic())]
    arithmetic: Option<Arithmetic>,
    /// Run a learning rate outside the stable range all the same
    #[arg(long)]
    force: bool,
    /// Print all numbers of the first K steps: product, loss, gradient and the new parameter
    #[arg(long, value_name = "K", value_parser = whole::<usize>(0..=u32::MAX.into()), conflicts_with = "json")]
    trace: Option<usize>,
    /// The folder that the results are written to
    #[arg(long, value_name = "DIR", default_value = "descent")]
    out: PathBuf,
    /// Print run.json instead of the summary
    #[arg(long)]
    json: bool,
}

/// Who computes the gradient and takes the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// libtorch's autograd; after the step the gradient is scaled by the momentum instead of zeroed, as in the notebook
    Autograd,
    /// Plain Rust, by the formula of the gradient, in notebook arithmetic on every machine
    ByHand,
    /// libtorch's autograd, and its SGD with momentum
    Optimizer,
}

/// Runs the loop.
pub fn run(args: &Args) -> Result<ExitCode> {
    let by_hand = args.gradient == Way::ByHand;
    ensure!(
        !by_hand || args.arithmetic != Some(Arithmetic::Native),
        "--gradient by-hand computes in notebook arithmetic; leave --arithmetic native out, or use --gradient autograd"
    );
    // By hand, libtorch only draws the random numbers and measures the result.
    let libtorch = Libtorch::settle(args.arithmetic.filter(|_| !by_hand))?;
    if let Some(threads) = args.threads {
        libtorch.set_threads(threads);
    }
    match args.experiment.dtype {
        Dtype::F32 => run_in::<f32>(args, libtorch),
        Dtype::F64 => run_in::<f64>(args, libtorch),
    }
}

fn run_in<T: Scalar>(args: &Args, libtorch: Libtorch) -> Result<ExitCode> {
    let (mut experiment, start, spectrum) = args.experiment.draw(libtorch)?;
    let matrix = start.matrix.shallow_clone();
    if args.gradient == Way::Optimizer {
        experiment.gradient = Gradient::Optimizer;
        ensure!(
            experiment.learning_rate >= 0.0 && experiment.momentum >= 0.0,
            "--gradient optimizer: libtorch's SGD takes no negative learning rate or momentum; use --gradient autograd"
        );
    }
    let theory = Theory::of(&spectrum, &experiment)?;
    if !args.force {
        ensure_stable(&theory, experiment.dtype)?;
    }
    let mut folder = Folder::open(&args.out).context("--out")?;
    let listener = interrupt::listen();

    let mut run: Box<dyn Steps<T>> = if args.gradient == Way::ByHand {
        with_problem(libtorch, &experiment, |problem| Ok(Box::new(by_hand::State::new(problem, Kernels::Notebook)?)))?
    } else {
        descent::run(&experiment, start)?
    };
    let steps = args.trace.unwrap_or(0);
    let mut traced = Traced { run: &mut *run, matrix: &matrix, experiment: &experiment, steps, taken: 0, show: &print };
    let mut ending = Ending::Finished;
    let mut progress = Progress::new(experiment.steps as u64);
    let trajectory = follow(&mut traced, experiment.steps, |t, loss: T| {
        let value = loss.to_f64();
        progress.tell(t as u64 + 1, || format!("loss {value:.2e}, "));
        ending = if !value.is_finite() {
            Ending::Diverged
        } else if args.until.is_some_and(|until| value <= until) {
            Ending::Reached
        } else if interrupt::has_come() {
            Ending::Stopped
        } else {
            return ControlFlow::Continue(());
        };
        ControlFlow::Break(())
    })?;
    let seconds = progress.end();
    drop(listener);

    let contraction = T::contraction(&trajectory.losses, spectrum.rounding(experiment.pair()));
    let mut environment = Environment::of_this_process(libtorch);
    if args.gradient == Way::ByHand {
        (environment.arithmetic, environment.kernels) = (Arithmetic::Notebook, String::new());
    }
    let gradient = args.gradient.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let settings = Settings {
        matrix: args.experiment.matrix.to_string(),
        size: experiment.size,
        seed: experiment.seed,
        learning_rate: experiment.learning_rate,
        momentum: experiment.momentum,
        steps: experiment.steps,
        until: args.until,
        dtype: experiment.dtype,
        gradient,
        force: args.force,
    };
    let report = DescentReport {
        outcome: ending,
        theory,
        measured: Measured::of(&trajectory, contraction, seconds),
        distances: distances(&trajectory.parameter, &matrix, &spectrum)?,
        again: again(args, &experiment, &settings.gradient, &environment),
        settings,
        environment,
        out: &args.out,
    };
    let json = json(&report)?;
    let staged = report.stage(&trajectory, &matrix, &mut folder);
    let written = staged.and_then(|()| folder.commit("run.json", &json, &DescentReport::PICTURES));
    let told = print(&if args.json { json } else { report.text(written.is_ok()) });
    let mut pictures = written?;
    let drawn = report.draw(&trajectory, &matrix, &mut pictures);
    drawn.unwrap_or_else(|error| pictures.fail(error));
    warn(&pictures.finish()?);
    told?;
    Ok(match ending {
        Ending::Finished | Ending::Reached => ExitCode::SUCCESS,
        Ending::Diverged => ExitCode::FAILURE,
        Ending::Stopped => ExitCode::from(interrupt::exit_code()),
    })
}

/// The command that repeats the run: into the default folder, if the name of this run's can't be typed. A matrix from
/// standard input, or from a file whose name can't be typed, is read from the copy beside the results.
fn again(args: &Args, experiment: &Experiment, gradient: &str, environment: &Environment) -> String {
    let can_be_typed = |name: &str| !name.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER);
    let mut matrix = args.experiment.matrix.to_string();
    if matrix == "-" || !can_be_typed(&matrix) {
        matrix = args.out.join("matrix.npy").display().to_string();
    }
    let (program, options) = (program(), options(&matrix, experiment));
    let Environment { threads, arithmetic, kernels, .. } = environment;
    let kernels = if kernels.is_empty() { String::new() } else { format!("{kernels} ") };
    let until = args.until.map(|until| format!(" --until {until:e}")).unwrap_or_default();
    let force = if args.force { " --force" } else { "" };
    let out = args.out.display().to_string();
    let out = if can_be_typed(&out) { format!(" --out={}", quoted(&out)) } else { String::new() };
    format!(
        "{kernels}{program} descend {options} --gradient {gradient} --threads {threads} --arithmetic {arithmetic}{until}\
         {force}{out}"
    )
}

fn ensure_stable(theory: &Theory, dtype: Dtype) -> Result<()> {
    if theory.is_stable {
        return Ok(());
    }
    let Theory { learning_rate, momentum, stability_limit, best, contraction, .. } = theory;
    ensure!(
        dtype.round(*momentum).abs() < 1.0,
        "--momentum {momentum}: no learning rate is stable with it in {dtype}; expected a momentum between -1 and 1, or \
         --force to see it diverge"
    );
    bail!(
        "--learning-rate {learning_rate:?} isn't stable: with momentum {momentum} and condition number {}, a stable one is \
         above 0 and below 2(1 + β)/L = {} (this one would change the residual by a factor of {} a step); the best pair is \
         --learning-rate {:?} --momentum {:?}; --force runs it all the same",
        short(theory.condition_number),
        short(*stability_limit),
        short(*contraction),
        best.learning_rate,
        best.momentum
    )
}

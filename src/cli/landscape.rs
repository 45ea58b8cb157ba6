//! `reproduce landscape`.

use super::experiment::{draw, fit, read};
use super::interrupt;
use super::printing::{print, refuse, warn};
use super::progress::Progress;
use super::values::{cells, range, whole};
use crate::by_hand::survey::{Resources, survey};
use crate::experiment::Dtype;
use crate::experiment::matrix_file::{MAX_SIZE, MatrixSource};
use crate::libtorch::environment::Environment;
use crate::libtorch::{Libtorch, memory};
use crate::output::folder::Folder;
use crate::report::{json, landscape::LandscapeReport};
use crate::theory::Curvature;
use crate::theory::survey::{Axis, Grid, Survey};
use anyhow::{Context, Result, ensure};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

const EXAMPLES: &str = "\
Examples:
  reproduce landscape                                    both of the notebook's matrices, 256×256 pairs each
  reproduce landscape --matrix mine.csv --grid 64x64     your own matrix, more coarsely
  reproduce landscape --matrix random --learning-rates 6:7.5 --momenta 0.7:1
                                                         a part of the map, magnified
  reproduce landscape --steps 10000                      as many steps as the notebook takes; twice as long

Files: landscape.svg and landscape.png (above the contraction, below the final loss; drawn over them the boundary
2(1 + β)/L of theory, the best pair and the notebook's settings), landscape.npz (for the first matrix learning_rate1,
momentum1, stability_limit1 and, with a row for each momentum, final_loss1 and contraction1; and so on), landscape.json.

A cell stands for the pair at its centre. All runs start from the first rand after the seed, which libtorch draws. They are
computed by hand, many side by side, in notebook arithmetic on every machine. Each cell has the bits of the single run,
which this command computes with libtorch:
  reproduce descend --matrix random --learning-rate X --momentum Y --steps 5000 --arithmetic notebook --force

The contraction is the factor by which the residual R·M − I shrinks in a step, measured before rounding ends the descent.
The fastest runs take only some thirty steps until then, so their contraction may be off by a tenth. A run has diverged if
its loss became infinite or NaN, or ended above its first. With 1,000 steps or more, the measured boundary is at most one
cell off. More steps tell slow runs apart better. Ctrl-C stops it without results.

Exit codes: 0 done; 2 bad input or environment; 130 stopped by Ctrl-C.";

/// Map how fast every pair of a learning rate and a momentum converges
///
/// Computes the runs by hand: each thread takes the steps of as many runs at once as the processor has room for in a vector.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A matrix as for descend, for instance diag, random or FILE.csv; several --matrix stand side by side [default: diag
    /// and random, the notebook's]
    #[arg(long, value_name = "MATRIX")]
    matrix: Vec<MatrixSource>,
    /// n, the number of rows and columns [default: 4, or the matrix's own]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1..=MAX_SIZE as u64))]
    size: Option<usize>,
    /// The generator's seed
    #[arg(long, value_name = "S", default_value_t = 314)]
    seed: i64,
    /// How many learning rates and momenta
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "256x256", value_parser = cells)]
    grid: (usize, usize),
    /// The learning rates [default: from 0 to 1.1 times the greatest that any momentum makes stable, 4/L]
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true, value_parser = range)]
    learning_rates: Option<(f64, f64)>,
    /// The momenta
    #[arg(long, value_name = "LOW:HIGH", default_value = "0:1", allow_hyphen_values = true, value_parser = range)]
    momenta: (f64, f64),
    /// Steps of each run; the notebook takes 10,000
    #[arg(long, value_name = "K", default_value_t = 5000, value_parser = whole::<usize>(16..=u32::MAX.into()))]
    steps: usize,
    /// The type that everything is computed in, f32 or f64; losses are kept as f32
    #[arg(long, default_value = "f32")]
    dtype: Dtype,
    /// How many threads compute, each on runs of its own [default: one for each processor]
    #[arg(long, value_name = "T", value_parser = whole::<u16>(1..=1024))]
    threads: Option<u16>,
    /// The folder that the results are written to
    #[arg(long, value_name = "DIR", default_value = "landscape")]
    out: PathBuf,
    /// Print landscape.json instead of the summary
    #[arg(long)]
    json: bool,
}

/// Runs all pairs.
pub fn run(args: &Args) -> Result<ExitCode> {
    let libtorch = Libtorch::settle(None)?;
    let sources = match &args.matrix[..] {
        [] => &[MatrixSource::Counting, MatrixSource::Random],
        sources => sources,
    };
    let resources = Resources::of(args.threads);
    let (columns, rows) = args.grid;
    let mut drawn = vec![];
    for source in sources {
        let experiment = read(source, args.size, args.seed, args.steps, args.dtype)?;
        let (size, width) = (experiment.size, args.dtype.width());
        let [matrices, losses] = memory::of_side_by_side(size, width, args.steps);
        let [at_the_end, _] = memory::of_descent(size, width, 0);
        fit(&experiment, &[matrices, losses, at_the_end, memory::of_pairs(columns * rows * sources.len())])?;
        let (start, spectrum) = draw(libtorch, &experiment, source)?;
        drawn.push((source, grid(args, spectrum.curvature())?, experiment, start, spectrum));
    }
    let listener = interrupt::listen();
    let mut folder = Folder::open(&args.out).context("--out")?;

    let runs = (columns * rows * drawn.len()) as u64;
    let progress = Mutex::new((0, Progress::new(runs.saturating_mul(args.steps as u64))));
    let observe = |run_steps: u64| {
        let (done, progress) = &mut *progress.lock().unwrap_or_else(PoisonError::into_inner);
        *done += run_steps;
        progress.tell(*done, String::new);
        if interrupt::has_come() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut matrices = vec![];
    for (source, grid, experiment, start, spectrum) in drawn {
        let points = survey(&start, &spectrum, &grid.pairs(), args.steps, resources, &observe)?;
        let Some(points) = points else { break };
        matrices.push(Survey::new(source.to_string(), grid, points, spectrum, experiment.marks()));
    }
    let (done, progress) = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    let seconds = progress.end();
    drop(listener);
    if matrices.len() < sources.len() {
        refuse("Stopped by Ctrl-C; nothing was written.");
        return Ok(ExitCode::from(interrupt::exit_code()));
    }

    let report = LandscapeReport {
        steps: args.steps,
        seed: args.seed,
        dtype: args.dtype,
        matrices,
        seconds,
        workers: resources.workers,
        run_steps_a_second: done as f64 / seconds,
        environment: Environment::of_this_process(libtorch),
        out: &args.out,
    };
    let json = json(&report)?;
    let staged = report.stage(&mut folder);
    let written = staged.and_then(|()| folder.commit("landscape.json", &json, &LandscapeReport::PICTURES));
    let told = print(&if args.json { json } else { report.text(written.is_ok()) });
    let mut pictures = written?;
    report.draw(&mut pictures);
    warn(&pictures.finish()?);
    told.map(|()| ExitCode::SUCCESS)
}

fn grid(args: &Args, curvature: Curvature) -> Result<Grid> {
    let mut grid = Grid::around(curvature, args.grid.0, args.grid.1);
    let Axis { low, high, .. } = &mut grid.learning_rate;
    (*low, *high) = args.learning_rates.unwrap_or((*low, *high));
    ensure!(
        *low < *high && high.is_finite(),
        "--matrix: its singular values are too large or too small for learning rates to be told apart"
    );
    (grid.momentum.low, grid.momentum.high) = args.momenta;
    Ok(grid)
}

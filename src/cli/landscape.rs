//! `reproduce landscape`.

use super::experiment::{Drawn, fit, read};
use super::interrupt::{self, Interrupt};
use super::number::whole;
use super::progress::Progress;
use super::{DTYPES, choice};
use crate::descent::batched::{Axis, Grid, Resources, survey};
use crate::descent::survey::Survey;
use crate::experiment::Dtype;
use crate::experiment::matrix_file::{MAX_SIZE, MatrixSource};
use crate::libtorch::device::Device;
use crate::libtorch::environment::Environment;
use crate::libtorch::{Arithmetic, Libtorch, memory};
use crate::output::folder::Folder;
use crate::report::{json, landscape::LandscapeReport};
use crate::theory::Curvature;
use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

const EXAMPLES: &str = "\
Examples:
  reproduce landscape                                    both of the notebook's matrices, 128×128 pairs each
  reproduce landscape --matrix mine.csv --grid 64x64     your own matrix, more coarsely
  reproduce landscape --matrix random --learning-rates 6:7.5 --momenta 0.7:1
                                                         a part of the map, magnified
  reproduce landscape --steps 10000                      as many steps as the notebook takes; ten times as long

Files: landscape.svg and landscape.png (above the contraction, below the final loss; drawn over them the boundary
2(1 + β)/L of theory, the best pair and the notebook's settings), landscape.npz (for the first matrix learning_rate1,
momentum1, stability_limit1 and, with a row for each momentum, final_loss1 and contraction1; and so on), landscape.json.

A cell stands for the pair at its centre. All runs start from the first rand after the seed. The contraction is the factor
by which the residual R·M − I shrinks in a step, measured before rounding ends the descent. The fastest runs take only some
thirty steps until then, so their contraction may be off by a tenth. A run has diverged if its loss became infinite or NaN,
or ended above its first. With 1,000 steps, the default, or more, the measured boundary is at most one cell off. More steps
tell slow runs apart better. Ctrl-C stops it after the current step, without results.

A GPU: --device cuda:0 needs a libtorch with CUDA. We had no GPU to run it on.

Exit codes: 0 done; 2 bad input or environment; 130 stopped by Ctrl-C.";

/// Map how fast every pair of a learning rate and a momentum converges
///
/// Computes thousands of runs at once: on the CPU each thread takes the steps of up to 2,048 runs together.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A matrix as for descend, for instance diag, random or FILE.csv; several --matrix stand side by side [default: diag
    /// and random, the notebook's]
    #[arg(long, value_name = "MATRIX")]
    matrix: Vec<MatrixSource>,
    /// n, the number of rows and columns [default: 4, or the matrix's own]
    #[arg(long, value_name = "N", value_parser = |text: &str| whole::<u32>(text, 1..=MAX_SIZE as u64), allow_negative_numbers = true)]
    size: Option<u32>,
    /// The generator's seed
    #[arg(long, value_name = "S", default_value_t = 314, allow_negative_numbers = true)]
    seed: i64,
    /// How many learning rates and momenta
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "128x128")]
    grid: Cells,
    /// The learning rates [default: from 0 to 1.1 times the greatest that any momentum makes stable, 4/L]
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true)]
    learning_rates: Option<Range>,
    /// The momenta
    #[arg(long, value_name = "LOW:HIGH", default_value = "0:1", allow_hyphen_values = true)]
    momenta: Range,
    /// Steps of each run; the notebook takes 10,000
    #[arg(long, value_name = "K", default_value_t = 1000, value_parser = |text: &str| whole::<u32>(text, 16..=u32::MAX.into()), allow_negative_numbers = true)]
    steps: u32,
    /// The type that everything is computed in, f32 or f64; losses are kept as f32
    #[arg(long, default_value = "f32", value_parser = choice::<Dtype>(DTYPES), hide_possible_values = true)]
    dtype: Dtype,
    /// cpu, or cuda:N for a GPU
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// How many threads compute, each on runs of its own [default: one for each processor]
    #[arg(long, value_name = "T", value_parser = |text: &str| whole::<u16>(text, 1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// How products are summed [default: notebook where it can be had, else native]
    #[arg(long, value_parser = super::choice::<Arithmetic>(super::ARITHMETICS))]
    arithmetic: Option<Arithmetic>,
    /// The folder that the results are written to
    #[arg(long, value_name = "DIR", default_value = "landscape")]
    out: PathBuf,
    /// Print landscape.json instead of the summary
    #[arg(long)]
    json: bool,
}

/// Columns and rows.
#[derive(Clone, Copy, Debug)]
struct Cells(usize, usize);

impl FromStr for Cells {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Cells, &'static str> {
        let count = |text: &str| text.parse().ok().filter(|count| (1..=4096).contains(count));
        let cells = text.split_once(['x', '×']).and_then(|(columns, rows)| Some(Cells(count(columns)?, count(rows)?)));
        cells.ok_or("expected two whole numbers from 1 to 4096, such as 128x128")
    }
}

/// Two numbers, the first less than the second.
#[derive(Clone, Copy, Debug)]
struct Range(f64, f64);

impl FromStr for Range {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Range, &'static str> {
        let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let range = text.split_once(':').and_then(|(low, high)| Some(Range(number(low)?, number(high)?)));
        range.filter(|Range(low, high)| low < high).ok_or("expected two finite numbers, the lower first, such as 0:1")
    }
}

/// Runs all pairs.
pub fn run(args: &Args) -> Result<ExitCode> {
    let libtorch = Libtorch::settle(args.arithmetic)?;
    let sources = match &args.matrix[..] {
        [] => &[MatrixSource::Counting, MatrixSource::Random],
        sources => sources,
    };
    let device = args.device.open(libtorch).context("--device")?;
    let workers = match args.device {
        Device::Cpu => {
            args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
        }
        Device::Cuda(_) => 1,
    };
    libtorch.set_threads(1);
    let Cells(columns, rows) = args.grid;
    let mut drawn = vec![];
    for source in sources {
        let experiment = read(source, args.size, args.seed, args.steps, args.dtype)?;
        let (size, width) = (experiment.size, args.dtype.width());
        fit(
            &experiment,
            &[
                &memory::of_batched_run(size, width, experiment.steps)[..],
                &memory::of_descent(size, width, 0),
                &[memory::of_pairs(columns * rows)],
            ]
            .concat(),
        )?;
        let drawn_one = Drawn::new(libtorch, experiment, source)?;
        drawn.push((source, grid(args, drawn_one.spectrum.curvature())?, drawn_one));
    }
    let interrupt = Interrupt::listen()?;
    let mut folder = Folder::open(&args.out).context("--out")?;

    let runs = columns * rows * drawn.len();
    let progress = Mutex::new((0, Progress::new(runs as u64 * u64::from(args.steps), 1)));
    let observe = |run_steps: u64| {
        let (done, progress) = &mut *progress.lock().unwrap_or_else(PoisonError::into_inner);
        *done += run_steps;
        progress.tell(*done, String::new);
        if interrupt.pressed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let resources = Resources { device, workers, memory: memory::available() / 2 };
    let mut matrices = vec![];
    for (source, grid, Drawn { experiment, start, spectrum }) in drawn {
        let pairs = grid.pairs();
        let points = survey(&start, &spectrum, &pairs, experiment.steps, resources, &observe)?;
        let Some(points) = points else { break };
        let marks = experiment.marks();
        matrices.push(Survey::new(source.to_string(), grid, points, spectrum, marks));
    }
    let (done, progress) = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    let seconds = progress.end().as_secs_f64();
    if matrices.len() < sources.len() {
        let _ = writeln!(anstream::stderr(), "Stopped by Ctrl-C; nothing was written.");
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }

    let report = LandscapeReport {
        steps: args.steps as usize,
        seed: args.seed,
        dtype: args.dtype,
        matrices,
        seconds,
        workers,
        run_steps_a_second: done as f64 / seconds,
        environment: Environment::of_this_process(libtorch),
        out: &args.out,
    };
    report.stage(&mut folder)?;
    let mut pictures = folder.commit(&LandscapeReport::FILES)?;
    super::print(&if args.json { json(&report)? } else { report.text() })?;
    report.draw(&mut pictures);
    super::warn(&pictures.failures);
    Ok(ExitCode::SUCCESS)
}

fn grid(args: &Args, curvature: Curvature) -> Result<Grid> {
    let Cells(columns, rows) = args.grid;
    let mut grid = Grid::around(curvature, columns, rows);
    if let Some(Range(low, high)) = args.learning_rates {
        (grid.learning_rate.low, grid.learning_rate.high) = (low, high);
    }
    let Axis { low, high, .. } = grid.learning_rate;
    ensure!(
        low < high && high.is_finite(),
        "--matrix: its singular values are too large or too small for learning rates to be told apart"
    );
    (grid.momentum.low, grid.momentum.high) = (args.momenta.0, args.momenta.1);
    Ok(grid)
}

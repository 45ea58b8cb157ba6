//! `reproduce landscape`.

use super::interrupt::{self, Interrupt};
use super::number::whole;
use super::progress::Progress;
use crate::descent::batched::{Axis, Grid, Means, bytes_a_run, survey};
use crate::descent::start;
use crate::descent::survey::Survey;
use crate::experiment::matrix_file::{MAX_SIZE, MatrixSource};
use crate::experiment::{Dtype, Experiment, Scalar};
use crate::libtorch::device::Device;
use crate::libtorch::environment::Environment;
use crate::libtorch::memory;
use crate::libtorch::{Arithmetic, Libtorch};
use crate::output::folder::Folder;
use crate::report::landscape::Report;
use crate::theory::{Curvature, Spectrum};
use anyhow::{Context, Result, bail};
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
by which the residual R·M − I shrank a step, before rounding ends the descent; the fastest runs get there in some thirty
steps, which tell it to about a tenth. A run has diverged if its loss left the finite numbers, or ended above its first.
The boundary is measured within one cell from about 1,000 steps on, the default. More steps tell slow runs apart better.
Ctrl-C stops it after the current step, without results.

A GPU: --device cuda:0 needs a libtorch with CUDA. We had no GPU to run it on.

Exit codes: 0 done; 2 bad input or environment; 130 stopped by Ctrl-C.";

/// Map how fast every pair of a learning rate and a momentum converges
///
/// Thousands of runs at once, in one graph.
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
    /// The type that everything is computed in; losses are kept as f32
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Dtype,
    /// cpu, or cuda:N for a GPU
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Threads, each with runs of its own [default: one for each processor]
    #[arg(long, value_name = "T", value_parser = |text: &str| whole::<u16>(text, 1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// How products are summed [default: notebook where it can be had, else native]
    #[arg(long, value_enum)]
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
    let sources = match &args.matrix[..] {
        [] => &[MatrixSource::Counting, MatrixSource::Random],
        sources => sources,
    };
    let size = args.size.map(|size| size as usize);
    let mut experiments = vec![];
    for source in sources {
        let (matrix, size) = source.read(size).context("--matrix")?;
        let experiment = Experiment {
            matrix,
            size,
            seed: args.seed,
            steps: args.steps as usize,
            dtype: args.dtype,
            ..Experiment::default()
        };
        experiment.ensure_finite().context("--matrix")?;
        experiments.push(experiment);
    }
    let Cells(columns, rows) = args.grid;
    for experiment in &experiments {
        let one = bytes_a_run(experiment.size, args.dtype.width(), experiment.steps);
        let needed = one + memory::of_descent(experiment.size, args.dtype.width(), 0) + (columns * rows * 64) as u64;
        memory::ensure_fits(&format!("one run with --size {}", experiment.size), needed)?;
    }
    let device = args.device.open()?;
    let libtorch = Libtorch::settle(args.arithmetic)?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = match args.device {
        Device::Cpu => args.threads.map_or(processors, usize::from),
        Device::Cuda(_) => 1,
    };
    tch::set_num_threads(1);

    let runs = columns * rows * experiments.len();
    let progress = Mutex::new((0, Progress::new(runs as u64 * u64::from(args.steps), 1)));
    let interrupt = Interrupt::listen()?;
    let observe = |run_steps: u64| {
        let (done, progress) = &mut *progress.lock().unwrap_or_else(PoisonError::into_inner);
        *done += run_steps;
        progress.tell(*done, String::new);
        if interrupt.pressed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let means = Means { device, workers, memory: memory::available() / 2 };
    let mut folder = None;
    let mut matrices = vec![];
    for (source, experiment) in sources.iter().zip(&experiments) {
        let survey = match args.dtype {
            Dtype::F32 => survey_of::<f32>(libtorch, args, source, experiment, means, &mut folder, &observe),
            Dtype::F64 => survey_of::<f64>(libtorch, args, source, experiment, means, &mut folder, &observe),
        }?;
        let Some(survey) = survey else {
            let (_, progress) = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
            progress.end();
            let _ = writeln!(anstream::stderr(), "Stopped by Ctrl-C; nothing was written.");
            return Ok(ExitCode::from(interrupt::EXIT_CODE));
        };
        matrices.push(survey);
    }
    let (done, progress) = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    let seconds = progress.end().as_secs_f64();

    let report = Report {
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
    let mut folder = folder.context("no matrix")?;
    report.stage(&mut folder)?;
    folder.commit()?;
    super::print(&if args.json { report.json()? } else { report.text() })?;
    Ok(ExitCode::SUCCESS)
}

/// One matrix; `None` if `observe` ended it. Opens the folder once the matrix is known to have an inverse.
fn survey_of<T: Scalar>(
    libtorch: Libtorch,
    args: &Args,
    source: &MatrixSource,
    experiment: &Experiment,
    means: Means,
    folder: &mut Option<Folder>,
    observe: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Result<Option<Survey>> {
    let start = start::<T>(libtorch, experiment)?;
    let spectrum = Spectrum::of(&start.matrix)?;
    spectrum.ensure_invertible().with_context(|| format!("--matrix {source}"))?;
    if folder.is_none() {
        *folder = Some(Folder::open(&args.out)?);
    }
    let grid = grid(args, spectrum.curvature())?;
    let points = survey::<T>(&start, &spectrum, &grid.pairs(), experiment.steps, means, observe)?;
    let survey = |points| {
        let name = source.to_string();
        Survey::new(name, grid, points, spectrum, experiment.marks())
    };
    Ok(points.map(survey))
}

fn grid(args: &Args, curvature: Curvature) -> Result<Grid> {
    let Cells(columns, rows) = args.grid;
    let mut grid = Grid::around(curvature, columns, rows);
    if let Some(Range(low, high)) = args.learning_rates {
        (grid.learning_rate.low, grid.learning_rate.high) = (low, high);
    }
    let Axis { low, high, .. } = grid.learning_rate;
    if !(low < high && high.is_finite()) {
        bail!("--matrix: its singular values are too large or too small for learning rates to be told apart");
    }
    (grid.momentum.low, grid.momentum.high) = (args.momenta.0, args.momenta.1);
    Ok(grid)
}

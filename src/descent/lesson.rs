//! The lesson beside the cells: the notebook's runs at many steps, their errors, and the map of their settings.

use crate::descent::batched::{Grid, Means, survey};
use crate::descent::snapshots::{EigenvalueErrors, Snapshot, eigenvalue_errors, logarithmic_steps, take};
use crate::descent::start;
use crate::descent::survey::Survey;
use crate::experiment::{Experiment, Matrix};
use crate::libtorch::Libtorch;
use crate::libtorch::memory;
use crate::theory::Spectrum;
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use std::ops::ControlFlow;

/// The last step that the notebook drew.
const LAST_DRAWN: usize = 8000;
/// The steps over which errors are shown; after them rounding rules in the fast runs.
pub const ERROR_STEPS: usize = 1000;
/// So many learning rates, and as many momenta, are on a map.
pub const MAP_CELLS: usize = 64;
/// The steps of each run on a map.
pub const MAP_STEPS: usize = 400;

/// What is computed for the page alone.
#[derive(Debug)]
pub struct Lesson {
    /// The residuals of the runs that the notebook drew, under their losses' names.
    pub films: Vec<(&'static str, Vec<Snapshot>)>,
    /// The errors of the four runs along the eigenvectors, under their losses' names.
    pub errors: Vec<(&'static str, EigenvalueErrors)>,
    /// The maps of learning rate and momentum for both matrices.
    pub maps: Vec<Survey>,
}

/// The steps that [`Lesson::compute`] moves its bar on by.
pub fn work() -> u64 {
    let runs = Experiment::of_the_notebook().len();
    (2 * LAST_DRAWN + runs * ERROR_STEPS) as u64
}

impl Lesson {
    /// Computes all of it, in f32 on the CPU.
    ///
    /// # Errors
    /// When libtorch can't.
    pub fn compute(libtorch: Libtorch, progress: &ProgressBar) -> Result<Lesson> {
        let runs = Experiment::of_the_notebook();
        let steps = logarithmic_steps(LAST_DRAWN, 24, 2000);
        let mut films = vec![];
        for (name, run) in &runs[..2] {
            films.push((*name, take(libtorch, run, &steps)?));
            progress.inc(LAST_DRAWN as u64);
        }
        let mut errors = vec![];
        for (name, run) in &runs {
            errors.push((*name, eigenvalue_errors(libtorch, run, ERROR_STEPS)?));
            progress.inc(ERROR_STEPS as u64);
        }
        let maps = [("diag", Matrix::counting(4)), ("random", Matrix::Random)];
        // Each batch is one thread's work: libtorch's own threads would only wait for each other.
        let threads = tch::get_num_threads();
        tch::set_num_threads(1);
        let maps = maps.into_iter().map(|(name, matrix)| map(libtorch, name, matrix));
        let maps = maps.collect::<Result<_>>();
        tch::set_num_threads(threads);
        Ok(Lesson { films, errors, maps: maps? })
    }
}

fn map(libtorch: Libtorch, name: &str, matrix: Matrix) -> Result<Survey> {
    let experiment = Experiment { matrix, steps: MAP_STEPS, ..Experiment::default() };
    let start = start::<f32>(libtorch, &experiment)?;
    let spectrum = Spectrum::of(&start.matrix)?;
    let grid = Grid::around(spectrum.curvature(), MAP_CELLS, MAP_CELLS);
    let means = Means {
        device: tch::Device::Cpu,
        workers: std::thread::available_parallelism().map_or(1, usize::from),
        memory: memory::available() / 2,
    };
    let pairs = grid.pairs();
    let go_on = |_| ControlFlow::Continue(());
    let points = survey::<f32>(&start, &spectrum, &pairs, MAP_STEPS, means, &go_on)?;
    let points = points.context("the map of learning rate and momentum was stopped")?;
    Ok(Survey::new(name.to_owned(), grid, points, spectrum, experiment.marks()))
}

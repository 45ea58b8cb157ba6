//! The lesson beside the cells: the notebook's runs at many steps, their errors, and the map of their settings.

use crate::by_hand::survey::{Resources, survey};
use crate::by_hand::witness::with_problem;
use crate::by_hand::{Kernels, State};
use crate::descent::snapshots::{EigenvalueErrors, Snapshot, eigenvalue_errors, logarithmic_steps, take};
use crate::descent::{self, Steps, start};
use crate::experiment::{Experiment, Matrix};
use crate::libtorch::{Arithmetic, Libtorch, square};
use crate::theory::Spectrum;
use crate::theory::survey::{Grid, Survey};
use anyhow::{Context, Result};
use std::ops::ControlFlow;
use tch::Tensor;

/// The last step that the notebook drew.
const LAST_DRAWN: usize = 8000;
/// The steps over which errors are shown; after them rounding rules in the fast runs.
pub const ERROR_STEPS: usize = 1000;
/// So many learning rates, and as many momenta, are on a map.
pub const MAP_CELLS: usize = 64;
/// The steps of each run on a map.
pub const MAP_STEPS: usize = 400;
/// The steps that [`Lesson::compute`] tells of: two runs are drawn, four have their errors shown.
pub const PROGRESS_STEPS: u64 = (2 * LAST_DRAWN + 4 * ERROR_STEPS) as u64;

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

impl Lesson {
    /// Computes all of it, in f32 on the CPU. `progress` is told of steps that are done.
    pub fn compute(libtorch: Libtorch, progress: &dyn Fn(u64)) -> Result<Lesson> {
        let mut lesson = Lesson { films: vec![], errors: vec![], maps: vec![] };
        let runs = Experiment::of_the_notebook();
        let steps = logarithmic_steps(LAST_DRAWN, 24, 2000);
        for (name, run) in &runs[..2] {
            let (matrix, mut run) = begin(libtorch, run)?;
            lesson.films.push((name, take(&mut *run, &matrix, &steps)?));
            progress(LAST_DRAWN as u64);
        }
        for (name, experiment) in &runs {
            let (matrix, mut run) = begin(libtorch, experiment)?;
            lesson.errors.push((name, eigenvalue_errors(&mut *run, experiment, &matrix, ERROR_STEPS)?));
            progress(ERROR_STEPS as u64);
        }
        for (name, matrix) in [("diag", Matrix::counting(4)), ("random", Matrix::Random)] {
            lesson.maps.push(map(libtorch, name, matrix)?);
        }
        Ok(lesson)
    }
}

/// The matrix and the run: by hand in notebook arithmetic, where that has libtorch's bits, else through libtorch.
fn begin(libtorch: Libtorch, experiment: &Experiment) -> Result<(Tensor, Box<dyn Steps<f32>>)> {
    match libtorch.arithmetic() {
        Arithmetic::Notebook => with_problem(libtorch, experiment, |problem| {
            let run = State::new(problem, Kernels::Notebook)?;
            Ok((square(problem.matrix, problem.size)?, Box::new(run) as Box<dyn Steps<f32>>))
        }),
        Arithmetic::Native => {
            let start = start::<f32>(libtorch, experiment)?;
            Ok((start.matrix.shallow_clone(), descent::run(experiment, start)?))
        }
    }
}

fn map(libtorch: Libtorch, name: &str, matrix: Matrix) -> Result<Survey> {
    let experiment = Experiment { matrix, steps: MAP_STEPS, ..Experiment::default() };
    let start = start::<f32>(libtorch, &experiment)?;
    let spectrum = Spectrum::of(&start.matrix)?;
    let grid = Grid::around(spectrum.curvature(), MAP_CELLS, MAP_CELLS);
    let resources = Resources::of(None);
    let points = survey(&start, &spectrum, &grid.pairs(), MAP_STEPS, resources, &|_| ControlFlow::Continue(()))?;
    let points = points.context("the map of learning rate and momentum was stopped")?;
    Ok(Survey::new(name.to_owned(), grid, points, spectrum, experiment.marks()))
}

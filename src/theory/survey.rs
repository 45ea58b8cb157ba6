//! A grid of runs, and what it tells: how many diverged, which pair is the fastest, where the measured boundary of stability is.

use crate::experiment::Pair;
use crate::theory::{Curvature, Spectrum};
use serde::Serialize;

/// A grid of pairs: every learning rate with every momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Grid {
    /// The learning rates: one a column.
    pub learning_rate: Axis,
    /// The momenta: one a row.
    pub momentum: Axis,
}

/// Equal cells side by side; each stands for the number at its centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Where the first cell begins.
    pub low: f64,
    /// Where the last cell ends.
    pub high: f64,
    /// How many cells, at least 1.
    pub cells: usize,
}

impl Axis {
    /// Where this cell begins; `edge(cells)` is where the last one ends.
    pub fn edge(&self, cell: usize) -> f64 {
        self.low + cell as f64 * (self.high - self.low) / self.cells as f64
    }

    /// The numbers that the cells stand for.
    pub fn centres(&self) -> Vec<f64> {
        let width = (self.high - self.low) / self.cells as f64;
        (0..self.cells).map(|cell| self.low + (cell as f64 + 0.5) * width).collect()
    }
}

impl Grid {
    /// Learning rates from 0 to 1.1 times the greatest that any momentum makes stable, 4/L, and momenta from 0 to 1.
    pub fn around(curvature: Curvature, columns: usize, rows: usize) -> Grid {
        let axis = |high, cells| Axis { low: 0.0, high, cells };
        Grid { learning_rate: axis(1.1 * curvature.stability_limit(1.0), columns), momentum: axis(1.0, rows) }
    }

    /// The pairs, row by row.
    pub fn pairs(&self) -> Vec<Pair> {
        let rates = self.learning_rate.centres();
        let row = |momentum| rates.iter().map(move |&learning_rate| Pair { learning_rate, momentum });
        self.momentum.centres().into_iter().flat_map(row).collect()
    }
}

/// What became of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The loss at the start of the last step; infinite or NaN for a run that diverged that far.
    pub final_loss: f64,
    /// The factor by which the residual shrank a step, NaN where that can't be told: see [`crate::theory::contraction::measured`].
    pub contraction: f64,
    /// See [`crate::theory::contraction::has_diverged`].
    pub has_diverged: bool,
}

/// What became of all pairs of one matrix.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// The matrix, as the user named it.
    pub matrix: String,
    /// n.
    pub size: usize,
    /// κ(M).
    pub condition_number: f64,
    /// The pairs.
    pub grid: Grid,
    /// The best pair in theory.
    pub best: Pair,
    /// Its contraction in theory.
    pub best_contraction: f64,
    /// The pair of the grid with the least contraction that was measured.
    pub fastest: Option<Fastest>,
    /// How many runs diverged.
    pub diverged: usize,
    /// How the measured boundary of stability compares with the predicted one.
    pub boundary: Boundary,
    /// What became of the runs, row by row.
    #[serde(skip)]
    pub points: Vec<Point>,
    /// The matrix's spectrum.
    #[serde(skip)]
    pub spectrum: Spectrum,
    /// The notebook's settings, if the matrix is one of its.
    #[serde(skip)]
    pub marks: Vec<Pair>,
}

/// The fastest run of a grid.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Fastest {
    /// Its pair.
    #[serde(flatten)]
    pub pair: Pair,
    /// The contraction that was measured.
    pub contraction: f64,
}

/// The measured boundary of stability against `2(1 + β)/L`, momentum by momentum: in each row of the grid, the first
/// learning rate above 0 whose run diverged against the first that theory calls unstable. Momenta outside −1 to 1, with which
/// no learning rate is stable, have no boundary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Boundary {
    /// Rows with a boundary, predicted or measured, on the grid.
    pub rows: usize,
    /// Rows in which the two are at most one cell apart.
    pub within_a_cell: usize,
    /// The greatest distance, in cells.
    pub farthest: usize,
}

impl Boundary {
    /// Of these points on this grid.
    pub fn of(grid: &Grid, points: &[Point], spectrum: &Spectrum) -> Boundary {
        let rates = grid.learning_rate.centres();
        let mut boundary = Boundary::default();
        for (momentum, points) in grid.momentum.centres().into_iter().zip(points.chunks(rates.len())) {
            let limit = spectrum.curvature().stability_limit(momentum);
            let first = |is_beyond: &dyn Fn(usize) -> bool| {
                (0..rates.len()).find(|&column| rates[column] > 0.0 && is_beyond(column)).unwrap_or(rates.len())
            };
            let predicted = first(&|column| rates[column] >= limit);
            let measured = first(&|column| points[column].has_diverged);
            if momentum.abs() < 1.0 && predicted.min(measured) < rates.len() {
                let distance = predicted.abs_diff(measured);
                boundary.rows += 1;
                boundary.within_a_cell += usize::from(distance <= 1);
                boundary.farthest = boundary.farthest.max(distance);
            }
        }
        boundary
    }
}

impl Survey {
    /// Of these points, which belong to the pairs of `grid`.
    pub fn new(matrix: String, grid: Grid, points: Vec<Point>, spectrum: Spectrum, marks: Vec<Pair>) -> Survey {
        let curvature = spectrum.curvature();
        let best = curvature.best_pair();
        let pairs = grid.pairs().into_iter().zip(&points);
        let told = pairs.filter(|(_, point)| !point.has_diverged && point.contraction.is_finite());
        Survey {
            matrix,
            size: spectrum.size(),
            condition_number: spectrum.condition_number(),
            grid,
            best,
            best_contraction: curvature.contraction(best),
            fastest: told
                .map(|(pair, point)| Fastest { pair, contraction: point.contraction })
                .min_by(|a, b| a.contraction.total_cmp(&b.contraction)),
            diverged: points.iter().filter(|point| point.has_diverged).count(),
            boundary: Boundary::of(&grid, &points, &spectrum),
            points,
            spectrum,
            marks,
        }
    }
}

//! The report of a landscape: text, `landscape.json`, `landscape.npz` and the picture.

use crate::array_file::npz;
use crate::environment::Environment;
use crate::experiment::Dtype;
use crate::files::Folder;
use crate::landscape::{Grid, Point};
use crate::plots::{Landscape, Surface};
use crate::report::{brief, count, pictures::stage_both, short};
use crate::theory::{Pair, Spectrum};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Everything that a landscape found out.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// Steps of every run.
    pub steps: usize,
    /// The generator's seed.
    pub seed: i64,
    /// The type that everything was computed in.
    pub dtype: Dtype,
    /// The matrices, in their order.
    pub matrices: Vec<Survey>,
    /// The time that the steps took.
    pub seconds: f64,
    /// Threads that took steps at once.
    pub workers: usize,
    /// Steps of single runs in a second.
    pub run_steps_a_second: f64,
    /// What it was computed with.
    pub environment: Environment,
    /// `--out`.
    #[serde(skip)]
    pub out: &'a Path,
}

/// What became of all pairs of one matrix.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// The value of `--matrix`.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
        let curvature = spectrum.curvature();
        let columns = grid.learning_rate.cells;
        let rates = grid.learning_rate.centres();
        let positive = rates.iter().position(|&rate| rate > 0.0).unwrap_or(columns);
        let mut boundary = Boundary {
            rows: 0,
            within_a_cell: 0,
            farthest: 0,
        };
        for (momentum, points) in grid
            .momentum
            .centres()
            .into_iter()
            .zip(points.chunks(columns))
        {
            let limit = curvature.stability_limit(momentum);
            let beyond = |&column: &usize| rates[column] >= limit;
            let diverged = |&column: &usize| points[column].has_diverged;
            let predicted = (positive..columns).find(beyond).unwrap_or(columns);
            let measured = (positive..columns).find(diverged).unwrap_or(columns);
            if momentum.abs() >= 1.0 || predicted.min(measured) == columns {
                continue;
            }
            let distance = predicted.abs_diff(measured);
            boundary.rows += 1;
            boundary.within_a_cell += usize::from(distance <= 1);
            boundary.farthest = boundary.farthest.max(distance);
        }
        boundary
    }
}

impl Survey {
    /// Of these points, which belong to the pairs of `grid`.
    pub fn new(
        matrix: String,
        grid: Grid,
        points: Vec<Point>,
        spectrum: Spectrum,
        marks: Vec<Pair>,
    ) -> Survey {
        let curvature = spectrum.curvature();
        let best = curvature.best_pair();
        let fastest = grid
            .pairs()
            .into_iter()
            .zip(&points)
            .filter(|(_, point)| !point.has_diverged)
            .map(|(pair, point)| Fastest {
                pair,
                contraction: point.contraction,
            })
            .filter(|fastest| fastest.contraction.is_finite())
            .min_by(|a, b| a.contraction.total_cmp(&b.contraction));
        Survey {
            matrix,
            size: spectrum.size(),
            condition_number: spectrum.condition_number(),
            grid,
            best,
            best_contraction: curvature.contraction(best),
            fastest,
            diverged: points.iter().filter(|point| point.has_diverged).count(),
            boundary: Boundary::of(&grid, &points, &spectrum),
            points,
            spectrum,
            marks,
        }
    }

    /// Its size and condition number.
    pub fn subtitle(&self) -> String {
        let condition_number = short(self.condition_number);
        format!("{0}×{0}, condition number {condition_number}", self.size)
    }
}

impl Report<'_> {
    /// `landscape.json`, ended by a newline.
    ///
    /// # Errors
    /// When it can't be serialised.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The summary for the terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:<11}{value}");
        };
        for survey in &self.matrices {
            let Survey {
                grid,
                boundary,
                best,
                ..
            } = survey;
            line(
                "matrix",
                format!("{}, {}", survey.matrix, survey.subtitle()),
            );
            line(
                "pairs",
                format!(
                    "{} learning rates from {} to {}, {} momenta from {} to {}; {} diverged",
                    grid.learning_rate.cells,
                    short(grid.learning_rate.low),
                    short(grid.learning_rate.high),
                    grid.momentum.cells,
                    short(grid.momentum.low),
                    short(grid.momentum.high),
                    count(survey.diverged)
                ),
            );
            line(
                "best pair",
                format!(
                    "learning rate {}, momentum {}: contraction {} a step",
                    short(best.learning_rate),
                    short(best.momentum),
                    short(survey.best_contraction)
                ),
            );
            if let Some(Fastest { pair, contraction }) = survey.fastest {
                line(
                    "fastest",
                    format!(
                        "learning rate {}, momentum {}: contraction {} a step, measured{}",
                        short(pair.learning_rate),
                        short(pair.momentum),
                        short(contraction),
                        if contraction < survey.best_contraction {
                            ", over so few steps to about a tenth"
                        } else {
                            ""
                        }
                    ),
                );
            }
            line(
                "stability",
                match boundary.rows {
                    0 => "the boundary 2(1 + β)/L lies outside this grid".to_owned(),
                    rows => format!(
                        "measured boundary within one cell of 2(1 + β)/L for {} of {rows} momenta, farthest {} cells off",
                        boundary.within_a_cell, boundary.farthest
                    ),
                },
            );
        }
        let runs: usize = self.matrices.iter().map(|survey| survey.points.len()).sum();
        line(
            "runs",
            format!(
                "{} of {} steps in {:.1} s, {} steps a second",
                count(runs),
                count(self.steps),
                self.seconds,
                count(self.run_steps_a_second as usize)
            ),
        );
        line("written to", self.out.display().to_string());
        text
    }

    /// Draws and writes all files into `folder`.
    ///
    /// # Errors
    /// When a file can't be drawn or written.
    pub fn stage(&self, folder: &mut Folder) -> Result<()> {
        folder.stage("landscape.json", self.json()?.as_bytes())?;
        folder.stage("landscape.npz", &self.npz()?)?;
        let titles: Vec<[String; 2]> = self
            .matrices
            .iter()
            .map(|survey| [brief(&survey.matrix), survey.subtitle()])
            .collect();
        let surfaces: Vec<Surface> = self
            .matrices
            .iter()
            .zip(&titles)
            .map(|(survey, [title, subtitle])| Surface {
                title,
                subtitle,
                grid: survey.grid,
                points: &survey.points,
                curvature: survey.spectrum.curvature(),
                marks: &survey.marks,
            })
            .collect();
        stage_both(
            folder,
            "landscape",
            &Landscape {
                surfaces: &surfaces,
                steps: self.steps,
            },
        )
    }

    /// For the first matrix `learning_rate1`, `momentum1`, `stability_limit1` (one a momentum), and, with a row for each
    /// momentum, `final_loss1` and `contraction1`; and so on for the others.
    fn npz(&self) -> Result<Vec<u8>> {
        let mut arrays = vec![];
        for (k, survey) in (1..).zip(&self.matrices) {
            let Grid {
                learning_rate,
                momentum,
            } = survey.grid;
            let curvature = survey.spectrum.curvature();
            let limits: Vec<f64> = momentum
                .centres()
                .iter()
                .map(|&momentum| curvature.stability_limit(momentum))
                .collect();
            let shape = vec![momentum.cells, learning_rate.cells];
            let losses: Vec<f64> = survey
                .points
                .iter()
                .map(|point| point.final_loss.into())
                .collect();
            let contractions: Vec<f64> = survey
                .points
                .iter()
                .map(|point| point.contraction)
                .collect();
            arrays.extend([
                (
                    format!("learning_rate{k}"),
                    vec![learning_rate.cells],
                    learning_rate.centres(),
                ),
                (
                    format!("momentum{k}"),
                    vec![momentum.cells],
                    momentum.centres(),
                ),
                (format!("stability_limit{k}"), vec![momentum.cells], limits),
                (format!("final_loss{k}"), shape.clone(), losses),
                (format!("contraction{k}"), shape, contractions),
            ]);
        }
        npz(&arrays)
    }
}

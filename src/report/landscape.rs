//! The report of a landscape: text, `landscape.json`, `landscape.npz` and the picture.

use crate::descent::batched::Grid;
use crate::descent::survey::{Fastest, Survey};
use crate::experiment::Dtype;
use crate::libtorch::environment::Environment;
use crate::output::array_file::npz;
use crate::output::folder::Folder;
use crate::plots::{Landscape, Surface};
use crate::report::{brief, count, pictures::stage_both, short};
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

/// Its size and condition number.
pub(crate) fn subtitle(survey: &Survey) -> String {
    let condition_number = short(survey.condition_number);
    format!("{0}×{0}, condition number {condition_number}", survey.size)
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
            let Survey { grid, boundary, best, .. } = survey;
            line("matrix", format!("{}, {}", survey.matrix, subtitle(survey)));
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
                        if contraction < survey.best_contraction { ", over so few steps to about a tenth" } else { "" }
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
        let titles: Vec<[String; 2]> =
            self.matrices.iter().map(|survey| [brief(&survey.matrix), subtitle(survey)]).collect();
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
        stage_both(folder, "landscape", &Landscape { surfaces: &surfaces, steps: self.steps })
    }

    /// For the first matrix `learning_rate1`, `momentum1`, `stability_limit1` (one a momentum), and, with a row for each
    /// momentum, `final_loss1` and `contraction1`; and so on for the others.
    fn npz(&self) -> Result<Vec<u8>> {
        let mut arrays = vec![];
        for (k, survey) in (1..).zip(&self.matrices) {
            let Grid { learning_rate, momentum } = survey.grid;
            let curvature = survey.spectrum.curvature();
            let limits: Vec<f64> =
                momentum.centres().iter().map(|&momentum| curvature.stability_limit(momentum)).collect();
            let shape = vec![momentum.cells, learning_rate.cells];
            let losses: Vec<f64> = survey.points.iter().map(|point| point.final_loss.into()).collect();
            let contractions: Vec<f64> = survey.points.iter().map(|point| point.contraction).collect();
            arrays.extend([
                (format!("learning_rate{k}"), vec![learning_rate.cells], learning_rate.centres()),
                (format!("momentum{k}"), vec![momentum.cells], momentum.centres()),
                (format!("stability_limit{k}"), vec![momentum.cells], limits),
                (format!("final_loss{k}"), shape.clone(), losses),
                (format!("contraction{k}"), shape, contractions),
            ]);
        }
        npz(&arrays)
    }
}

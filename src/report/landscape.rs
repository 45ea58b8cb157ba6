//! The report of a landscape: text, `landscape.json`, `landscape.npz` and the picture.

use crate::experiment::{Dtype, Pair};
use crate::libtorch::environment::Environment;
use crate::output::array_file::npz;
use crate::output::folder::{Folder, Pictures};
use crate::plots::{Landscape, Surface};
use crate::report::{brief, count, pictures::draw_both, short};
use crate::theory::survey::{Axis, Grid};
use crate::theory::survey::{Fastest, Survey};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Debug, Serialize)]
pub struct LandscapeReport<'a> {
    pub steps: usize,
    pub seed: i64,
    pub dtype: Dtype,
    pub matrices: Vec<Survey>,
    pub seconds: f64,
    /// Threads that took steps at the same time.
    pub workers: usize,
    pub run_steps_a_second: f64,
    pub environment: Environment,
    /// The folder of the results.
    #[serde(skip)]
    pub out: &'a Path,
}

/// Its size and condition number.
pub(crate) fn subtitle(survey: &Survey) -> String {
    let condition_number = short(survey.condition_number);
    format!("{0}×{0}, condition number {condition_number}", survey.size)
}

impl LandscapeReport<'_> {
    /// The summary for the terminal.
    pub fn text(&self, is_written: bool) -> String {
        let mut text = String::new();
        let range = |axis: Axis| format!("from {} to {}", short(axis.low), short(axis.high));
        let named =
            |pair: Pair| format!("learning rate {}, momentum {}", short(pair.learning_rate), short(pair.momentum));
        for survey in &self.matrices {
            let Survey { matrix, grid: Grid { learning_rate, momentum }, boundary, .. } = survey;
            let _ = writeln!(
                text,
                "\
matrix     {matrix}, {}
pairs      {} learning rates {}, {} momenta {}; {} diverged
best pair  {}: contraction {} a step",
                subtitle(survey),
                learning_rate.cells,
                range(*learning_rate),
                momentum.cells,
                range(*momentum),
                count(survey.diverged),
                named(survey.best),
                short(survey.best_contraction)
            );
            if let Some(Fastest { pair, contraction }) = survey.fastest {
                let is_rough = contraction < survey.best_contraction;
                let rough = if is_rough { " over few steps: it may be off by a tenth" } else { "" };
                let (pair, contraction) = (named(pair), short(contraction));
                let _ = writeln!(text, "fastest    {pair}: contraction {contraction} a step, measured{rough}");
            }
            let _ = match boundary.rows {
                0 => writeln!(text, "stability  the boundary 2(1 + β)/L lies outside this grid"),
                rows => writeln!(
                    text,
                    "stability  measured boundary within one cell of 2(1 + β)/L for {} of {rows} momenta, farthest {} cells off",
                    boundary.within_a_cell, boundary.farthest
                ),
            };
        }
        let runs: usize = self.matrices.iter().map(|survey| survey.points.len()).sum();
        let _ = writeln!(
            text,
            "runs       {}, with {} steps each, in {:.1} s: {} steps a second",
            count(runs),
            count(self.steps),
            self.seconds,
            count(self.run_steps_a_second as usize),
        );
        if is_written {
            let _ = writeln!(text, "written to {}", self.out.display());
        }
        text
    }

    /// What [`LandscapeReport::stage`] and [`LandscapeReport::draw`] write.
    pub const PICTURES: [&'static str; 2] = ["landscape.svg", "landscape.png"];

    pub fn stage(&self, folder: &mut Folder) -> Result<()> {
        folder.stage("landscape.npz", &self.npz()?)
    }

    pub fn draw(&self, pictures: &mut Pictures) {
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
        draw_both(pictures, "landscape", &Landscape { surfaces: &surfaces, steps: self.steps });
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
            let losses: Vec<f64> = survey.points.iter().map(|point| point.final_loss).collect();
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

//! The notebook's cells as the page shows them: the code in both languages, what was printed, and the charts.

use super::compared::compared;
use super::highlight::{Language, highlight};
use super::{Charts, charts, quote};
use crate::descent::lesson::Lesson;
use crate::notebook::page::{Cell, Output};
use crate::report::Reproduction;
use anyhow::{Context, Result};
use minijinja::{Value, context};

const PORT: &str = include_str!("../../../notebooks-ported/matrix_inverse.rs");
const CELLS: &str = include_str!("../../../notebooks-ported/matrix_inverse_cells.py");

/// The cells that ran, in order, as the template reads them; their charts go into `charts`.
///
/// # Errors
/// When the sources lack a region that a cell quotes, or a run that a cell draws has no snapshots.
pub fn cells(report: &Reproduction, lesson: &Lesson, charts: &mut Charts) -> Result<Vec<Value>> {
    let mut films = lesson.films.iter();
    let mut view = |(index, cell): (usize, &Cell)| {
        let (title, python) = quote::python_cell(CELLS, index, cell.cell)?;
        let (line, rust) = quote::rust_cell(PORT, cell.source_line as usize)?;
        let mut film = None;
        if cell.outputs.iter().any(|output| matches!(output, Output::HeatMap(_))) {
            let (run, snapshots) = films.next().context("a cell draws a run that has no snapshots")?;
            let id = format!("film-{run}");
            charts.insert(id.clone(), charts::film(snapshots)?);
            film = Some((id, snapshots.len() - 1));
        }
        let mut chart = None;
        for output in &cell.outputs {
            if let Output::LineChart(losses) = output {
                charts.insert("losses".to_owned(), charts::losses(losses));
                chart = Some("losses");
            }
        }
        let mut reasons: Vec<&str> = vec![];
        for difference in report.verdict.notebook.of_cell(cell.cell) {
            if !reasons.contains(&difference.why.as_str()) {
                reasons.push(&difference.why);
            }
        }
        Ok(context! {
            label => cell.cell,
            title,
            anchor => format!("cell-{index}"),
            line,
            python => highlight(&python, Language::Python),
            rust => highlight(&rust, Language::Rust),
            pieces => compared(cell, &report.verdict.notebook),
            reasons,
            film,
            chart,
        })
    };
    report.page.cells.iter().enumerate().map(&mut view).collect()
}

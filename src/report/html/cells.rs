//! The notebook's cells as the page shows them: the code in both languages, what was printed, and the charts.

use super::compared::compared;
use super::highlight::{Language, highlight};
use super::{Charts, charts, quote};
use crate::descent::lesson::Lesson;
use crate::notebook::page::{Cell, Output};
use crate::report::Reproduction;
use anyhow::{Context, Result};
use minijinja::{Value, context};

/// The cells that ran, in order, as the template reads them; their charts go into `charts`.
pub fn cells(report: &Reproduction, lesson: &Lesson, charts: &mut Charts) -> Result<Vec<Value>> {
    let mut films = lesson.films.iter();
    let mut view = |(index, cell): (usize, &Cell)| {
        let (title, python) = quote::python_cell(quote::PYTHON, index, cell.cell)?;
        let (line, rust) = quote::rust_cell(quote::RUST, cell.source_line as usize)?;
        let (mut film, mut chart) = (None, None);
        for output in &cell.outputs {
            match output {
                Output::HeatMap(_) if film.is_none() => {
                    let (run, snapshots) = films.next().context("a cell draws a run that has no snapshots")?;
                    let id = format!("film-{run}");
                    charts.insert(id.clone(), charts::film(snapshots)?);
                    film = Some((id, snapshots.len() - 1));
                }
                Output::LineChart(losses) => {
                    charts.insert("losses".to_owned(), charts::losses(losses));
                    chart = Some("losses");
                }
                _ => {}
            }
        }
        let mut reasons: Vec<&str> = vec![];
        for difference in report.verdict.notebook.of_cell(cell.cell) {
            if !reasons.contains(&&*difference.why) {
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

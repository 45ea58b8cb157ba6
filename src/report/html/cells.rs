//! The notebook's cells as the page shows them: the code in both languages, what was printed, and the charts.

use super::compared::{Compared, compared};
use super::highlight::{Highlighter, Language, Span};
use super::{Data, charts, quote};
use crate::notebook::page::Output;
use crate::report::Report;
use anyhow::{Context, Result};

const PORT: &str = include_str!("../../../notebooks-ported/matrix_inverse.rs");
const CELLS: &str = include_str!("../../../notebooks-ported/matrix_inverse_cells.py");

/// One cell: the code in both languages, and what was printed.
pub struct CellView {
    pub label: &'static str,
    pub title: &'static str,
    pub anchor: String,
    pub line: usize,
    pub python: Vec<Span>,
    pub rust: Vec<Span>,
    pub output: Compared,
    pub reasons: Vec<String>,
    pub film: Option<FilmView>,
    pub chart: Option<ChartView>,
}

/// Residuals with a slider over the steps.
pub struct FilmView {
    pub id: String,
    pub last: usize,
}

/// A chart with a switch for each curve.
pub struct ChartView {
    pub id: &'static str,
    pub curves: Vec<(String, &'static str)>,
}

/// The cells that ran, in order; their charts go into `data`.
///
/// # Errors
/// When the sources lack a region that a cell quotes, or a chart can't be serialised.
pub fn cells<'a>(report: &'a Report, highlighter: &Highlighter, data: &mut Data<'a>) -> Result<Vec<CellView>> {
    let mut views = vec![];
    let mut films = report.lesson.films.iter();
    for (index, cell) in report.page.cells.iter().enumerate() {
        let (title, python) = quote::python_cell(CELLS, index, cell.cell)?;
        let (line, rust) = quote::rust_cell(PORT, cell.source_line as usize)?;
        let mut view = CellView {
            label: cell.cell,
            title,
            anchor: format!("cell-{index}"),
            line,
            python: highlighter.spans(&python, Language::Python)?,
            rust: highlighter.spans(&rust, Language::Rust)?,
            output: compared(cell, &report.check),
            reasons: vec![],
            film: None,
            chart: None,
        };
        for difference in report.check.of_cell(cell.cell) {
            if !view.reasons.contains(&difference.why) {
                view.reasons.push(difference.why.clone());
            }
        }
        if cell.outputs.iter().any(|output| matches!(output, Output::HeatMap(_))) {
            let (id, snapshots) = films.next().context("a cell draws a run that has no snapshots")?;
            let first = snapshots.first().context("a run without snapshots")?;
            let id = format!("film-{id}");
            data.charts.insert(id.clone(), charts::difference(first)?);
            data.films.insert(id.clone(), snapshots);
            view.film = Some(FilmView { id, last: snapshots.len() - 1 });
        }
        for output in &cell.outputs {
            if let Output::LineChart(chart) = output {
                data.charts.insert("losses".to_owned(), charts::losses(chart)?);
                let names = chart.names.iter().map(|name| name.to_string());
                view.chart = Some(ChartView { id: "losses", curves: names.zip(charts::COLOURS).collect() });
            }
        }
        views.push(view);
    }
    Ok(views)
}

//! The notebook's cells as the page shows them: the code in both languages, what was printed, and the charts.

use super::align::rows;
use super::compared::compared;
use super::{Charts, charts, quote, stills};
use crate::by_hand::lesson::Lesson;
use crate::notebook::page::{Cell, Output};
use crate::notebook::printed::Difference;
use crate::report::arithmetic::Named;
use crate::report::tree_picture::TreePicture;
use crate::report::{Orders, Reproduction};
use anyhow::{Context, Result};
use minijinja::{Value, context};

/// The cells that ran, in order, as the template reads them; their charts go into `charts`.
pub fn cells(report: &Reproduction, lesson: &Lesson, charts: &mut Charts) -> Result<Vec<Value>> {
    let mut films = lesson.films.iter();
    let mut view = |(index, cell): (usize, &Cell)| {
        let (title, python) = quote::python_cell(quote::PYTHON, index, cell.cell)?;
        let (line, rust) = quote::rust_cell(quote::RUST, cell.source_line as usize)?;
        let (mut film, mut chart, mut pictures) = (None, None, vec![]);
        for output in &cell.outputs {
            if let Output::HeatMap(map) = output {
                pictures.push(stills::residual(map)?.to_string());
            }
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
        let is_explained = report.verdict.notebook.of_cell(cell.cell).any(Difference::is_explained);
        let orders = report.orders.iter().filter(|_| is_explained).flat_map(Orders::both);
        // Two equal orders are shown once.
        let orders = orders.map(|(name, [notebook, here])| {
            let here = if here == notebook { &[] } else { here };
            Ok((name, trees(notebook)?, trees(here)?))
        });
        Ok(context! {
            label => cell.cell,
            title,
            anchor => format!("cell-{index}"),
            line,
            rows => rows(&python, &rust),
            pieces => compared(cell, &report.verdict.notebook),
            reasons,
            orders => orders.collect::<Result<Vec<_>>>()?,
            film,
            stills => Value::from_safe_string(pictures.concat()),
            chart,
        })
    };
    report.page.cells.iter().enumerate().map(&mut view).collect()
}

/// A sum's orders as the template reads them, each with its picture.
fn trees(trees: &[Named]) -> Result<Vec<Value>> {
    let view = |named: &Named| {
        let picture = stills::inline(&TreePicture(&named.tree))?;
        let place = if trees.len() > 1 { &*named.place } else { "" };
        Ok(context! { words => named.words, formula => named.formula, place, picture })
    };
    trees.iter().map(view).collect()
}

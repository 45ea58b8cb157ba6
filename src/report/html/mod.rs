//! `report.html`: one file that opens from disk without a network.

mod cells;
mod charts;
mod compared;
mod highlight;
mod idioms;
mod quote;

use crate::descent::lesson;
use crate::descent::snapshots::Snapshot;
use crate::report::{Report, count};
use anyhow::Result;
use askama::Template;
use cells::{CellView, cells};
use highlight::Highlighter;
use idioms::{IdiomView, idioms};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The run whose errors are shown first: the notebook's "difficult random matrix".
const SHOWN_FIRST: &str = "losses2";

#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    plotly: String,
    verdicts: Vec<Verdict>,
    environment: Vec<(&'static str, String)>,
    again: String,
    cells: Vec<CellView>,
    runs: Vec<RunView>,
    maps: Vec<(String, String)>,
    map_cells: usize,
    map_steps: usize,
    error_steps: String,
    idioms: Vec<IdiomView>,
    data: Data<'a>,
}

/// One of the findings at the top.
struct Verdict {
    holds: bool,
    figure: String,
    words: String,
}

/// A run whose errors are shown.
struct RunView {
    id: &'static str,
    title: String,
    /// Whether it is the one that is shown first.
    is_shown: bool,
}

/// What the page's script draws.
#[derive(Serialize)]
struct Data<'a> {
    charts: BTreeMap<String, Value>,
    films: BTreeMap<String, &'a [Snapshot]>,
}

/// The page.
///
/// # Errors
/// When the sources lack a region that the page quotes, or a chart can't be serialised.
pub fn render(report: &Report) -> Result<String> {
    let highlighter = Highlighter::new()?;
    let mut data = Data { charts: BTreeMap::new(), films: BTreeMap::new() };
    let cells = cells(report, &highlighter, &mut data)?;
    let runs = report.lesson.errors.iter().zip(&report.page.runs);
    let runs = runs.map(|((id, errors), run)| {
        data.charts.insert(format!("errors-{id}"), charts::eigenvalue_errors(errors)?);
        Ok(RunView {
            id,
            title: format!("{} matrix, momentum {}", run.matrix, run.momentum),
            is_shown: *id == SHOWN_FIRST,
        })
    });
    let runs = runs.collect::<Result<_>>()?;
    let mut maps = vec![];
    for survey in &report.lesson.maps {
        let id = format!("map-{}", survey.matrix);
        data.charts.insert(id.clone(), charts::landscape(survey)?);
        maps.push((id, format!("{}, {}", survey.matrix, super::landscape::subtitle(survey))));
    }
    let page = Page {
        style: include_str!("page.css"),
        script: include_str!("page.js"),
        plotly: charts::script()?,
        verdicts: verdicts(report),
        environment: environment(report),
        again: format!("cargo run --bin reproduce -- --arithmetic {}", report.environment.arithmetic),
        cells,
        runs,
        maps,
        map_cells: lesson::MAP_CELLS,
        map_steps: lesson::MAP_STEPS,
        error_steps: count(lesson::ERROR_STEPS),
        idioms: idioms(&highlighter)?,
        data,
    };
    Ok(page.render()?)
}

fn verdicts(report: &Report) -> Vec<Verdict> {
    let check = &report.check;
    let of = |part, all| format!("{} of {}", count(part), count(all));
    let mut verdicts = vec![
        Verdict {
            holds: check.holds(),
            figure: of(check.equal_in_value, check.numbers),
            words: match check.explained {
                0 => "numbers that the notebook printed are equal in value".to_owned(),
                explained => format!(
                    "numbers that the notebook printed are equal in value, {explained} others are explained by the order of summation"
                ),
            },
        },
        Verdict {
            holds: check.holds(),
            figure: of(check.equal_as_printed, check.numbers),
            words: "are equal as printed, character by character; the others are marked below".to_owned(),
        },
    ];
    verdicts.push(match &report.pytorch {
        Some(against) => Verdict {
            holds: against.equal == against.losses,
            figure: of(against.equal, against.losses),
            words: format!(
                "losses are equal to the bit to those of PyTorch {}, recorded where it was told to sum products in the same order",
                against.torch
            ),
        },
        None => Verdict {
            holds: true,
            figure: "not compared".to_owned(),
            words: "with PyTorch's recorded losses, which are in notebook arithmetic".to_owned(),
        },
    });
    verdicts
}

fn environment(report: &Report) -> Vec<(&'static str, String)> {
    let environment = &report.environment;
    vec![
        ("arithmetic", environment.arithmetic.to_string()),
        ("libtorch", environment.torch.clone()),
        ("tch", environment.tch.to_owned()),
        ("MKL", environment.mkl.clone()),
        ("kernels", environment.cpu_capability.to_owned()),
        ("threads", environment.threads.to_string()),
        ("system", format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH)),
    ]
}

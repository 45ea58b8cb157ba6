//! `report.html`: one file that opens from disk without a network.

mod charts;
mod compared;
mod highlight;
mod quote;

use crate::idioms::IDIOMS;
use crate::report::{Report, count, lesson};
use crate::transcript::Output;
use anyhow::{Context, Result};
use askama::Template;
use compared::{Compared, compared};
use highlight::{Highlighter, Language, Span};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

const PORT: &str = include_str!("../../../notebooks-ported/matrix_inverse.rs");
const CELLS: &str = include_str!("../../../notebooks-ported/matrix_inverse_cells.py");

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

/// One cell: the code in both languages, and what was printed.
struct CellView {
    label: &'static str,
    title: &'static str,
    anchor: String,
    line: usize,
    python: Vec<Span>,
    rust: Vec<Span>,
    output: Compared,
    reasons: Vec<String>,
    /// The charts that stand in the cell.
    films: Vec<FilmView>,
    chart: Option<ChartView>,
}

/// Residuals with a slider over the steps.
struct FilmView {
    id: String,
    last: usize,
}

/// A chart with a switch for each curve.
struct ChartView {
    id: &'static str,
    curves: Vec<(String, &'static str)>,
}

/// A run whose errors are shown.
struct RunView {
    id: &'static str,
    title: String,
    /// Whether it is the one that is shown first.
    is_shown: bool,
}

/// One idiom pair.
struct IdiomView {
    name: &'static str,
    number: String,
    title: String,
    notes: Vec<(&'static str, Vec<Prose>)>,
    idea: Vec<Prose>,
    python: Vec<Span>,
    rust: Vec<Span>,
    printed: &'static str,
    printed_by_rust: Option<&'static str>,
}

/// A piece of a sentence.
struct Prose {
    is_code: bool,
    text: String,
}

/// What the page's script draws.
#[derive(Serialize)]
struct Data<'a> {
    charts: BTreeMap<String, Value>,
    films: BTreeMap<String, &'a [crate::snapshots::Snapshot]>,
}

/// The page.
///
/// # Errors
/// When the sources lack a region that the page quotes, or a chart can't be serialised.
pub fn render(report: &Report) -> Result<String> {
    let highlighter = Highlighter::new()?;
    let mut data = Data {
        charts: BTreeMap::new(),
        films: BTreeMap::new(),
    };
    let cells = cells(report, &highlighter, &mut data)?;
    let runs = report.lesson.errors.iter().zip(&report.page.runs);
    let runs = runs.map(|((id, errors), run)| {
        data.charts
            .insert(format!("errors-{id}"), charts::eigenvalue_errors(errors)?);
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
        maps.push((id, format!("{}, {}", survey.matrix, survey.subtitle())));
    }
    let page = Page {
        style: include_str!("page.css"),
        script: include_str!("page.js"),
        plotly: plotly()?,
        verdicts: verdicts(report),
        environment: environment(report),
        again: format!(
            "cargo run --bin reproduce -- --arithmetic {}",
            report.environment.arithmetic
        ),
        cells,
        runs,
        maps,
        map_cells: report
            .lesson
            .maps
            .first()
            .map_or(0, |map| map.grid.momentum.cells),
        map_steps: report.lesson.map_steps,
        error_steps: count(lesson::ERROR_STEPS),
        idioms: idioms(&highlighter)?,
        data,
    };
    Ok(page.render()?)
}

/// Plotly's own script. The crate hands it out as an element before MathJax's, which the page has no use for.
fn plotly() -> Result<String> {
    let elements = plotly::Plot::offline_js_sources();
    let script = elements
        .split_once('>')
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .map(|(script, _)| script.to_owned());
    script
        .filter(|script| script.contains("plotly.js v"))
        .context("the plotly crate has no script where it had one")
}

fn verdicts(report: &Report) -> Vec<Verdict> {
    let check = &report.check;
    let of = |part, all| format!("{} of {}", count(part), count(all));
    let mut verdicts = vec![
        Verdict {
            holds: check.holds(),
            figure: of(check.equal_in_value, check.numbers),
            words: match check.within_bound {
                0 => "numbers that the notebook printed are equal in value".to_owned(),
                within => format!(
                    "numbers that the notebook printed are equal in value, {within} others within the bound of native arithmetic"
                ),
            },
        },
        Verdict {
            holds: check.holds(),
            figure: of(check.equal_as_printed, check.numbers),
            words: "are equal as printed, character by character; the others are marked below"
                .to_owned(),
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
        (
            "system",
            format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH),
        ),
    ]
}

fn cells<'a>(
    report: &'a Report,
    highlighter: &Highlighter,
    data: &mut Data<'a>,
) -> Result<Vec<CellView>> {
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
            films: vec![],
            chart: None,
        };
        for difference in report
            .check
            .of_cell(cell.cell)
            .filter(|_| !cell.outputs.is_empty())
        {
            if !view.reasons.contains(&difference.why) {
                view.reasons.push(difference.why.clone());
            }
        }
        if cell
            .outputs
            .iter()
            .any(|output| matches!(output, Output::HeatMap(_)))
        {
            let (id, snapshots) = films
                .next()
                .context("a cell draws a run that has no snapshots")?;
            let first = snapshots.first().context("a run without snapshots")?;
            let id = format!("film-{id}");
            data.charts.insert(id.clone(), charts::difference(first)?);
            data.films.insert(id.clone(), snapshots);
            view.films.push(FilmView {
                id,
                last: snapshots.len() - 1,
            });
        }
        for output in &cell.outputs {
            if let Output::LineChart(chart) = output {
                data.charts
                    .insert("losses".to_owned(), charts::losses(chart)?);
                let names = chart.names.iter().map(|name| name.to_string());
                view.chart = Some(ChartView {
                    id: "losses",
                    curves: names.zip(charts::COLOURS).collect(),
                });
            }
        }
        views.push(view);
    }
    Ok(views)
}

fn idioms(highlighter: &Highlighter) -> Result<Vec<IdiomView>> {
    let view = |idiom: &crate::idioms::Idiom| {
        let (python, rust) = (idiom.python(), idiom.rust());
        let (number, title) = idiom.name.split_once('_').unwrap_or(("", idiom.name));
        let text = |head: &[(&str, String)], label: &str| {
            let found = head.iter().find(|(name, _)| *name == label);
            let text = found.with_context(|| {
                format!(
                    "notebooks-ported/autograd/{}: no `{label}:` in its head",
                    idiom.name
                )
            });
            text.map(|(_, text)| prose(text))
        };
        Ok(IdiomView {
            name: idiom.name,
            number: number.to_owned(),
            title: title.replace('_', " "),
            idea: text(&python.head, "Idea")?,
            notes: vec![
                ("Trap", text(&python.head, "Trap")?),
                ("Rust differs", text(&rust.head, "Differs")?),
            ],
            python: highlighter.spans(python.body.trim_end(), Language::Python)?,
            rust: highlighter.spans(rust.body.trim_end(), Language::Rust)?,
            printed: idiom.printed,
            printed_by_rust: idiom.printed_by_rust,
        })
    };
    IDIOMS.iter().map(view).collect()
}

/// A text in which backquotes enclose code.
fn prose(text: &str) -> Vec<Prose> {
    let piece = |(k, text): (usize, &str)| Prose {
        is_code: k % 2 == 1,
        text: text.to_owned(),
    };
    text.split('`').enumerate().map(piece).collect()
}

//! `report.html`: one file that opens from disk without a network.

mod align;
mod cells;
mod chapter;
mod charts;
mod compared;
mod figures;
mod highlight;
mod idioms;
mod quote;
mod stills;

use crate::by_hand::lesson::{self, Lesson};
use crate::notebook::idioms::symptoms;
use crate::notebook::page::{LineChart, Output};
use crate::plots::PLASMA;
use crate::report::{Reproduction, count};
use anyhow::{Context, Result};
use cells::cells;
use idioms::idioms;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde_json::json;
use std::collections::BTreeMap;

/// The run whose errors are shown first: the notebook's "difficult random matrix".
const SHOWN_FIRST: &str = "losses2";

/// The page's script, in the order in which its parts need each other.
const SCRIPT: [&str; 7] = [
    "\"use strict\";\n",
    include_str!("descent.js"),
    include_str!("plot.js"),
    include_str!("curves.js"),
    include_str!("heat.js"),
    include_str!("page.js"),
    include_str!("playground.js"),
];

/// What the page's script draws, under the ids of their places.
type Charts = BTreeMap<String, serde_json::Value>;

/// The page.
pub fn render(report: &Reproduction, lesson: &Lesson) -> Result<String> {
    let mut charts = Charts::new();
    let cells = cells(report, lesson, &mut charts)?;
    let mut runs = vec![];
    for ((id, errors), run) in lesson.errors.iter().zip(&report.page.runs) {
        charts.insert(format!("errors-{id}"), charts::eigenvalue_errors(errors));
        let title = format!("{} matrix, momentum {}", run.matrix, run.momentum);
        runs.push(
            context! { id, title, matrix => run.matrix, momentum => run.momentum, is_shown => *id == SHOWN_FIRST },
        );
    }
    let shown_first =
        lesson.errors.iter().find(|(id, _)| *id == SHOWN_FIRST).context("the random run has no errors")?;
    let chart = line_chart(report).context("no cell draws the losses")?;
    // The first row's errors along the diagonal matrix's steepest and flattest eigenvector: the residual over the entry.
    let (eigenvalues, film) = (&lesson.errors[0].1.eigenvalues, &lesson.films[0].1[0].difference);
    let start = [f64::from(film[3]) / 4.0, film[0].into()];
    let (mut maps, mut spreads) = (vec![], vec![]);
    for survey in &lesson.maps {
        let id = format!("map-{}", survey.matrix);
        charts.insert(id.clone(), charts::map(survey));
        let title = format!("{}, {}", survey.matrix, super::landscape::subtitle(survey));
        maps.push((id, title, stills::map(survey, lesson::MAP_STEPS)?));
        let name = if survey.matrix == "diag" { "diagonal" } else { &survey.matrix };
        spreads.push((name, count(survey.condition_number.powi(2).round() as usize)));
    }
    let colours: Vec<String> = PLASMA.iter().map(|colour| format!("#{colour:06x}")).collect();
    let data = serde_json::to_string(&json!({
        "charts": charts,
        "colours": colours,
        "runs": charts::runs(&report.page.runs),
        "arithmetic": report.environment.arithmetic.to_string(),
    }))?;
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_template("playground.html", include_str!("playground.html"))?;
    templates.add_template("page.html", include_str!("page.html"))?;
    Ok(templates.get_template("page.html")?.render(context! {
        style => Value::from_safe_string([include_str!("page.css"), include_str!("playground.css")].concat()),
        script => Value::from_safe_string(SCRIPT.concat()),
        // A string in it can't end the element that it stands in.
        data => Value::from_safe_string(data.replace('<', "\\u003c")),
        verdicts => verdicts(report),
        environment => environment(report),
        arithmetic => report.environment.arithmetic.to_string(),
        cells,
        runs,
        maps,
        spreads,
        map_cells => lesson::MAP_CELLS,
        map_steps => lesson::MAP_STEPS,
        error_steps => count(lesson::ERROR_STEPS),
        still_losses => stills::losses(chart)?,
        still_errors => stills::errors(&shown_first.1)?,
        paths => figures::paths([eigenvalues[0], eigenvalues[3]], start),
        factors => figures::factors(eigenvalues),
        handles => Value::from_safe_string(include_str!("handles.svg").to_owned()),
        about_port => quote::about(quote::RUST).map(|text| idioms::prose(&text))?,
        symptoms => symptoms().into_iter().map(|(text, _)| text).collect::<Vec<_>>(),
        idioms => idioms()?,
        stages => chapter::stages(),
        frames => chapter::frames(),
    })?)
}

/// The notebook's chart of its four runs.
fn line_chart(report: &Reproduction) -> Option<&LineChart> {
    report.page.cells.iter().flat_map(|cell| &cell.outputs).find_map(|output| match output {
        Output::LineChart(chart) => Some(chart),
        _ => None,
    })
}

/// The findings at the top: whether each holds, its figure, and what the figure says.
fn verdicts(report: &Reproduction) -> Vec<(bool, String, String)> {
    let check = &report.verdict.notebook;
    let of = |part, all| format!("{} of {}", count(part), count(all));
    let mut in_value = "numbers that the notebook printed are equal in value".to_owned();
    if check.explained > 0 {
        in_value += &format!(", {} others are explained by the order of summation", check.explained);
    }
    let as_printed = "are equal as printed, character by character; the others are marked below".to_owned();
    let losses = match &report.verdict.pytorch {
        Some(against) => {
            let torch = &against.torch;
            let words = format!(
                "losses are equal to the bit to those of PyTorch {torch}, recorded where it was told to sum products in the \
                 same order"
            );
            (against.holds(), of(against.equal, against.losses), words)
        }
        None => {
            let words = "with PyTorch's recorded losses, which are in notebook arithmetic";
            (true, "not compared".to_owned(), words.to_owned())
        }
    };
    let mut verdicts = vec![
        (check.holds(), of(check.equal_in_value, check.numbers), in_value),
        (check.holds(), of(check.equal_as_printed, check.numbers), as_printed),
        losses,
    ];
    let missing = check.missing.iter();
    verdicts.extend(missing.map(|missing| (false, "missing".to_owned(), format!("no cell shows {missing}"))));
    verdicts
}

fn environment(report: &Reproduction) -> [(&'static str, String); 8] {
    let environment = &report.environment;
    let digests = report.page.runs.iter().map(|run| format!("{} {}", run.name, run.losses_sha256));
    [
        ("arithmetic", environment.arithmetic.to_string()),
        ("libtorch", environment.torch.clone()),
        ("tch", environment.tch.to_owned()),
        ("MKL", environment.mkl.clone()),
        ("kernels", environment.cpu_capability.to_owned()),
        ("threads", environment.threads.to_string()),
        ("system", format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH)),
        ("losses", digests.collect::<Vec<_>>().join(", ")),
    ]
}

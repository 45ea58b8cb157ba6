//! `report.json`.

use crate::libtorch::environment::Environment;
use crate::notebook::page::{Cell, Run};
use crate::notebook::printed::{Check, Difference};
use crate::parity::pytorch::AgainstRecorded;
use crate::report::Report;
use anyhow::Result;
use serde::Serialize;

#[derive(Serialize)]
struct Json<'a> {
    notebook: &'a Check,
    differences: &'a [Difference],
    cells: &'a [Cell],
    runs: Vec<JsonRun<'a>>,
    pytorch: &'a Option<AgainstRecorded>,
    environment: &'a Environment,
}

/// A run; each number is the shortest decimal that reads back to the same f32.
#[derive(Serialize)]
struct JsonRun<'a> {
    name: &'a str,
    matrix: &'a str,
    seed: i64,
    learning_rate: f64,
    momentum: f64,
    steps: usize,
    losses: &'a [f32],
    parameter: Vec<&'a [f32]>,
    gradient: Vec<&'a [f32]>,
}

/// The report as JSON, ended by a newline.
///
/// # Errors
/// When it can't be serialised.
pub fn render(report: &Report) -> Result<String> {
    let json = Json {
        notebook: &report.check,
        differences: &report.check.differences,
        cells: &report.page.cells,
        runs: report.page.runs.iter().map(json_run).collect(),
        pytorch: &report.pytorch,
        environment: &report.environment,
    };
    Ok(serde_json::to_string(&json)? + "\n")
}

fn json_run(run: &Run) -> JsonRun<'_> {
    const N: usize = 4;
    JsonRun {
        name: run.name,
        matrix: run.matrix,
        seed: 314,
        learning_rate: run.learning_rate,
        momentum: run.momentum,
        steps: run.trajectory.losses.len(),
        losses: &run.trajectory.losses,
        parameter: run.trajectory.parameter.chunks(N).collect(),
        gradient: run.trajectory.gradient.chunks(N).collect(),
    }
}

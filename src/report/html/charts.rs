//! The page's charts as data: its script draws them, its style sheet has the colours of text, grid and curves.

use crate::descent::snapshots::{EigenvalueErrors, Snapshot};
use crate::experiment::Pair;
use crate::notebook::page::{LineChart, Run};
use crate::notebook::printing::python;
use crate::plots::DIVERGED;
use crate::theory::survey::{Axis, Point, Survey};
use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Errors below this aren't shown: f32 gives the inverse's entries no more digits.
const FLOOR: f64 = 1e-10;

/// The losses over the steps, the notebook's In [119]: a curve for each of its runs, whose losses are in [`runs`].
pub fn losses(chart: &LineChart) -> Value {
    let curves: Value = chart.names.iter().map(|name| json!({ "name": name })).collect();
    json!({ "y": "loss (mean squared error)", "log": true, "curves": curves })
}

/// The runs with the bits of their losses, eight hexadecimal digits each.
pub fn runs(runs: &[Run]) -> Value {
    let run = |Run { name, matrix, learning_rate, momentum, losses, .. }: &Run| {
        let bits: String = losses.iter().map(|loss| format!("{:08x}", loss.to_bits())).collect();
        json!({ "name": name, "matrix": matrix, "learning_rate": learning_rate, "momentum": momentum, "bits": bits })
    };
    runs.iter().map(run).collect()
}

/// The residuals of a run, the notebook's pictures; the page's slider chooses one.
pub fn film(snapshots: &[Snapshot]) -> Result<Value> {
    let cells = snapshots.first().context("a run without snapshots")?.difference.len().isqrt();
    let frame = |it: &Snapshot| json!({ "step": it.step, "loss": it.loss, "values": rounded(&it.difference) });
    let axis =
        |title, down| json!({ "title": title, "low": -0.5, "high": cells as f64 - 0.5, "cells": cells, "down": down });
    Ok(json!({
        "x": axis("column", false),
        "y": axis("row", true),
        "frames": snapshots.iter().map(frame).collect::<Value>(),
    }))
}

/// The error along each eigenvector over the steps, with theory's rate, from the first error on.
pub fn eigenvalue_errors(run: &EigenvalueErrors) -> Value {
    let curves = run.eigenvalues.iter().zip(&run.rates).zip(&run.errors);
    let curves = curves.map(|((lambda, rate), errors)| {
        json!({ "name": curve_name(*lambda, *rate), "rate": rate, "values": rounded(errors) })
    });
    json!({ "y": "error along the eigenvector", "log": true, "floor": FLOOR, "curves": curves.collect::<Value>() })
}

/// What the legend says of an eigenvalue: theory's factor a step.
pub fn curve_name(lambda: f64, rate: f64) -> String {
    format!("λ = {}: × {rate:.5} a step", python::general(lambda, 3))
}

/// The contraction of every pair of a learning rate and a momentum, with theory's boundary and optimum.
pub fn map(survey: &Survey) -> Value {
    let (grid, curvature) = (survey.grid, survey.spectrum.curvature());
    let axis = |title, axis: Axis| json!({ "title": title, "low": axis.low, "high": axis.high, "cells": axis.cells });
    // Diverged runs are gaps, through which the ground shows.
    let value = |point: &Point| {
        let shown = !point.has_diverged && point.contraction.is_finite();
        shown.then_some((point.contraction * 1e6).round() / 1e6)
    };
    let limit = |momentum| [curvature.stability_limit(momentum), momentum];
    let mark = |name, pair: Pair| json!({ "name": name, "at": [pair.learning_rate, pair.momentum] });
    let notebook = survey.marks.iter().map(|&pair| mark("the notebook's setting", pair));
    json!({
        "x": axis("learning rate", grid.learning_rate),
        "y": axis("momentum", grid.momentum),
        "is_contraction": true,
        "values": survey.points.iter().map(value).collect::<Value>(),
        "ground": format!("#{:02x}{:02x}{:02x}", DIVERGED.0, DIVERGED.1, DIVERGED.2),
        "boundary": [limit(grid.momentum.low), limit(grid.momentum.high)],
        "marks": std::iter::once(mark("best pair", survey.best)).chain(notebook).collect::<Value>(),
    })
}

/// Five significant digits: what a chart can show.
fn rounded<T: Copy + std::fmt::LowerExp>(values: &[T]) -> Vec<f64> {
    values.iter().map(|value| format!("{value:.4e}").parse().unwrap_or(f64::NAN)).collect()
}

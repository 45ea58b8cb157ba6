//! The charts as still pictures, for a browser without JavaScript.

use super::charts;
use crate::descent::snapshots::EigenvalueErrors;
use crate::notebook::page::{HeatMap as Residual, LineChart};
use crate::plots::{Curve, HeatMap, Landscape, LossChart, Picture, Surface};
use crate::report::landscape::subtitle;
use crate::theory::survey::Survey;
use anyhow::Result;
use minijinja::Value;

/// A picture as part of the page, where an SVG needs no name space.
pub fn inline(picture: &impl Picture) -> Result<Value> {
    Ok(Value::from_safe_string(picture.svg()?.replace(" xmlns=\"http://www.w3.org/2000/svg\"", "")))
}

pub fn losses(chart: &LineChart) -> Result<Value> {
    let curves = chart.names.iter().zip(&chart.curves);
    let curves: Vec<_> = curves.map(|(name, losses)| Curve { name, losses }).collect();
    inline(&LossChart { curves: &curves, quantity: "loss (mean squared error)", note: Some(chart.note) })
}

pub fn residual(map: &Residual) -> Result<Value> {
    let n = map.difference.len().isqrt();
    inline(&HeatMap { values: &map.difference, n, block: 1, iteration: map.t, loss: map.loss })
}

pub fn errors(run: &EigenvalueErrors) -> Result<Value> {
    let names: Vec<String> =
        run.eigenvalues.iter().zip(&run.rates).map(|(lambda, rate)| charts::curve_name(*lambda, *rate)).collect();
    let curves: Vec<_> = names.iter().zip(&run.errors).map(|(name, losses)| Curve { name, losses }).collect();
    inline(&LossChart { curves: &curves, quantity: "error along the eigenvector", note: None })
}

pub fn map(survey: &Survey, steps: usize) -> Result<Value> {
    let surface = Surface {
        title: &survey.matrix,
        subtitle: &subtitle(survey),
        grid: survey.grid,
        points: &survey.points,
        curvature: survey.spectrum.curvature(),
        marks: &survey.marks,
    };
    inline(&Landscape { surfaces: &[surface], steps })
}

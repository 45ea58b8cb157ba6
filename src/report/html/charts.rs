//! The page's charts, as Plotly draws them. Colours of text and grid are left to the page, which knows its theme.

use crate::descent::batched::Point;
use crate::descent::snapshots::{EigenvalueErrors, Snapshot};
use crate::descent::survey::Survey;
use crate::experiment::Pair;
use crate::notebook::page::LineChart;
use crate::notebook::printing::python;
use crate::plots::{DIVERGED, PLASMA};
use anyhow::{Context, Result};
use plotly::color::NamedColor;
use plotly::common::{
    ColorBar, ColorScale, ColorScaleElement, DashType, ExponentFormat, Line, Marker, MarkerSymbol, Mode, TickMode,
};
use plotly::layout::{Axis, AxisType, HoverMode, Layout};
use plotly::{HeatMap, Plot, Scatter};
use serde_json::Value;

/// The colours of curves: each has a contrast of at least 3 against the page's light and dark background.
pub const COLOURS: [&str; 4] = ["#3366cc", "#c2410c", "#0f8a5f", "#a855f7"];

/// Plotly's own script. The crate hands it out as an element before MathJax's, which the page has no use for.
///
/// # Errors
/// When the crate hands it out otherwise.
pub fn script() -> Result<String> {
    let elements = plotly::Plot::offline_js_sources();
    let script = elements
        .split_once('>')
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .map(|(script, _)| script.to_owned());
    script.filter(|script| script.contains("plotly.js v")).context("the plotly crate has no script where it had one")
}

/// Errors below this aren't shown: f32 gives the inverse's entries no more digits.
const FLOOR: f64 = 1e-10;

/// The losses over the steps, a curve each: the notebook's In [119].
///
/// # Errors
/// When it can't be serialised.
pub fn losses(chart: &LineChart) -> Result<Value> {
    let mut plot = Plot::new();
    let curves = chart.names.iter().zip(&chart.curves);
    for ((name, curve), colour) in curves.zip(COLOURS.iter().cycle()) {
        let line = Line::new().color(*colour).width(1.5);
        let trace = Scatter::<usize, f32>::default()
            .y(curve.clone())
            .name(*name)
            .mode(Mode::Lines)
            .line(line)
            .hover_template("%{y:.4e}");
        plot.add_trace(trace);
    }
    plot.set_layout(over_steps(loss_axis("loss (mean squared error)")));
    Ok(serde_json::to_value(plot)?)
}

/// The residual before a step, the notebook's picture; the page puts other steps' values in.
///
/// # Errors
/// When it can't be serialised.
pub fn difference(snapshot: &Snapshot) -> Result<Value> {
    let n = snapshot.difference.len().isqrt();
    let rows = snapshot.difference.chunks(n).map(<[f32]>::to_vec).collect();
    let trace = HeatMap::new_z(rows)
        .zmin(-1.0)
        .zmax(1.0)
        .color_scale(plasma())
        .color_bar(ColorBar::new().thickness(14).exponent_format(ExponentFormat::SmallE))
        .hover_template("row %{y}, column %{x}: %{z:.3e}<extra></extra>");
    let mut plot = Plot::new();
    plot.add_trace(trace);
    let cells = |title| axis(title).show_grid(false).dtick(1.0);
    let layout = Layout::new().x_axis(cells("column")).y_axis(cells("row").range(vec![n as f64 - 0.5, -0.5]));
    plot.set_layout(layout);
    Ok(serde_json::to_value(plot)?)
}

/// The error along each eigenvector over the steps, and theory's rate from the first error on, dashed.
///
/// # Errors
/// When it can't be serialised.
pub fn eigenvalue_errors(run: &EigenvalueErrors) -> Result<Value> {
    let mut plot = Plot::new();
    let curves = run.eigenvalues.iter().zip(&run.rates).zip(&run.errors);
    for (((lambda, rate), errors), colour) in curves.zip(COLOURS.iter().cycle()) {
        let first = errors.first().copied().unwrap_or_default();
        let expected = (0..errors.len()).map(|step| first * rate.powi(step as i32));
        let expected: Vec<f64> = expected.take_while(|&error| error >= FLOOR).collect();
        let of = |values: &[f64], dash| {
            Scatter::<usize, f64>::default()
                .y(rounded(values))
                .mode(Mode::Lines)
                .line(Line::new().color(*colour).width(2.0).dash(dash))
                .hover_template("%{y:.3e}")
        };
        let name = format!("λ = {}: × {rate:.5} a step", python::general(*lambda, 3));
        plot.add_trace(of(errors, DashType::Solid).name(name));
        plot.add_trace(of(&expected, DashType::Dash).name("theory").show_legend(false));
    }
    let greatest = run.errors.iter().flatten().copied().fold(FLOOR, f64::max);
    let range = vec![FLOOR.log10(), greatest.log10().ceil()];
    let axis = loss_axis("error along the eigenvector").range(range);
    plot.set_layout(over_steps(axis));
    Ok(serde_json::to_value(plot)?)
}

/// The contraction of every pair of a learning rate and a momentum, with theory's boundary and optimum.
///
/// # Errors
/// When it can't be serialised.
pub fn landscape(survey: &Survey) -> Result<Value> {
    let grid = survey.grid;
    let curvature = survey.spectrum.curvature();
    let rows = || survey.points.chunks(grid.learning_rate.cells);
    // By orders of magnitude of 1 − contraction; diverged runs are gaps, through which the plot's ground shows.
    let shade = |point: &Point| {
        let shown = !point.has_diverged && point.contraction.is_finite();
        let digits = (1.0 - point.contraction).max(1e-9).log10();
        shown.then_some((digits * 1e4).round() / 1e4)
    };
    let shades = rows().map(|row| row.iter().map(shade).collect::<Vec<_>>());
    let texts = rows().map(|row| row.iter().map(|point| format!("{:.4}", point.contraction)).collect());
    let ticks: Vec<String> = ["0.9999", "0.999", "0.99", "0.9", "0"].map(str::to_owned).into();
    let bar = ColorBar::new()
        .thickness(14)
        .tick_mode(TickMode::Array)
        .tick_vals(vec![-4.0, -3.0, -2.0, -1.0, 0.0])
        .tick_text(ticks);
    let heat = HeatMap::new(grid.learning_rate.centres(), grid.momentum.centres(), shades.collect())
        .text_matrix(texts.collect::<Vec<Vec<String>>>())
        .zmin(-4.0)
        .zmax(0.0)
        .color_scale(plasma())
        .color_bar(bar)
        .hover_on_gaps(false)
        .hover_template("learning rate %{x:.3f}, momentum %{y:.3f}<br>contraction %{text} a step<extra></extra>");
    let momenta: Vec<f64> = (0..=grid.momentum.cells).map(|cell| grid.momentum.edge(cell)).collect();
    let limits = momenta.iter().map(|&momentum| curvature.stability_limit(momentum)).collect();
    let boundary = Scatter::new(limits, momenta)
        .name("stability: learning rate = 2(1 + β)/L")
        .mode(Mode::Lines)
        .line(Line::new().color(NamedColor::Black).width(2.0))
        .hover_template("stable below %{x:.3f} at momentum %{y:.3f}<extra></extra>");
    let point = |name: &str, pairs: &[Pair], symbol| {
        let marker = Marker::new()
            .symbol(symbol)
            .size(13)
            .color(NamedColor::White)
            .line(Line::new().color(NamedColor::Black).width(1.5));
        Scatter::new(
            pairs.iter().map(|pair| pair.learning_rate).collect(),
            pairs.iter().map(|pair| pair.momentum).collect::<Vec<_>>(),
        )
        .name(name)
        .mode(Mode::Markers)
        .marker(marker)
        .hover_template(format!("{name}: learning rate %{{x:.3f}}, momentum %{{y:.3f}}<extra></extra>"))
    };
    let mut plot = Plot::new();
    plot.add_trace(heat);
    plot.add_trace(boundary);
    plot.add_trace(point("best pair", &[survey.best], MarkerSymbol::Star));
    plot.add_trace(point("the notebook's settings", &survey.marks, MarkerSymbol::Circle));
    let range = |low: f64, high: f64| vec![low, high];
    let (rates, momenta) = (grid.learning_rate, grid.momentum);
    let layout = Layout::new()
        .plot_background_color(hex(DIVERGED))
        .x_axis(axis("learning rate").show_grid(false).range(range(rates.low, rates.high)))
        .y_axis(axis("momentum").show_grid(false).range(range(momenta.low, momenta.high)));
    plot.set_layout(layout);
    Ok(serde_json::to_value(plot)?)
}

/// Five significant digits: what a chart can show.
fn rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| format!("{value:.4e}").parse().unwrap_or(*value)).collect()
}

/// A quantity over the steps; pointing at a step tells the values of all curves there.
fn over_steps(quantity: Axis) -> Layout {
    Layout::new().hover_mode(HoverMode::XUnified).x_axis(axis("step").tick_format(",d")).y_axis(quantity)
}

fn loss_axis(title: &str) -> Axis {
    axis(title).type_(AxisType::Log).exponent_format(ExponentFormat::Power)
}

fn axis(title: &str) -> Axis {
    Axis::new().title(title.to_owned()).zero_line(false)
}

fn plasma() -> ColorScale {
    let last = (PLASMA.len() - 1) as f64;
    let stop = |(k, colour): (usize, &u32)| ColorScaleElement(k as f64 / last, format!("#{colour:06x}"));
    ColorScale::Vector(PLASMA.iter().enumerate().map(stop).collect())
}

fn hex(colour: plotters::style::RGBColor) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.0, colour.1, colour.2)
}

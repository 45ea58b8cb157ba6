//! A chart of losses, read back: its lines, and where its axes say that a loss belongs.

use crate::reader::{UNITS, number, text, texts};
use inverse_by_descent::plots::Curve;
use roxmltree::Document;

/// The colours of the four curves, in order.
pub const CURVES: [&str; 4] = ["#08306B", "#E06C00", "#3D9AE0", "#8C2D04"];

/// The names of the first curves; later ones are called more.
const NAMES: [&str; 4] = ["one", "two", "three", "four"];

/// Each line of one curve, without the legend's sample: its points.
pub fn lines(svg: &Document, curve: usize) -> Vec<Vec<(f64, f64)>> {
    let names = texts(svg).into_iter().filter(|(text, _)| NAMES.contains(text) || *text == "more");
    let last_name = names.map(|(_, node)| number(node, "y")).fold(0.0, f64::max);
    let legend_end = last_name + 12.0 * UNITS;
    svg.descendants()
        .filter(|node| node.has_tag_name("polyline") && node.attribute("stroke") == Some(CURVES[curve]))
        .map(|node| points(node.attribute("points").unwrap()))
        .filter(|points| points.iter().all(|&(_, y)| y > legend_end))
        .collect()
}

fn points(text: &str) -> Vec<(f64, f64)> {
    text.split_whitespace()
        .map(|point| point.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect()
}

/// Where a step and a loss belong, told from the labels of the axes alone.
pub struct Axes {
    steps: [(f64, f64); 2],
    losses: [(f64, f64); 2],
}

impl Axes {
    /// Of a chart whose axes show these labels; the losses are powers of ten, given by their exponents.
    pub fn of(svg: &Document, steps: [&str; 2], losses: [(&str, f64); 2]) -> Self {
        Self {
            steps: steps.map(|label| (label.parse().unwrap(), number(text(svg, label), "x"))),
            losses: losses.map(|(label, exponent)| (exponent, number(text(svg, label), "y"))),
        }
    }

    /// In the units of the SVG.
    pub fn place(&self, step: usize, loss: f64) -> (f64, f64) {
        let along = |[(a, at_a), (b, at_b)]: [(f64, f64); 2], value: f64| at_a + (at_b - at_a) * (value - a) / (b - a);
        (along(self.steps, step as f64), along(self.losses, loss.log10()))
    }

    /// Whether a place is that of a step and a loss, to a pixel.
    pub fn is_at(&self, (x, y): (f64, f64), step: usize, loss: f64) -> bool {
        let place = self.place(step, loss);
        (x - place.0).abs() <= UNITS && (y - place.1).abs() <= UNITS
    }
}

/// Curves with names.
pub fn chart<'a>(losses: &'a [Vec<f64>]) -> Vec<Curve<'a, f64>> {
    let names = NAMES.into_iter().chain(std::iter::repeat("more"));
    losses.iter().zip(names).map(|(losses, name)| Curve { name, losses }).collect()
}

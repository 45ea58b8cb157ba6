//! The notebook's `px.line(df, y='losses', log_y=True)`: the losses of several runs over their steps.

use super::canvas::{Backend, Canvas, Picture, at, clean, part, stroke, text_style, units};
use super::thinning;
use crate::experiment::Scalar;
use anyhow::Result;
use plotters::coord::combinators::BindKeyPoints;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::ops::Range;

const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
const NOTE: RGBColor = RGBColor(0x55, 0x55, 0x55);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

const WIDTH: i32 = 900;
const PLOT_HEIGHT: i32 = 480;
const MARGIN: i32 = 28;
/// Where the plot begins, beside the labels of its losses.
const LABELS: i32 = 96;
const LINE_HEIGHT: i32 = 24;
/// The length of the piece of line beside a name in the legend.
const SAMPLE: i32 = 44;

/// Four colours: two hues, each dark and light, that stay apart for colour-blind readers. In grey the first two differ in
/// brightness, and so do the other two.
const COLOURS: [RGBColor; 4] =
    [RGBColor(0x08, 0x30, 0x6b), RGBColor(0xe0, 0x6c, 0x00), RGBColor(0x3d, 0x9a, 0xe0), RGBColor(0x8c, 0x2d, 0x04)];
/// The most curves that can be told apart: two solid ones, two dashed ones, and dotted ones in each colour.
const MOST: usize = 2 * COLOURS.len();

/// The losses of one run.
pub struct Curve<'a, T> {
    /// What the legend calls it.
    pub name: &'a str,
    /// One loss a step. Those that have no place on a log axis (zero, infinite, NaN) are left out of the line.
    pub losses: &'a [T],
}

/// A chart of losses over steps, with a log axis for the loss.
pub struct LossChart<'a, T> {
    /// The curves in the order of the legend; later ones are drawn over earlier ones. The first eight are drawn, and a line
    /// under the chart says how many are not.
    pub curves: &'a [Curve<'a, T>],
    /// What the curves are of: the name of the vertical axis.
    pub quantity: &'a str,
    /// A line of small print under the chart.
    pub note: Option<&'a str>,
}

impl<T: Scalar> Picture for LossChart<'_, T> {
    fn size(&self) -> (u32, u32) {
        let height = self.plot_top() + PLOT_HEIGHT + self.note_lines().len() as i32 * LINE_HEIGHT + MARGIN;
        (WIDTH as u32, height as u32)
    }

    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        self.draw_legend(canvas)?;
        self.draw_plot(canvas)?;
        let style = text_style(15, FontStyle::Normal, NOTE, HPos::Left, VPos::Top);
        for (i, line) in (0..).zip(self.note_lines()) {
            let y = self.plot_top() + PLOT_HEIGHT + LINE_HEIGHT * i + 10;
            canvas.draw_text(&clean(&line), &style, at(LABELS, y))?;
        }
        Ok(())
    }
}

impl<T: Scalar> LossChart<'_, T> {
    fn shown(&self) -> &[Curve<'_, T>] {
        &self.curves[..self.curves.len().min(MOST)]
    }

    fn legend_columns(&self) -> usize {
        if self.shown().iter().all(|curve| curve.name.chars().count() <= 42) { 2 } else { 1 }
    }

    fn plot_top(&self) -> i32 {
        MARGIN + self.shown().len().div_ceil(self.legend_columns()) as i32 * LINE_HEIGHT
    }

    fn note_lines(&self) -> Vec<String> {
        let mut note = self.note.unwrap_or_default().to_string();
        if self.curves.len() > MOST {
            note += &format!(" Curves not shown: {}.", self.curves.len() - MOST);
        }
        let mut lines: Vec<String> = Vec::new();
        for word in note.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() < 110 => *line += &format!(" {word}"),
                _ => lines.push(word.to_string()),
            }
        }
        lines
    }

    fn draw_legend<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let columns = self.legend_columns();
        let style = text_style(17, FontStyle::Normal, TEXT, HPos::Left, VPos::Center);
        let width = (WIDTH - LABELS - MARGIN) / columns as i32;
        for (i, curve) in self.shown().iter().enumerate() {
            let x = LABELS + width * (i % columns) as i32;
            let y = MARGIN + LINE_HEIGHT * (i / columns) as i32;
            draw_curve(canvas, i, vec![at(x, y), at(x + SAMPLE, y)])?;
            canvas.draw_text(&clean(curve.name), &style, at(x + SAMPLE + 12, y))?;
        }
        Ok(())
    }

    fn draw_plot<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let area = part(canvas, (MARGIN, self.plot_top()), ((WIDTH - 2 * MARGIN) as u32, PLOT_HEIGHT as u32));
        let columns = (WIDTH - LABELS - MARGIN) as usize;
        let curves: Vec<_> = self.shown().iter().map(|curve| thinning::runs(curve.losses, columns)).collect();
        let steps = self.shown().iter().map(|c| c.losses.len()).max().unwrap_or(0).max(1);
        let exponents = exponents(curves.iter().flatten().flatten().map(|&(_, loss)| loss));
        let decades = decades(&exponents);
        let losses = 10f64.powf(exponents.start)..10f64.powf(exponents.end);
        let text = |height| text_style(height, FontStyle::Normal, TEXT, HPos::Left, VPos::Top);
        let mut chart = ChartBuilder::on(&area)
            .x_label_area_size(units(50))
            .y_label_area_size(units(LABELS - MARGIN))
            .build_cartesian_2d(0..steps, losses.log_scale().with_key_points(decades))?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(stroke(GRID, 1))
            .axis_style(stroke(TEXT, 1))
            .label_style(text(16))
            .axis_desc_style(text(17))
            .x_desc("step t")
            .y_desc(clean(self.quantity))
            .x_labels(6)
            .set_all_tick_mark_size(units(4))
            .y_label_formatter(&|loss| power_of_ten(*loss))
            .draw()?;
        for (i, runs) in curves.into_iter().enumerate() {
            for run in runs {
                draw_curve(chart.plotting_area(), i, run)?;
            }
        }
        Ok(())
    }
}

/// Draws points as a line in the look of the curve with this index, a single point as a dot.
fn draw_curve<B: Backend, CT>(area: &DrawingArea<B, CT>, index: usize, points: Vec<CT::From>) -> Result<()>
where
    CT: CoordTranslate<From: Clone + 'static>,
{
    let colour = COLOURS[index % COLOURS.len()];
    let style = stroke(colour, 2);
    let dashed = |dash, gap| DashedPathElement::new(points.clone(), units(dash), units(gap), style);
    match (&points[..], index) {
        ([point], _) => area.draw(&Circle::new(point.clone(), units(3), colour.filled()))?,
        (_, 0..2) => area.draw(&PathElement::new(points, style))?,
        (_, 2..4) => area.draw(&dashed(9, 5))?,
        _ => area.draw(&dashed(2, 4))?,
    }
    Ok(())
}

/// The exponents (of ten) of a range with room around all losses, never empty.
fn exponents(losses: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let least = losses.clone().fold(f64::INFINITY, f64::min).log10();
    let greatest = losses.fold(0.0, f64::max).log10();
    if least > greatest {
        return -1.0..0.0;
    }
    let room = (0.04 * (greatest - least)).max(0.2);
    let (mut start, mut end) = (least - room, greatest + room);
    // Two powers of ten at least, or the axis couldn't be read.
    if start.ceil() >= end.floor() {
        (start, end) = (start.floor(), end.ceil());
    }
    // Within what f64 can hold.
    start.max(-307.7)..end.min(308.25)
}

/// At most eight powers of ten in the range, at equal distances.
fn decades(exponents: &Range<f64>) -> Vec<f64> {
    let (first, last) = (exponents.start.ceil() as i32, exponents.end.floor() as i32);
    let every = (last - first) / 8 + 1;
    (first..=last).filter(|exponent| exponent % every == 0).map(|exponent| 10f64.powi(exponent)).collect()
}

fn power_of_ten(power: f64) -> String {
    let exponent = power.log10().round() as i32;
    if exponent == 0 {
        return "1".to_string();
    }
    let raised = |c: char| match c.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    let raised: String = exponent.to_string().chars().map(raised).collect();
    format!("10{raised}")
}

//! The notebook's `px.line(df, y='losses', log_y=True)`: the losses of several runs over their steps.

use anyhow::{Context, Result, ensure};
use plotters::coord::combinators::BindKeyPoints;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

use super::canvas::{Canvas, Picture};
use super::thinning;
use crate::experiment::Scalar;

const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
const NOTE: RGBColor = RGBColor(0x55, 0x55, 0x55);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

const WIDTH: i32 = 900;
const PLOT_HEIGHT: i32 = 480;
const MARGIN: i32 = 28;
/// Where the plot begins, beside the labels of its losses.
const LABELS: i32 = 96;
const LINE_HEIGHT: i32 = 24;
/// The piece of line beside a name in the legend, and the space around it.
const SAMPLE: i32 = 44;
const SAMPLE_SPACE: i32 = 12;

/// The looks of curves, in their order. Two hues, each dark and light, that stay apart for colour-blind readers; in grey the
/// two solid lines differ in brightness, and so do the two dashed ones.
const LOOKS: [Look; 4] = [
    Look { colour: RGBColor(0x08, 0x30, 0x6b), dashed: false },
    Look { colour: RGBColor(0xe0, 0x6c, 0x00), dashed: false },
    Look { colour: RGBColor(0x3d, 0x9a, 0xe0), dashed: true },
    Look { colour: RGBColor(0x8c, 0x2d, 0x04), dashed: true },
];

struct Look {
    colour: RGBColor,
    dashed: bool,
}

/// The losses of one run.
pub struct Curve<'a, T> {
    /// What the legend calls it.
    pub name: &'a str,
    /// One loss a step. Those that have no place on a log axis (zero, infinite, NaN) are left out of the line.
    pub losses: &'a [T],
}

/// A chart of losses over steps, with a log axis for the loss.
pub struct LossChart<'a, T> {
    /// At most four curves, in the order of the legend; later ones are drawn over earlier ones.
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

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let (most, count) = (LOOKS.len(), self.curves.len());
        ensure!(count <= most, "a loss chart has at most {most} curves that can be told apart, not {count}");
        self.draw_legend(canvas).context("drawing a loss chart's legend")?;
        self.draw_plot(canvas).context("drawing a loss chart's curves")?;
        self.draw_note(canvas).context("drawing a loss chart's note")
    }
}

impl<T: Scalar> LossChart<'_, T> {
    fn legend_columns(&self) -> usize {
        let longest = self.curves.iter().map(|c| c.name.chars().count()).max();
        if longest.unwrap_or(0) <= 42 { 2 } else { 1 }
    }

    fn plot_top(&self) -> i32 {
        MARGIN + self.curves.len().div_ceil(self.legend_columns()) as i32 * LINE_HEIGHT
    }

    fn note_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in self.note.unwrap_or_default().split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() < 110 => {
                    *line += " ";
                    *line += word;
                }
                _ => lines.push(word.to_string()),
            }
        }
        lines
    }

    fn draw_legend<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let columns = self.legend_columns();
        let anchor = Pos::new(HPos::Left, VPos::Center);
        let style = canvas.text_style(17, FontStyle::Normal, TEXT, anchor);
        let width = (WIDTH - LABELS - MARGIN) / columns as i32;
        for (i, (curve, look)) in self.curves.iter().zip(&LOOKS).enumerate() {
            let x = LABELS + width * (i % columns) as i32;
            let y = MARGIN + LINE_HEIGHT * (i / columns) as i32;
            let at = |x: i32| (canvas.units(x), canvas.units(y));
            look.draw(canvas, &canvas.area, vec![at(x), at(x + SAMPLE)])?;
            canvas.area.draw_text(curve.name, &style, at(x + SAMPLE + SAMPLE_SPACE))?;
        }
        Ok(())
    }

    fn draw_plot<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let (_, below) = canvas.area.split_vertically(canvas.units(self.plot_top()));
        let (area, _) = below.split_vertically(canvas.units(PLOT_HEIGHT));
        let columns = (WIDTH - LABELS - MARGIN) as usize;
        let curves: Vec<_> = self.curves.iter().map(|curve| thinning::runs(curve.losses, columns)).collect();
        let steps = self.curves.iter().map(|c| c.losses.len()).max().unwrap_or(0).max(1);
        let exponents = exponents(curves.iter().flatten().flatten().map(|&(_, loss)| loss));
        let decades = decades(&exponents, 8);
        let losses = 10f64.powf(exponents.start)..10f64.powf(exponents.end);
        let label = canvas.text_style(16, FontStyle::Normal, TEXT, Pos::default());
        let desc = canvas.text_style(17, FontStyle::Normal, TEXT, Pos::default());
        let thin = |colour: RGBColor| colour.stroke_width(canvas.units(1) as u32);
        let mut chart = ChartBuilder::on(&area)
            .margin_left(canvas.units(MARGIN))
            .margin_right(canvas.units(MARGIN))
            .x_label_area_size(canvas.units(50))
            .y_label_area_size(canvas.units(LABELS - MARGIN))
            .build_cartesian_2d(0..steps, losses.log_scale().with_key_points(decades))?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(thin(GRID))
            .axis_style(thin(TEXT))
            .label_style(label)
            .axis_desc_style(desc)
            .x_desc("step t")
            .y_desc(self.quantity)
            .x_labels(6)
            .set_all_tick_mark_size(canvas.units(4))
            .y_label_formatter(&|loss| power_of_ten(*loss))
            .draw()?;
        for (runs, look) in curves.into_iter().zip(&LOOKS) {
            for run in runs {
                look.draw(canvas, chart.plotting_area(), run)?;
            }
        }
        Ok(())
    }

    fn draw_note<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let anchor = Pos::new(HPos::Left, VPos::Top);
        let style = canvas.text_style(15, FontStyle::Normal, NOTE, anchor);
        let top = self.plot_top() + PLOT_HEIGHT;
        for (i, line) in (0..).zip(self.note_lines()) {
            let at = (canvas.units(LABELS), canvas.units(top + LINE_HEIGHT * i + 10));
            canvas.area.draw_text(&line, &style, at)?;
        }
        Ok(())
    }
}

impl Look {
    fn draw<DB, CT>(&self, canvas: &Canvas<DB>, area: &DrawingArea<DB, CT>, points: Vec<CT::From>) -> Result<()>
    where
        DB: DrawingBackend,
        DB::ErrorType: 'static,
        CT: CoordTranslate,
        CT::From: Clone + 'static,
    {
        let style = self.colour.stroke_width(canvas.units(2) as u32);
        if let [point] = &points[..] {
            let radius = canvas.units(3);
            area.draw(&Circle::new(point.clone(), radius, self.colour.filled()))?;
        } else if self.dashed {
            let (dash, gap) = (canvas.units(9), canvas.units(5));
            area.draw(&DashedPathElement::new(points, dash, gap, style))?;
        } else {
            area.draw(&PathElement::new(points, style))?;
        }
        Ok(())
    }
}

/// The exponents (of ten) of a range with room around all losses, never empty.
fn exponents(losses: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let least = losses.clone().fold(f64::INFINITY, f64::min);
    let greatest = losses.fold(0.0, f64::max);
    if least > greatest {
        return -1.0..0.0;
    }
    let (least, greatest) = (least.log10(), greatest.log10());
    let room = (0.04 * (greatest - least)).max(0.2);
    let (mut start, mut end) = (least - room, greatest + room);
    // Two powers of ten at least, or the axis couldn't be read.
    if start.ceil() >= end.floor() {
        (start, end) = (start.floor(), end.ceil());
    }
    // Within what f64 can hold.
    start.max(-307.7)..end.min(308.25)
}

/// The powers of ten in the range, thinned evenly to at most `count`.
fn decades(exponents: &Range<f64>, count: i32) -> Vec<f64> {
    let first = exponents.start.ceil() as i32;
    let last = exponents.end.floor() as i32;
    let every = (1..).find(|every| (last - first) / every < count).unwrap_or(1);
    (first..=last).filter(|exponent| exponent % every == 0).map(|exponent| 10f64.powi(exponent)).collect()
}

fn power_of_ten(power: f64) -> String {
    let exponent = power.log10().round();
    if exponent == 0.0 {
        return "1".to_string();
    }
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => char::from_u32(c as u32 - '0' as u32 + '⁰' as u32).unwrap_or(c),
    };
    let raised: String = format!("{exponent}").chars().map(raised).collect();
    format!("10{raised}")
}

//! Learning rate and momentum as a map: how fast each pair converges and how far it gets, with the theory drawn over it.

use super::canvas::{Backend, Canvas, Picture, at, clean, part, stroke, text_style, units};
use super::colours::{NOT_A_NUMBER, colour, draw_bar};
use crate::experiment::Pair;
use crate::notebook::printing::python;
use crate::theory::Curvature;
use crate::theory::survey::{Grid, Point};
use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// The colour of runs that diverged: a green that the scale doesn't have.
pub const DIVERGED: RGBColor = RGBColor(0x8f, 0xd1, 0xc1);
const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
const MARGIN: i32 = 20;
const TITLE: i32 = 56;
/// A panel, with its axes and its title.
const PANEL: (i32, i32) = (520, 430);
/// The labels of a panel's vertical axis, and the space on its other side.
const SIDES: (i32, i32) = (64, 16);
/// The middle of a panel's map.
const MIDDLE: i32 = (SIDES.0 + PANEL.0 - SIDES.1) / 2;
/// Below a row of panels.
const GAP: i32 = 16;
/// The colour bar of a row of panels, with its labels.
const BAR: i32 = 110;
/// A line of the legend.
const LEGEND: i32 = 30;
/// So many colours; neighbours of one colour are one rectangle.
const SHADES: f64 = 64.0;

/// What became of all pairs, for one or more matrices side by side.
pub struct Landscape<'a> {
    /// The matrices.
    pub surfaces: &'a [Surface<'a>],
    /// How many steps each run took.
    pub steps: usize,
}

/// All pairs of one matrix.
pub struct Surface<'a> {
    /// The matrix's name.
    pub title: &'a str,
    /// What stands under it.
    pub subtitle: &'a str,
    /// The pairs.
    pub grid: Grid,
    /// What became of them, row by row.
    pub points: &'a [Point],
    /// The curvature of the matrix's loss, for the theory.
    pub curvature: Curvature,
    /// Pairs to be marked: the notebook's settings.
    pub marks: &'a [Pair],
}

/// What a row of panels shows.
struct Quantity {
    name: String,
    /// Beside the colour bar, from the best at the top to the worst.
    labels: [&'static str; 5],
    /// Its value on the colour scale, which goes from −1 to 1; NaN for what can't be told.
    shade: fn(&Point) -> f64,
}

impl Picture for Landscape<'_> {
    fn size(&self) -> (u32, u32) {
        // One panel isn't wide enough for a legend of one line.
        let legend_lines = if self.surfaces.len() > 1 { 1 } else { 2 };
        let width = 2 * MARGIN + PANEL.0 * self.surfaces.len() as i32 + BAR;
        let height = 2 * MARGIN + TITLE + 2 * (PANEL.1 + GAP) + legend_lines * LEGEND;
        (width as u32, height as u32)
    }

    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let contraction = Quantity {
            name: "contraction of the residual a step".to_string(),
            labels: ["0", "0.9", "0.99", "0.999", "0.9999"],
            // By orders of magnitude of 1 − contraction, from 10⁻⁴ to 1.
            shade: |point| (1.0 - point.contraction).clamp(0.0, 1.0).log10() / 2.0 + 1.0,
        };
        let loss = Quantity {
            name: format!("loss after {} steps", self.steps),
            labels: ["10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "1"],
            // By orders of magnitude of the loss, from 1 down to 10⁻¹⁶.
            shade: |point| -point.final_loss.log10() / 8.0 - 1.0,
        };
        for (row, quantity) in (0..).zip([contraction, loss]) {
            let top = MARGIN + TITLE + (PANEL.1 + GAP) * row;
            for (column, surface) in (0..).zip(self.surfaces) {
                surface.draw_panel(canvas, (MARGIN + PANEL.0 * column, top), &quantity)?;
            }
            let corner = (MARGIN + PANEL.0 * self.surfaces.len() as i32 + 10, top + 26);
            draw_bar(canvas, corner, (20, PANEL.1 - 76), quantity.labels, TEXT)?;
        }
        for (column, surface) in (0..).zip(self.surfaces) {
            let x = MARGIN + PANEL.0 * column + MIDDLE;
            let style = |size, weight| text_style(size, weight, TEXT, HPos::Center, VPos::Top);
            canvas.draw_text(&clean(surface.title), &style(20, FontStyle::Bold), at(x, MARGIN))?;
            canvas.draw_text(&clean(surface.subtitle), &style(16, FontStyle::Normal), at(x, MARGIN + 26))?;
        }
        self.draw_legend(canvas)
    }
}

impl Landscape<'_> {
    /// Names what the panels show.
    fn draw_legend<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let any = |what: fn(&Surface) -> bool| self.surfaces.iter().any(what);
        let mut items = vec![
            (any(|s| s.boundary().is_some()), Item::Line, "stability: learning rate = 2(1 + β)/L"),
            (any(|s| s.best().is_some()), Item::Best, "best pair"),
            (any(|s| s.visible_marks().next().is_some()), Item::Mark, "the notebook's settings"),
            (any(|s| s.points.iter().any(|point| point.has_diverged)), Item::Swatch(DIVERGED), "diverged"),
            (any(|s| s.points.iter().any(is_unknown)), Item::Swatch(NOT_A_NUMBER), "too few steps to tell"),
        ];
        items.retain(|item| item.0);
        let style = text_style(16, FontStyle::Normal, TEXT, HPos::Left, VPos::Center);
        let (start, mut y) = at(MARGIN + 20, MARGIN + TITLE + 2 * (PANEL.1 + GAP) + LEGEND / 2);
        let end = units(self.size().0 as i32 - MARGIN);
        let mut x = start;
        let half = units(8);
        for (_, item, text) in items {
            let width = canvas.estimate_text_size(text, &style)?.0 as i32;
            if x + 4 * half + width > end {
                (x, y) = (start, y + units(LEGEND));
            }
            match item {
                Item::Line => draw_cased(canvas, &[[(x, y), (x + 3 * half, y)]], 2)?,
                Item::Best => draw_cross(canvas, (x + half, y))?,
                Item::Mark => draw_dot(canvas, (x + half, y))?,
                Item::Swatch(colour) => {
                    canvas.draw(&Rectangle::new([(x, y - half), (x + 2 * half, y + half)], colour.filled()))?;
                }
            }
            x += 4 * half;
            canvas.draw_text(text, &style, (x, y))?;
            x += width + 3 * half;
        }
        Ok(())
    }
}

enum Item {
    Line,
    Best,
    Mark,
    Swatch(RGBColor),
}

impl Surface<'_> {
    fn draw_panel<B: Backend>(&self, canvas: &Canvas<B>, corner: (i32, i32), quantity: &Quantity) -> Result<()> {
        let (x, y) = (&self.grid.learning_rate, &self.grid.momentum);
        let panel = part(canvas, corner, (PANEL.0 as u32, PANEL.1 as u32));
        let text = |height| text_style(height, FontStyle::Normal, TEXT, HPos::Center, VPos::Top);
        panel.draw_text(&quantity.name, &text(17), at(MIDDLE, 2))?;
        let mut chart = ChartBuilder::on(&panel)
            .margin_top(units(26))
            .margin_right(units(SIDES.1))
            .x_label_area_size(units(50))
            .y_label_area_size(units(SIDES.0))
            .build_cartesian_2d(x.low..x.high, y.low..y.high)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(stroke(TEXT, 1))
            .label_style(text(15))
            .axis_desc_style(text(16))
            .x_desc("learning rate")
            .y_desc("momentum β")
            .set_all_tick_mark_size(units(4))
            .x_label_formatter(&|rate| python::general(*rate, 6))
            .y_label_formatter(&|momentum| python::general(*momentum, 6))
            .draw()?;
        let plot = chart.plotting_area();
        // On the whole canvas.
        let pixel = |x: f64, y: f64| plot.map_coordinate(&(x, y));
        let shade = |point| colour(((quantity.shade)(point) * SHADES / 2.0).round() / SHADES * 2.0);
        let mut below = vec![WHITE; x.cells];
        for (row, points) in self.points.chunks(x.cells).enumerate() {
            let colours: Vec<_> =
                points.iter().map(|point| if point.has_diverged { DIVERGED } else { shade(point) }).collect();
            // Each cell reaches to the top, so a cell whose colour is that of the cell below is there already.
            let is_new: Vec<_> = colours.iter().zip(&below).map(|(colour, below)| colour != below).collect();
            let cells: Vec<_> = colours.iter().zip(is_new).collect();
            let mut first = 0;
            for same in cells.chunk_by(|a, b| a == b) {
                let end = first + same.len();
                if let (colour, true) = same[0] {
                    // A cell further to the right where a new cell covers it: no gap shows between cells.
                    let covered = usize::from(cells.get(end).is_some_and(|next| next.1));
                    let corners = [pixel(x.edge(first), y.edge(row)), pixel(x.edge(end + covered), y.high)];
                    canvas.draw(&Rectangle::new(corners, colour.filled()))?;
                }
                first = end;
            }
            below = colours;
        }
        if let Some([from, to]) = self.boundary() {
            draw_cased(canvas, &[[pixel(from.0, from.1), pixel(to.0, to.1)]], 2)?;
        }
        if let Some(best) = self.best() {
            draw_cross(canvas, pixel(best.learning_rate, best.momentum))?;
        }
        for mark in self.visible_marks() {
            draw_dot(canvas, pixel(mark.learning_rate, mark.momentum))?;
        }
        Ok(())
    }

    /// The part of the line `learning rate = 2(1 + β)/L` that lies on the grid.
    fn boundary(&self) -> Option<[(f64, f64); 2]> {
        let (x, y) = (&self.grid.learning_rate, &self.grid.momentum);
        let momentum = |rate: f64| rate * self.curvature.greatest / 2.0 - 1.0;
        let (from, to) = (y.low.max(momentum(x.low)), y.high.min(momentum(x.high)));
        let point = |momentum| (self.curvature.stability_limit(momentum), momentum);
        (from < to).then(|| [from, to].map(point))
    }

    /// The best pair, if it lies on the grid.
    fn best(&self) -> Option<Pair> {
        Some(self.curvature.best_pair()).filter(|best| self.shows(best))
    }

    /// The marks that lie on the grid.
    fn visible_marks(&self) -> impl Iterator<Item = &Pair> {
        self.marks.iter().filter(|mark| self.shows(mark))
    }

    fn shows(&self, pair: &Pair) -> bool {
        let Grid { learning_rate: x, momentum: y } = &self.grid;
        (x.low..=x.high).contains(&pair.learning_rate) && (y.low..=y.high).contains(&pair.momentum)
    }
}

/// Whether the run was too short to tell its contraction.
fn is_unknown(point: &Point) -> bool {
    !point.has_diverged && point.contraction.is_nan()
}

/// White lines of this width in pixels in a dark case, which show on every colour.
fn draw_cased<B: Backend>(canvas: &Canvas<B>, lines: &[[(i32, i32); 2]], width: i32) -> Result<()> {
    for (width, colour) in [(width + 3, BLACK), (width, WHITE)] {
        for &line in lines {
            canvas.draw(&PathElement::new(line, stroke(colour, width)))?;
        }
    }
    Ok(())
}

fn draw_cross<B: Backend>(canvas: &Canvas<B>, (x, y): (i32, i32)) -> Result<()> {
    let arm = units(7);
    let line = |rise: i32| [(x - arm, y - rise), (x + arm, y + rise)];
    draw_cased(canvas, &[line(arm), line(-arm)], 3)
}

fn draw_dot<B: Backend>(canvas: &Canvas<B>, at: (i32, i32)) -> Result<()> {
    for (radius, colour) in [(7, BLACK), (5, WHITE)] {
        canvas.draw(&Circle::new(at, units(radius), colour.filled()))?;
    }
    Ok(())
}

//! Learning rate and momentum as a map: how fast each pair converges and how far it gets, with the theory drawn over it.

mod marks;

use self::marks::{cased, cross, dot};
use super::canvas::{Canvas, Picture};
use super::heat_map::{NOT_A_NUMBER, colour};
use crate::descent::batched::{Grid, Point};
use crate::experiment::Pair;
use crate::notebook::printing::python;
use crate::theory::Curvature;
use anyhow::{Context, Result};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

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
const SHADES: f64 = 96.0;

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
#[derive(Clone, Copy)]
enum Quantity {
    Contraction,
    Loss,
}

impl Quantity {
    /// The value on the colour scale from −1 to 1; `None` for a diverged run, NaN for what can't be told.
    fn shade(self, point: &Point) -> Option<f64> {
        if point.has_diverged {
            return None;
        }
        Some(match self {
            // By orders of magnitude of 1 − contraction, from 10⁻⁴ to 1.
            Quantity::Contraction => (1.0 - point.contraction).max(1e-300).log10() / 2.0 + 1.0,
            // By orders of magnitude of the loss, from 1 down to 10⁻¹⁶.
            Quantity::Loss => -f64::from(point.final_loss).max(1e-300).log10() / 8.0 - 1.0,
        })
    }

    /// The labels of the colour bar, and where they stand on the scale from −1 to 1.
    fn ticks(self) -> [(&'static str, f64); 5] {
        let labels = match self {
            Quantity::Contraction => ["0.9999", "0.999", "0.99", "0.9", "0"],
            Quantity::Loss => ["1", "10⁻⁴", "10⁻⁸", "10⁻¹²", "10⁻¹⁶"],
        };
        [0, 1, 2, 3, 4].map(|i| (labels[i], i as f64 / 2.0 - 1.0))
    }

    fn name(self, steps: usize) -> String {
        match self {
            Quantity::Contraction => "contraction of the residual a step".to_string(),
            Quantity::Loss => format!("loss after {steps} steps"),
        }
    }
}

impl Picture for Landscape<'_> {
    fn size(&self) -> (u32, u32) {
        let width = 2 * MARGIN + PANEL.0 * self.surfaces.len() as i32 + BAR;
        let height = 2 * MARGIN + TITLE + 2 * (PANEL.1 + GAP) + self.legend_lines() * LEGEND;
        (width as u32, height as u32)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        for (row, quantity) in (0..).zip([Quantity::Contraction, Quantity::Loss]) {
            let top = MARGIN + TITLE + (PANEL.1 + GAP) * row;
            for (column, surface) in (0..).zip(self.surfaces) {
                let corner = (MARGIN + PANEL.0 * column, top);
                surface.draw_panel(canvas, corner, quantity, self.steps).context("drawing a landscape's panel")?;
            }
            let left = MARGIN + PANEL.0 * self.surfaces.len() as i32;
            draw_bar(canvas, (left, top), quantity).context("drawing a landscape's colour bar")?;
        }
        let anchor = Pos::new(HPos::Center, VPos::Top);
        for (column, surface) in (0..).zip(self.surfaces) {
            for (text, top, size, weight) in
                [(surface.title, 0, 20, FontStyle::Bold), (surface.subtitle, 26, 16, FontStyle::Normal)]
            {
                let style = canvas.text_style(size, weight, TEXT, anchor);
                let at = (canvas.units(MARGIN + PANEL.0 * column + MIDDLE), canvas.units(MARGIN + top));
                canvas.area.draw_text(text, &style, at)?;
            }
        }
        self.draw_legend(canvas).context("drawing a landscape's legend")
    }
}

impl Landscape<'_> {
    /// One panel isn't wide enough for a legend of one line.
    fn legend_lines(&self) -> i32 {
        if self.surfaces.len() > 1 { 1 } else { 2 }
    }

    /// What the panels show.
    fn legend(&self) -> Vec<(Item, &'static str)> {
        let any = |what: fn(&Point) -> bool| self.surfaces.iter().any(|s| s.points.iter().any(what));
        let mut items = vec![];
        if self.surfaces.iter().any(|s| s.boundary().is_some()) {
            items.push((Item::Line, "stability: learning rate = 2(1 + β)/L"));
        }
        if self.surfaces.iter().any(|s| s.best().is_some()) {
            items.push((Item::Best, "best pair"));
        }
        let mut marks = self.surfaces.iter().flat_map(Surface::visible_marks);
        if marks.next().is_some() {
            items.push((Item::Mark, "the notebook's settings"));
        }
        if any(|point| point.has_diverged) {
            items.push((Item::Swatch(DIVERGED), "diverged"));
        }
        if any(|point| !point.has_diverged && point.contraction.is_nan()) {
            items.push((Item::Swatch(rgb(NOT_A_NUMBER)), "too few steps to tell"));
        }
        items
    }

    fn draw_legend<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let mut y = canvas.units(MARGIN + TITLE + 2 * (PANEL.1 + GAP) + LEGEND / 2);
        let style = canvas.text_style(16, FontStyle::Normal, TEXT, Pos::new(HPos::Left, VPos::Center));
        let start = canvas.units(MARGIN + 20);
        let end = canvas.units(self.size().0 as i32 - MARGIN);
        let mut x = start;
        let half = canvas.units(8);
        for (item, text) in self.legend() {
            let (width, _) = canvas.area.estimate_text_size(text, &style)?;
            if x + 4 * half + width as i32 > end {
                (x, y) = (start, y + canvas.units(LEGEND));
            }
            let centre = (x + half, y);
            match item {
                Item::Line => cased(canvas, vec![(x, y), (x + 3 * half, y)])?,
                Item::Best => cross(canvas, centre)?,
                Item::Mark => dot(canvas, centre)?,
                Item::Swatch(colour) => {
                    let corners = [(x, y - half), (x + 2 * half, y + half)];
                    canvas.area.draw(&Rectangle::new(corners, colour.filled()))?;
                }
            }
            x += 4 * half;
            canvas.area.draw_text(text, &style, (x, y))?;
            x += width as i32 + 3 * half;
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
    fn draw_panel<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        corner: (i32, i32),
        quantity: Quantity,
        steps: usize,
    ) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let (x, y) = (&self.grid.learning_rate, &self.grid.momentum);
        let size = (canvas.units(PANEL.0) as u32, canvas.units(PANEL.1) as u32);
        let area = canvas.area.clone().shrink((canvas.units(corner.0), canvas.units(corner.1)), size);
        let title = canvas.text_style(17, FontStyle::Normal, TEXT, Pos::new(HPos::Center, VPos::Top));
        area.draw_text(&quantity.name(steps), &title, (canvas.units(MIDDLE), canvas.units(2)))?;
        let mut chart = ChartBuilder::on(&area)
            .margin_top(canvas.units(26))
            .margin_right(canvas.units(SIDES.1))
            .x_label_area_size(canvas.units(50))
            .y_label_area_size(canvas.units(SIDES.0))
            .build_cartesian_2d(x.low..x.high, y.low..y.high)?;
        let label = canvas.text_style(15, FontStyle::Normal, TEXT, Pos::default());
        let desc = canvas.text_style(16, FontStyle::Normal, TEXT, Pos::default());
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(TEXT.stroke_width(canvas.units(1) as u32))
            .label_style(label)
            .axis_desc_style(desc)
            .x_desc("learning rate")
            .y_desc("momentum β")
            .set_all_tick_mark_size(canvas.units(4))
            .x_label_formatter(&|rate| python::general(*rate, 6))
            .y_label_formatter(&|momentum| python::general(*momentum, 6))
            .draw()?;
        let plot = chart.plotting_area();
        let pixel = |x: f64, y: f64| plot.map_coordinate(&(x, y));
        for (row, points) in self.points.chunks(x.cells).enumerate() {
            let colours: Vec<RGBColor> = points.iter().map(|point| fill(quantity.shade(point))).collect();
            let mut first = 0;
            for same in colours.chunk_by(|a, b| a == b) {
                let end = first + same.len();
                // A cell further to the right, and to the top: what comes later covers it, and no gap shows between cells.
                let corners = [pixel(x.edge(first), y.edge(row)), pixel(x.edge((end + 1).min(x.cells)), y.high)];
                let corners = corners.map(|corner| canvas.snapped(corner));
                canvas.area.draw(&Rectangle::new(corners, same[0].filled()))?;
                first = end;
            }
        }
        if let Some([from, to]) = self.boundary() {
            cased(canvas, vec![pixel(from.0, from.1), pixel(to.0, to.1)])?;
        }
        if let Some(best) = self.best() {
            cross(canvas, pixel(best.learning_rate, best.momentum))?;
        }
        for mark in self.visible_marks() {
            dot(canvas, pixel(mark.learning_rate, mark.momentum))?;
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

fn fill(shade: Option<f64>) -> RGBColor {
    match shade {
        None => DIVERGED,
        Some(shade) => rgb(colour((shade * SHADES / 2.0).round() / SHADES * 2.0)),
    }
}

fn rgb([red, green, blue]: [u8; 3]) -> RGBColor {
    RGBColor(red, green, blue)
}

fn draw_bar<DB: DrawingBackend>(canvas: &Canvas<DB>, corner: (i32, i32), quantity: Quantity) -> Result<()>
where
    DB::ErrorType: 'static,
{
    let (left, width) = (corner.0 + 10, 20);
    let (top, height) = (corner.1 + 26, PANEL.1 - 76);
    let at = |x: i32, y: f64| (canvas.units(x), canvas.units(top) + (y * f64::from(canvas.units(height))) as i32);
    // From the best at the top to the worst; each shade reaches to the bottom and the next covers it.
    for shade in 0..SHADES as i32 {
        let share = f64::from(shade) / SHADES;
        let corners = [at(left, share), at(left + width, 1.0)];
        canvas.area.draw(&Rectangle::new(corners, fill(Some(1.0 - 2.0 * share)).filled()))?;
    }
    for (label, shade) in quantity.ticks() {
        canvas.bar_tick(at(left + width, (1.0 - shade) / 2.0), label, TEXT)?;
    }
    Ok(())
}

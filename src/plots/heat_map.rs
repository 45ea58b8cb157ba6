//! The notebook's `px.imshow(Diff, range_color=[-1,1])`.

use anyhow::{Context, Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Picture};
use crate::experiment::Scalar;
use crate::notebook::printing::python;

/// Plotly's default sequential colours, plasma, from the lowest value to the highest.
pub const PLASMA: [u32; 10] =
    [0x0d0887, 0x46039f, 0x7201a8, 0x9c179e, 0xbd3786, 0xd8576b, 0xed7953, 0xfb9f3a, 0xfdca26, 0xf0f921];

/// The colour of a value that isn't a number: a grey that no value has.
pub const NOT_A_NUMBER: [u8; 3] = [0xd0, 0xd0, 0xd0];

const TEXT: RGBColor = RGBColor(0x2a, 0x3f, 0x5f);
const MARGIN: i32 = 24;
const TITLE_HEIGHT: i32 = 88;
const SIDE: i32 = 400;
const BAR_WIDTH: i32 = 22;
const NOTE_HEIGHT: i32 = 20;
/// In so many steps the colour bar goes from the top to the bottom.
const BAR_STEPS: i32 = 100;

/// A picture of an n×n difference, `R·M − I`, at one step of a run.
pub struct HeatMap<'a, T> {
    /// The n×n values, row by row; the first row is drawn at the top.
    pub values: &'a [T],
    /// How many rows and columns, at most 400 (a cell must have a pixel).
    pub n: usize,
    /// How many rows and columns of a larger matrix each value stands for, as their entry farthest from 0; else 1.
    pub block: usize,
    /// The step, shown in the title.
    pub iteration: usize,
    /// The loss before that step, shown in the title.
    pub loss: T,
}

/// The colour of a value: Plotly's plasma from −1 to 1, linear between its ten colours; values outside count as −1 or 1.
pub fn colour(value: f64) -> [u8; 3] {
    if value.is_nan() {
        return NOT_A_NUMBER;
    }
    let last = PLASMA.len() - 1;
    let position = (value.clamp(-1.0, 1.0) + 1.0) / 2.0 * last as f64;
    let lower = (position as usize).min(last - 1);
    let share = position - lower as f64;
    let channel = |shift: usize| {
        let at = |stop: usize| f64::from((PLASMA[stop] >> shift) as u8);
        (at(lower) + share * (at(lower + 1) - at(lower))).round() as u8
    };
    [channel(16), channel(8), channel(0)]
}

impl<T: Scalar> Picture for HeatMap<'_, T> {
    fn size(&self) -> (u32, u32) {
        let width = MARGIN + SIDE + MARGIN + BAR_WIDTH + 64;
        let height = TITLE_HEIGHT + SIDE + 44 + if self.block > 1 { NOTE_HEIGHT } else { 0 };
        (width as u32, height as u32)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let (values, n) = (self.values, self.n);
        ensure!((1..=SIDE as usize).contains(&n), "a heat map has 1 to {SIDE} rows, not {n}");
        ensure!(values.len() == n * n, "a heat map of {n}×{n} needs {} values, not {}", n * n, values.len());
        self.draw_title(canvas).context("drawing a heat map's title")?;
        self.draw_cells(canvas).context("drawing a heat map's cells")?;
        draw_bar(canvas).context("drawing a heat map's colour bar")
    }
}

impl<T: Scalar> HeatMap<'_, T> {
    fn draw_title<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let lines = [
            "Difference: Approximate minus True Identity.".to_string(),
            format!("Iteration:{}.", self.iteration),
            format!("Loss:{}", python::general(self.loss.into(), 2)),
        ];
        let anchor = Pos::new(HPos::Left, VPos::Top);
        for (i, line) in (0..).zip(lines) {
            let weight = if i == 0 { FontStyle::Bold } else { FontStyle::Normal };
            let style = canvas.text_style(19, weight, TEXT, anchor);
            let at = (canvas.units(MARGIN), canvas.units(14 + 23 * i));
            canvas.area.draw_text(&line, &style, at)?;
        }
        Ok(())
    }

    fn draw_cells<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let n = self.n as i32;
        let edge = |i: i32| canvas.units(SIDE) * i / n;
        let (left, top) = (canvas.units(MARGIN), canvas.units(TITLE_HEIGHT));
        for (i, &value) in (0..).zip(self.values) {
            let (row, column) = (i / n, i % n);
            let corners = [(left + edge(column), top + edge(row)), (left + edge(column + 1), top + edge(row + 1))];
            canvas.area.draw(&filled(corners, value.into()))?;
        }
        let anchor = Pos::new(HPos::Center, VPos::Top);
        let style = canvas.text_style(15, FontStyle::Normal, TEXT, anchor);
        // With many columns only every so many get their number.
        let every = (n + 9) / 10;
        for column in (0..n).step_by(every as usize) {
            let at = (left + (edge(column) + edge(column + 1)) / 2, canvas.units(TITLE_HEIGHT + SIDE + 10));
            let number = column as usize * self.block;
            canvas.area.draw_text(&number.to_string(), &style, at)?;
        }
        if self.block > 1 {
            let anchor = Pos::new(HPos::Left, VPos::Top);
            let style = canvas.text_style(15, FontStyle::Normal, TEXT, anchor);
            let text = format!("A cell: of {0}×{0} entries the one farthest from 0.", self.block);
            let at = (left, canvas.units(TITLE_HEIGHT + SIDE + 36));
            canvas.area.draw_text(&text, &style, at)?;
        }
        Ok(())
    }
}

fn draw_bar<DB: DrawingBackend>(canvas: &Canvas<DB>) -> Result<()>
where
    DB::ErrorType: 'static,
{
    let left = MARGIN + SIDE + MARGIN;
    let at = |x: i32, y: i32| (canvas.units(x), canvas.units(TITLE_HEIGHT + y));
    for step in 0..BAR_STEPS {
        let value = 1.0 - 2.0 * (f64::from(step) + 0.5) / f64::from(BAR_STEPS);
        // Each step reaches to the bottom and the next covers it, so that no gap can show between them.
        let corners = [at(left, SIDE * step / BAR_STEPS), at(left + BAR_WIDTH, SIDE)];
        canvas.area.draw(&filled(corners, value))?;
    }
    for (i, label) in (0..).zip(["1", "0.5", "0", "−0.5", "−1"]) {
        canvas.bar_tick(at(left + BAR_WIDTH, SIDE * i / 4), label, TEXT)?;
    }
    Ok(())
}

fn filled(corners: [(i32, i32); 2], value: f64) -> Rectangle<(i32, i32)> {
    let [red, green, blue] = colour(value);
    Rectangle::new(corners, RGBColor(red, green, blue).filled())
}

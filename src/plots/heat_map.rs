//! The notebook's `px.imshow(Diff, range_color=[-1,1])`.

use super::canvas::{Backend, Canvas, Picture, at, text_style, units};
use super::colours::{colour, draw_bar};
use crate::experiment::Scalar;
use crate::notebook::printing::python;
use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

const TEXT: RGBColor = RGBColor(0x2a, 0x3f, 0x5f);
const MARGIN: i32 = 24;
const TITLE_HEIGHT: i32 = 88;
const SIDE: i32 = 400;
const BAR_WIDTH: i32 = 22;

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

impl<T: Scalar> Picture for HeatMap<'_, T> {
    fn size(&self) -> (u32, u32) {
        let width = MARGIN + SIDE + MARGIN + BAR_WIDTH + 64;
        let height = TITLE_HEIGHT + SIDE + 44 + if self.block > 1 { 20 } else { 0 };
        (width as u32, height as u32)
    }

    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let (values, n) = (self.values, self.n);
        ensure!((1..=SIDE as usize).contains(&n), "a heat map has 1 to {SIDE} rows, not {n}");
        ensure!(values.len() == n * n, "a heat map of {n}×{n} needs {} values, not {}", n * n, values.len());
        for (i, (line, weight)) in (0..).zip([
            ("Difference: Approximate minus True Identity.".to_string(), FontStyle::Bold),
            (format!("Iteration:{}.", self.iteration), FontStyle::Normal),
            (format!("Loss:{}", python::general(self.loss.into(), 2)), FontStyle::Normal),
        ]) {
            let style = text_style(19, weight, TEXT, HPos::Left, VPos::Top);
            canvas.draw_text(&line, &style, at(MARGIN, 14 + 23 * i))?;
        }
        self.draw_cells(canvas)?;
        let corner = (MARGIN + SIDE + MARGIN, TITLE_HEIGHT);
        draw_bar(canvas, corner, (BAR_WIDTH, SIDE), ["1", "0.5", "0", "−0.5", "−1"], TEXT)
    }
}

impl<T: Scalar> HeatMap<'_, T> {
    fn draw_cells<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let n = self.n as i32;
        let edge = |i: i32| units(SIDE) * i / n;
        let (left, top) = at(MARGIN, TITLE_HEIGHT);
        for (i, &value) in (0..).zip(self.values) {
            let (row, column) = (i / n, i % n);
            let corners = [(left + edge(column), top + edge(row)), (left + edge(column + 1), top + edge(row + 1))];
            canvas.draw(&Rectangle::new(corners, colour(value.into()).filled()))?;
        }
        let style = |h_pos| text_style(15, FontStyle::Normal, TEXT, h_pos, VPos::Top);
        // With many columns only every so many get their number.
        for column in (0..n).step_by(self.n.div_ceil(10)) {
            let middle = left + (edge(column) + edge(column + 1)) / 2;
            let number = (column as usize * self.block).to_string();
            canvas.draw_text(&number, &style(HPos::Center), (middle, units(TITLE_HEIGHT + SIDE + 10)))?;
        }
        if self.block > 1 {
            let text = format!("A cell: of {0}×{0} entries the one farthest from 0.", self.block);
            canvas.draw_text(&text, &style(HPos::Left), at(MARGIN, TITLE_HEIGHT + SIDE + 36))?;
        }
        Ok(())
    }
}

//! The bar chart, on a logarithmic axis.

use anyhow::Result;
use inverse_by_descent::plots::{Backend, Canvas, Picture, text_style, units};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

const WIDTH: i32 = 900;
const TITLE: i32 = 48;
const LINE: i32 = 26;
/// Where the bars begin, beside their names, and the room for the numbers behind them.
const NAMES: i32 = 260;
const NUMBERS: i32 = 70;
const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
const OURS: RGBColor = RGBColor(0xe0, 0x6c, 0x00);
const OTHERS: RGBColor = RGBColor(0x3d, 0x9a, 0xe0);

pub struct Bar {
    pub name: &'static str,
    pub value: f64,
    /// The value as text.
    pub label: String,
    /// Whether it is this project's.
    pub is_ours: bool,
}

pub struct Chart {
    pub title: String,
    pub bars: Vec<Bar>,
}

impl Picture for Chart {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (TITLE + LINE * self.bars.len() as i32 + LINE / 2) as u32)
    }

    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let text = |words: &str, height: i32, right: HPos, x: i32, y: i32| {
            let style = text_style(height, FontStyle::Normal, TEXT, right, VPos::Center);
            canvas.draw_text(words, &style, (units(x), units(y)))
        };
        text(&self.title, 18, HPos::Left, NAMES, TITLE / 2)?;
        let logs = || self.bars.iter().map(|bar| bar.value.log10());
        // Bars begin at the power of ten below the least, so that each has a length.
        let low = logs().fold(f64::INFINITY, f64::min).floor();
        let high = logs().fold(low, f64::max);
        for (row, bar) in (0..).zip(&self.bars) {
            let y = TITLE + LINE * row + LINE / 2;
            let share = (bar.value.log10() - low) / (high - low).max(1e-9);
            let end = NAMES + (share * f64::from(WIDTH - NAMES - NUMBERS)) as i32;
            let corners = [(units(NAMES), units(y - 9)), (units(end), units(y + 9))];
            canvas.draw(&Rectangle::new(corners, if bar.is_ours { OURS } else { OTHERS }.filled()))?;
            text(bar.name, 14, HPos::Right, NAMES - 8, y)?;
            text(&bar.label, 14, HPos::Left, end + 6, y)?;
        }
        Ok(())
    }
}

//! Values as colours, and the bar that tells which is which.

use super::canvas::{Backend, Canvas, stroke, text_style, units};
use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// Plotly's default sequential colours, plasma, from the lowest value to the highest.
pub const PLASMA: [u32; 10] =
    [0x0d0887, 0x46039f, 0x7201a8, 0x9c179e, 0xbd3786, 0xd8576b, 0xed7953, 0xfb9f3a, 0xfdca26, 0xf0f921];
/// The colour of a value that isn't a number: a grey that no value has.
pub const NOT_A_NUMBER: RGBColor = RGBColor(0xd0, 0xd0, 0xd0);
/// The number of colours in a bar.
const STEPS: i32 = 100;

/// The colour of a value: Plotly's plasma from −1 to 1, linear between its ten colours; values outside count as −1 or 1.
pub fn colour(value: f64) -> RGBColor {
    if value.is_nan() {
        return NOT_A_NUMBER;
    }
    let last = PLASMA.len() - 1;
    let position = (value.clamp(-1.0, 1.0) + 1.0) / 2.0 * last as f64;
    let lower = (position as usize).min(last - 1);
    let share = position - lower as f64;
    let channel = |shift: usize| {
        let [from, to] = [lower, lower + 1].map(|stop| f64::from((PLASMA[stop] >> shift) as u8));
        (from + share * (to - from)).round() as u8
    };
    RGBColor(channel(16), channel(8), channel(0))
}

/// Draws a colour bar from 1 at the top to −1, with five labels at equal distances beside it. Lengths are in pixels.
pub fn draw_bar<B: Backend>(
    canvas: &Canvas<B>,
    (left, top): (i32, i32),
    (width, height): (i32, i32),
    labels: [&str; 5],
    text: RGBColor,
) -> Result<()> {
    let right = units(left + width);
    let y = |step: i32, steps: i32| units(top) + units(height) * step / steps;
    for step in 0..STEPS {
        let value = 1.0 - 2.0 * (f64::from(step) + 0.5) / f64::from(STEPS);
        // Each step reaches to the bottom and the next covers it, so that no gap can show between them.
        let corners = [(units(left), y(step, STEPS)), (right, y(1, 1))];
        canvas.draw(&Rectangle::new(corners, colour(value).filled()))?;
    }
    let style = text_style(15, FontStyle::Normal, text, HPos::Left, VPos::Center);
    for (i, label) in (0..).zip(labels) {
        let beside = |x: i32| (right + units(x), y(i, 4));
        canvas.draw(&PathElement::new([beside(0), beside(5)], stroke(text, 1)))?;
        canvas.draw_text(label, &style, beside(9))?;
    }
    Ok(())
}

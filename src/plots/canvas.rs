//! One drawing, two formats. Lengths are given in pixels of the picture's size; plotters draws in units.

use super::png::Bitmap;
use anyhow::Result;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// plotters draws on whole units only: quarters of a pixel, so that slopes have no steps.
const UNITS: u32 = 4;
/// PNG has twice as many pixels each way, so that it stays sharp on dense screens.
const PNG_SCALE: u32 = 2;

/// What plotters draws on: SVG or a bitmap.
pub trait Backend: DrawingBackend<ErrorType: 'static> {}
impl<B: DrawingBackend<ErrorType: 'static>> Backend for B {}

/// plotters' drawing area, in quarters of a pixel.
pub type Canvas<B> = DrawingArea<B, Shift>;

/// Something that can be drawn. Each function fails when the data can't be drawn; the message says what was expected.
pub trait Picture {
    /// Width and height in pixels, as SVG gives them; PNG has twice as many each way.
    fn size(&self) -> (u32, u32);

    /// Draws on a white canvas of [`Picture::size`].
    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()>;

    /// The picture as an SVG document.
    fn svg(&self) -> Result<String> {
        self.svg_within(u32::MAX)
    }

    /// The picture as an SVG document, shrunk where it is wider than `most` pixels.
    fn svg_within(&self, most: u32) -> Result<String> {
        let (width, height) = self.size();
        let (columns, rows) = (width * UNITS, height * UNITS);
        let mut drawing = String::new();
        render(self, SVGBackend::with_string(&mut drawing, (columns, rows)))?;
        let (shown, high) = (width.min(most), height * width.min(most) / width.max(1));
        // Edges that no longer fall on pixels would show as lines between equal colours.
        let crisp = if width > most { r#" shape-rendering="crispEdges""# } else { "" };
        Ok(format!(
            "<svg width=\"{shown}\" height=\"{high}\" viewBox=\"0 0 {columns} {rows}\"{crisp} \
             xmlns=\"http://www.w3.org/2000/svg\">\n{drawing}</svg>\n"
        ))
    }

    /// The picture as the bytes of a PNG file.
    fn png(&self) -> Result<Vec<u8>> {
        let (width, height) = self.size();
        let mut bitmap = Bitmap::new((width * PNG_SCALE, height * PNG_SCALE), UNITS / PNG_SCALE)?;
        render(self, &mut bitmap)?;
        bitmap.png()
    }
}

fn render<P: Picture + ?Sized, B: Backend>(picture: &P, backend: B) -> Result<()> {
    let canvas = backend.into_drawing_area();
    canvas.fill(&WHITE)?;
    picture.draw(&canvas)?;
    Ok(canvas.present()?)
}

/// The part of a canvas with this upper left corner, width and height, in pixels.
pub fn part<B: Backend>(canvas: &Canvas<B>, (x, y): (i32, i32), (width, height): (u32, u32)) -> Canvas<B> {
    canvas.clone().shrink(at(x, y), (width * UNITS, height * UNITS))
}

/// A length in units.
pub fn units(pixels: i32) -> i32 {
    pixels * UNITS as i32
}

/// A point in units.
pub fn at(x: i32, y: i32) -> (i32, i32) {
    (units(x), units(y))
}

/// A line of this width in pixels.
pub fn stroke(colour: RGBColor, width: i32) -> ShapeStyle {
    colour.stroke_width(units(width) as u32)
}

/// Text of this height in pixels; `h_pos` and `v_pos` tell which point of it is at the place where it is drawn.
pub fn text_style(height: i32, weight: FontStyle, colour: RGBColor, h_pos: HPos, v_pos: VPos) -> TextStyle<'static> {
    let family = FontFamily::Name("DejaVu Sans, sans-serif");
    FontDesc::new(family, f64::from(units(height)), weight).color(&colour).pos(Pos::new(h_pos, v_pos))
}

/// Text as every format can hold it: any white space is one space, and a replacement character `�` stands for control
/// characters and what XML forbids.
pub fn clean(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    words.join(" ").replace(forbidden, "\u{fffd}")
}

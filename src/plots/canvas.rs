//! One drawing, two formats.

use super::png::Bitmap;
use anyhow::{Context, Result};
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

/// Something that can be drawn.
pub trait Picture {
    /// Width and height in pixels, as SVG gives them; PNG has twice as many each way.
    fn size(&self) -> (u32, u32);

    /// Draws on a white canvas of [`Picture::size`].
    ///
    /// # Errors
    /// When the data can't be drawn; the message says what was expected.
    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()>;

    /// The picture as an SVG document.
    ///
    /// # Errors
    /// As [`Picture::draw`].
    fn svg(&self) -> Result<String> {
        self.svg_within(u32::MAX)
    }

    /// The picture as an SVG document, shrunk where it is wider than `most` pixels.
    ///
    /// # Errors
    /// As [`Picture::draw`].
    fn svg_within(&self, most: u32) -> Result<String> {
        let (width, height) = self.size();
        let mut drawing = String::new();
        render(self, SVGBackend::with_string(&mut drawing, (width * UNITS, height * UNITS)))?;
        let shown = (width.min(most), height * width.min(most) / width.max(1));
        // Edges that no longer fall on pixels would show as lines between equal colours.
        let crisp = if width > most { r#" shape-rendering="crispEdges""# } else { "" };
        Ok(format!(
            "<svg width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\"{crisp} \
             xmlns=\"http://www.w3.org/2000/svg\">\n{drawing}</svg>\n",
            shown.0,
            shown.1,
            width * UNITS,
            height * UNITS
        ))
    }

    /// The picture as the bytes of a PNG file.
    ///
    /// # Errors
    /// As [`Picture::draw`], and when it doesn't fit in memory.
    fn png(&self) -> Result<Vec<u8>> {
        let (width, height) = self.size();
        let mut bitmap = Bitmap::new((width * PNG_SCALE, height * PNG_SCALE), UNITS / PNG_SCALE)?;
        render(self, &mut bitmap)?;
        bitmap.png()
    }
}

fn render<P: Picture + ?Sized, B: Backend>(picture: &P, backend: B) -> Result<()> {
    let area = backend.into_drawing_area();
    area.fill(&WHITE).context("drawing the background")?;
    picture.draw(&Canvas { area: area.clone() })?;
    area.present().context("finishing the drawing")
}

/// What a picture is drawn on. Lengths are given in pixels of the picture's size and turned into units here.
pub struct Canvas<B: DrawingBackend> {
    /// plotters' drawing area, in units.
    pub area: DrawingArea<B, Shift>,
}

impl<B: Backend> Canvas<B> {
    /// The part of this canvas with this upper left corner, width and height, in pixels.
    pub fn part(&self, (x, y): (i32, i32), (width, height): (u32, u32)) -> Self {
        let size = (width * UNITS, height * UNITS);
        Canvas { area: self.area.clone().shrink(self.at(x, y), size) }
    }

    /// A length in units.
    pub fn units(&self, pixels: i32) -> i32 {
        pixels * UNITS as i32
    }

    /// A point in units.
    pub fn at(&self, x: i32, y: i32) -> (i32, i32) {
        (self.units(x), self.units(y))
    }

    /// A line of this width in pixels.
    pub fn stroke(&self, colour: RGBColor, width: i32) -> ShapeStyle {
        colour.stroke_width(self.units(width) as u32)
    }

    /// Text of this height in pixels, placed with `anchor` (the point of the text that is named when it is drawn).
    pub fn text_style(
        &self,
        height: i32,
        weight: FontStyle,
        colour: RGBColor,
        (h_pos, v_pos): (HPos, VPos),
    ) -> TextStyle<'static> {
        let family = FontFamily::Name("DejaVu Sans, sans-serif");
        FontDesc::new(family, f64::from(self.units(height)), weight).color(&colour).pos(Pos::new(h_pos, v_pos))
    }

    /// Draws one line of text, [`clean`].
    ///
    /// # Errors
    /// When the backend can't draw.
    pub fn text(&self, text: &str, style: &TextStyle, at: (i32, i32)) -> Result<()> {
        Ok(self.area.draw_text(&clean(text), style, at)?)
    }
}

/// Text as every format can hold it: any white space is one space, and a replacement character `�` stands for control
/// characters and what XML forbids.
pub fn clean(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    words.join(" ").replace(forbidden, "\u{fffd}")
}

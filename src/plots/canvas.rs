//! One drawing, two formats.

use super::{fonts, png};
use anyhow::{Context, Result, ensure};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// plotters draws on whole units only. SVG is drawn in quarters of a pixel, so that slopes have no steps.
const SVG_SCALE: u32 = 4;
/// PNG has two pixels a unit, so that it stays sharp on dense screens.
const PNG_SCALE: u32 = 2;

/// Something that can be drawn.
pub trait Picture {
    /// Width and height in pixels, as SVG gives them; PNG has twice as many each way.
    fn size(&self) -> (u32, u32);

    /// Draws on a white canvas of [`Picture::size`].
    ///
    /// # Errors
    /// When the data can't be drawn; the message says what was expected.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static;

    /// The picture as an SVG document.
    ///
    /// # Errors
    /// As [`Picture::draw`].
    fn svg(&self) -> Result<String> {
        let (width, height) = self.size();
        let units = (width * SVG_SCALE, height * SVG_SCALE);
        let mut svg = String::new();
        render(self, SVGBackend::with_string(&mut svg, units), SVG_SCALE)?;
        let finely = format!(r#"<svg width="{}" height="{}" "#, units.0, units.1);
        ensure!(svg.starts_with(&finely), "plotters wrote another SVG header than {finely}");
        let shown = format!(r#"<svg width="{width}" height="{height}" "#);
        Ok(svg.replacen(&finely, &shown, 1))
    }

    /// The picture as the bytes of a PNG file.
    ///
    /// # Errors
    /// As [`Picture::draw`].
    fn png(&self) -> Result<Vec<u8>> {
        png::from_svg(&self.svg()?, PNG_SCALE)
    }
}

fn render<P, DB>(picture: &P, backend: DB, scale: u32) -> Result<()>
where
    P: Picture + ?Sized,
    DB: DrawingBackend,
    DB::ErrorType: 'static,
{
    let area = backend.into_drawing_area();
    area.fill(&WHITE).context("drawing the background")?;
    let scale = scale as i32;
    picture.draw(&Canvas { area: area.clone(), scale })?;
    area.present().context("finishing the drawing")
}

/// What a picture is drawn on. Lengths are given in pixels of the picture's size and scaled here.
pub struct Canvas<DB: DrawingBackend> {
    /// plotters' drawing area, in its own, finer units.
    pub area: DrawingArea<DB, Shift>,
    scale: i32,
}

impl<DB: DrawingBackend> Canvas<DB>
where
    DB::ErrorType: 'static,
{
    /// The part of this canvas with this upper left corner, width and height, in pixels.
    pub fn part(&self, corner: (u32, u32), size: (u32, u32)) -> Self {
        let units = |(x, y)| (self.units(x as i32), self.units(y as i32));
        Canvas { area: self.area.clone().shrink(units(corner), units(size)), scale: self.scale }
    }

    /// A length in the area's units.
    pub fn units(&self, pixels: i32) -> i32 {
        pixels * self.scale
    }

    /// A position in the area's units, moved to the nearest edge of PNG's pixels: areas that meet there leave no seam.
    pub fn snapped(&self, (x, y): (i32, i32)) -> (i32, i32) {
        let pixel = (self.scale / PNG_SCALE as i32).max(1);
        let snap = |position: i32| (position + pixel / 2).div_euclid(pixel) * pixel;
        (snap(x), snap(y))
    }

    /// Text of this height and colour, placed with `anchor` (the point of the text that is named when it is drawn).
    pub fn text_style(&self, size: i32, style: FontStyle, colour: RGBColor, anchor: Pos) -> TextStyle<'static> {
        FontDesc::new(FontFamily::Name(fonts::FAMILY), f64::from(self.units(size)), style).color(&colour).pos(anchor)
    }

    /// A tick and its label, to the right of the point `(x, y)` on a colour bar's edge, in the area's units.
    ///
    /// # Errors
    /// When the backend can't draw.
    pub fn bar_tick(&self, (x, y): (i32, i32), label: &str, colour: RGBColor) -> Result<()> {
        let stroke = colour.stroke_width(self.units(1) as u32);
        let tick = PathElement::new([(x, y), (x + self.units(5), y)], stroke);
        self.area.draw(&tick)?;
        let anchor = Pos::new(HPos::Left, VPos::Center);
        let style = self.text_style(15, FontStyle::Normal, colour, anchor);
        self.area.draw_text(label, &style, (x + self.units(9), y))?;
        Ok(())
    }
}

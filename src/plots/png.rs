//! PNG: plotters draws on this with smooth edges. Its own bitmaps have steps, and spikes where a thick line turns sharply.

use ab_glyph::{Font, FontRef, OutlineCurve, Point, point};
use ab_glyph_rasterizer::Rasterizer;
use anyhow::{Context, Result};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle};
use std::convert::Infallible;

/// The pixels of a picture, and the letters: DejaVu Sans, built in, so that no font of the system is needed.
pub struct Bitmap {
    size: (u32, u32),
    units: u32,
    pixels: Vec<u8>,
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

/// A piece of an outline: where it begins, what it bends towards, where it ends.
type Piece = [Point; 3];
/// A point in units.
type At = (i32, i32);
type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Bitmap {
    /// Width and height in pixels; plotters draws in units of which a pixel has `units` each way.
    ///
    /// # Errors
    /// When so large a picture doesn't fit in memory.
    pub fn new((width, height): (u32, u32), units: u32) -> Result<Self> {
        let bytes = 3 * width as usize * height as usize;
        let mut pixels = vec![];
        pixels
            .try_reserve_exact(bytes)
            .with_context(|| format!("a picture of {width}×{height} pixels doesn't fit in memory"))?;
        pixels.resize(bytes, u8::MAX);
        let regular = FontRef::try_from_slice(dejavu::sans::regular())?;
        let bold = FontRef::try_from_slice(dejavu::sans::bold())?;
        Ok(Self { size: (width, height), units, pixels, regular, bold })
    }

    /// The bytes of a PNG file.
    ///
    /// # Errors
    /// When the picture has no pixel.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut file = vec![];
        let mut encoder = png::Encoder::new(&mut file, self.size.0, self.size.1);
        encoder.set_color(png::ColorType::Rgb);
        // What suits large areas of one colour.
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_deflate_compression(png::DeflateCompression::Level(9));
        let mut writer = encoder.write_header().context("writing the picture as PNG")?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(file)
    }

    /// Fills closed outlines, given in units. Where outlines that turn the same way overlap, they are filled once.
    fn fill(&mut self, mut outlines: Vec<Piece>, colour: BackendColor) {
        if outlines.is_empty() {
            return;
        }
        let (mut least, mut most) = (point(f32::MAX, f32::MAX), point(f32::MIN, f32::MIN));
        for at in outlines.iter_mut().flatten() {
            *at = point(at.x / self.units as f32, at.y / self.units as f32);
            least = point(least.x.min(at.x), least.y.min(at.y));
            most = point(most.x.max(at.x), most.y.max(at.y));
        }
        let corner = point(least.x.floor(), least.y.floor());
        // One more than needed: curves are rasterised with a rounding error.
        let (columns, rows) = ((most.x - corner.x) as usize + 2, (most.y - corner.y) as usize + 2);
        let mut rasterizer = Rasterizer::new(columns, rows);
        for [from, towards, to] in outlines {
            rasterizer.draw_quad(from - corner, towards - corner, to - corner);
        }
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let (red, green, blue) = colour.rgb;
        rasterizer.for_each_pixel(|i, coverage| {
            if coverage < 0.002 {
                return;
            }
            let x = corner.x as isize + (i % columns) as isize;
            let y = corner.y as isize + (i / columns) as isize;
            if (0..width as isize).contains(&x) && (0..height as isize).contains(&y) {
                let at = 3 * (y as usize * width + x as usize);
                let share = coverage.min(1.0) * colour.alpha as f32;
                for (old, new) in self.pixels[at..at + 3].iter_mut().zip([red, green, blue]) {
                    *old = (f32::from(*old) + share * (f32::from(new) - f32::from(*old))).round() as u8;
                }
            }
        });
    }
}

/// Rectangles and circles are always filled: no picture has others.
impl DrawingBackend for &mut Bitmap {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.size.0 * self.units, self.size.1 * self.units)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): At, colour: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    /// To the nearest whole pixels, so that no seam shows where two meet.
    fn draw_rect<S: BackendStyle>(&mut self, from: At, to: At, style: &S, _: bool) -> Drawn {
        let units = self.units as i32;
        let within = |at: i32, end: u32| ((at + units / 2).div_euclid(units)).clamp(0, end as i32);
        let (left, right) = (within(from.0, self.size.0), within(to.0, self.size.0));
        let (top, bottom) = (within(from.1, self.size.1), within(to.1, self.size.1));
        let (red, green, blue) = style.color().rgb;
        let row = [red, green, blue].repeat((right - left).max(0) as usize);
        for y in top..bottom {
            let at = 3 * (y as usize * self.size.0 as usize + left as usize);
            self.pixels[at..at + row.len()].copy_from_slice(&row);
        }
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: At, to: At, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = At>>(&mut self, path: I, style: &S) -> Drawn {
        let mut points: Vec<Point> = path.into_iter().map(|(x, y)| point(x as f32, y as f32)).collect();
        points.dedup();
        let half = style.stroke_width() as f32 / 2.0;
        let mut outlines = vec![];
        let mut last: Option<Point> = None;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let along = to - from;
            let length = along.x.hypot(along.y);
            let aside = point(-along.y * half / length, along.x * half / length);
            outlines.extend(polygon(&[from + aside, to + aside, to - aside, from - aside]));
            // The gap on the outer side of a turn.
            if let Some(last) = last {
                let turn = last.x * aside.y - last.y * aside.x;
                let [a, b] = if turn > 0.0 { [from - aside, from - last] } else { [from + last, from + aside] };
                outlines.extend(polygon(&[from, a, b]));
            }
            last = Some(aside);
        }
        self.fill(outlines, style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): At, radius: u32, style: &S, _: bool) -> Drawn {
        let at = |eighths: f32, radius: f32| {
            let (sin, cos) = (eighths * std::f32::consts::FRAC_PI_4).sin_cos();
            point(x as f32 + radius * cos, y as f32 + radius * sin)
        };
        let radius = radius as f32;
        let bend = radius / std::f32::consts::FRAC_PI_8.cos();
        let arcs = (0..8u8).map(f32::from);
        let arcs = arcs.map(|i| [at(i, radius), at(i + 0.5, bend), at(i + 1.0, radius)]);
        self.fill(arcs.collect(), style.color());
        Ok(())
    }

    /// Placed as plotters' SVG places it, where a font's size is 1/1.24 of the line's height.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): At) -> Drawn {
        let font = if let FontStyle::Bold = style.style() { &self.bold } else { &self.regular };
        let em = font.units_per_em().unwrap_or(2048.0);
        let scale = (style.size() / 1.24) as f32 / em;
        let mut glyphs = vec![];
        let (mut width, mut last) = (0.0, None);
        for id in text.chars().map(|c| font.glyph_id(c)) {
            width += last.map_or(0.0, |last| font.kern_unscaled(last, id));
            glyphs.push((id, width));
            width += font.h_advance_unscaled(id);
            last = Some(id);
        }
        let anchor = style.anchor();
        let left = match anchor.h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        // Half the height of an x is 0.27.
        let baseline = em
            * match anchor.v_pos {
                VPos::Top => 0.76,
                VPos::Center => 0.27,
                VPos::Bottom => -0.27,
            };
        // Quarter turns.
        let (cos, sin) = style.transform().transform(1, 0);
        let (cos, sin) = (cos as f32, sin as f32);
        let mut outlines = vec![];
        for (id, at) in glyphs {
            let place = |p: Point| {
                let (right, down) = ((left + at + p.x) * scale, (baseline - p.y) * scale);
                point(x as f32 + right * cos - down * sin, y as f32 + right * sin + down * cos)
            };
            for curve in font.outline(id).into_iter().flat_map(|outline| outline.curves) {
                outlines.push(match curve {
                    OutlineCurve::Quad(a, b, c) => [place(a), place(b), place(c)],
                    // TrueType has no cubic curves.
                    OutlineCurve::Line(a, b) | OutlineCurve::Cubic(a, _, _, b) => line(place(a), place(b)),
                });
            }
        }
        self.fill(outlines, style.color());
        Ok(())
    }
}

fn line(from: Point, to: Point) -> Piece {
    [from, point((from.x + to.x) / 2.0, (from.y + to.y) / 2.0), to]
}

fn polygon(corners: &[Point]) -> impl Iterator<Item = Piece> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(&from, &to)| line(from, to))
}

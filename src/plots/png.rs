//! PNG: plotters draws on this with smooth edges. Its own bitmaps have steps, and spikes where a thick line turns sharply.

use ab_glyph::{Font, FontRef, Point, ScaleFont, point};
use ab_glyph_rasterizer::Rasterizer;
use anyhow::Result;
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

/// A point in units.
type At = (i32, i32);
type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Bitmap {
    /// Width and height in pixels; plotters draws in units of which a pixel has `units` each way.
    pub fn new(size: (u32, u32), units: u32) -> Result<Self> {
        let pixels = vec![u8::MAX; 3 * size.0 as usize * size.1 as usize];
        let regular = FontRef::try_from_slice(dejavu::sans::regular())?;
        let bold = FontRef::try_from_slice(dejavu::sans::bold())?;
        Ok(Self { size, units, pixels, regular, bold })
    }

    /// The bytes of a PNG file.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut file = vec![];
        let mut encoder = png::Encoder::new(&mut file, self.size.0, self.size.1);
        encoder.set_color(png::ColorType::Rgb);
        // What suits large areas of one colour.
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_deflate_compression(png::DeflateCompression::Level(9));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(file)
    }

    /// Fills polygons, given in units. Where polygons that turn the same way overlap, they are filled once.
    fn fill(&mut self, polygons: &[Vec<Point>], colour: BackendColor) {
        if polygons.is_empty() {
            return;
        }
        let scale = 1.0 / self.units as f32;
        let (mut least, mut most) = (point(f32::MAX, f32::MAX), point(0.0, 0.0));
        for at in polygons.iter().flatten() {
            least = point(least.x.min(at.x * scale), least.y.min(at.y * scale));
            most = point(most.x.max(at.x * scale), most.y.max(at.y * scale));
        }
        let corner = point(least.x.floor(), least.y.floor());
        // One more than needed, for rounding errors.
        let (columns, rows) = ((most.x - corner.x) as usize + 2, (most.y - corner.y) as usize + 2);
        let mut rasterizer = Rasterizer::new(columns, rows);
        let place = |at: &Point| point(at.x * scale - corner.x, at.y * scale - corner.y);
        for polygon in polygons {
            for (from, to) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
                rasterizer.draw_line(place(from), place(to));
            }
        }
        rasterizer.for_each_pixel_2d(|column, row, coverage| {
            self.blend(corner.x as i32 + column as i32, corner.y as i32 + row as i32, coverage, colour);
        });
    }

    /// Mixes a colour into one pixel, if that is on the picture.
    fn blend(&mut self, x: i32, y: i32, coverage: f32, colour: BackendColor) {
        let (width, height) = (self.size.0 as i32, self.size.1 as i32);
        if coverage < 0.002 || !(0..width).contains(&x) || !(0..height).contains(&y) {
            return;
        }
        let at = 3 * (y * width + x) as usize;
        let share = coverage.min(1.0) * colour.alpha as f32;
        let (red, green, blue) = colour.rgb;
        for (old, new) in self.pixels[at..at + 3].iter_mut().zip([red, green, blue]) {
            *old = (f32::from(*old) + share * (f32::from(new) - f32::from(*old))).round() as u8;
        }
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
        let mut polygons = vec![];
        let mut last: Option<Point> = None;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let along = to - from;
            let length = along.x.hypot(along.y);
            let aside = point(-along.y * half / length, along.x * half / length);
            polygons.push(vec![from + aside, to + aside, to - aside, from - aside]);
            // The gap on the outer side of a turn.
            if let Some(last) = last {
                let turn = last.x * aside.y - last.y * aside.x;
                let [a, b] = if turn > 0.0 { [from - aside, from - last] } else { [from + last, from + aside] };
                polygons.push(vec![from, a, b]);
            }
            last = Some(aside);
        }
        self.fill(&polygons, style.color());
        Ok(())
    }

    /// As a polygon with so many corners that they can't be seen.
    fn draw_circle<S: BackendStyle>(&mut self, (x, y): At, radius: u32, style: &S, _: bool) -> Drawn {
        let corner = |k: u8| {
            let (sin, cos) = (f32::from(k) * std::f32::consts::TAU / 64.0).sin_cos();
            point(x as f32 + radius as f32 * cos, y as f32 + radius as f32 * sin)
        };
        self.fill(&[(0..64).map(corner).collect()], style.color());
        Ok(())
    }

    /// Placed as plotters' SVG places it, where a font's size is 1/1.24 of the line's height.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): At) -> Drawn {
        let font = if let FontStyle::Bold = style.style() { self.bold.clone() } else { self.regular.clone() };
        let em = (style.size() / 1.24) as f32 / self.units as f32;
        let scale = em * font.height_unscaled() / font.units_per_em().unwrap_or(2048.0);
        let font = font.into_scaled(scale);
        let mut glyphs = vec![];
        let (mut width, mut last) = (0.0, None);
        for id in text.chars().map(|c| font.glyph_id(c)) {
            width += last.map_or(0.0, |last| font.kern(last, id));
            glyphs.push((id, width));
            width += font.h_advance(id);
            last = Some(id);
        }
        let left = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        // Half the height of an x is 0.27.
        let baseline = match style.anchor().v_pos {
            VPos::Top => 0.76 * em,
            VPos::Center => 0.27 * em,
            VPos::Bottom => -0.27 * em,
        };
        // Quarter turns, which put pixels on pixels.
        let (cos, sin) = style.transform().transform(1, 0);
        let (x, y) = (x as f32 / self.units as f32, y as f32 / self.units as f32);
        for (id, at) in glyphs {
            let glyph = id.with_scale_and_position(scale, point(left + at, baseline));
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|column, row, coverage| {
                let (right, down) = (corner.x + column as f32 + 0.5, corner.y + row as f32 + 0.5);
                let (x, y) = (x + right * cos as f32 - down * sin as f32, y + right * sin as f32 + down * cos as f32);
                self.blend(x.floor() as i32, y.floor() as i32, coverage, style.color());
            });
        }
        Ok(())
    }
}

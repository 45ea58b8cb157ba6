//! Reads pictures back.

use inverse_by_descent::plots::Picture;
use plotters::style::RGBColor;
use roxmltree::{Document, Node};

/// Units of an SVG picture in one of its pixels.
pub const UNITS: f64 = 4.0;

/// A number among an element's attributes.
pub fn number(node: Node, attribute: &str) -> f64 {
    let text = node.attribute(attribute).unwrap_or_else(|| panic!("{attribute} of {node:?}"));
    text.parse().unwrap()
}

/// All texts in their order, with their elements.
pub fn texts<'a>(svg: &'a Document) -> Vec<(&'a str, Node<'a, 'a>)> {
    svg.descendants()
        .filter(|node| node.has_tag_name("text"))
        .map(|node| (node.text().unwrap_or_default().trim(), node))
        .collect()
}

/// The element of a text.
pub fn text<'a>(svg: &'a Document, wanted: &str) -> Node<'a, 'a> {
    let all = texts(svg);
    match all.iter().find(|(text, _)| *text == wanted) {
        Some((_, node)) => *node,
        None => {
            panic!("no text {wanted:?} among {:?}", all.iter().map(|t| t.0).collect::<Vec<_>>())
        }
    }
}

/// A colour as plotters' SVG writes it.
pub fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// A picture's PNG: three bytes a pixel, row by row.
pub struct Png {
    pub width: u32,
    pub height: u32,
    pixels: Vec<u8>,
}

impl Png {
    /// Draws a picture and reads it back.
    pub fn of(picture: &impl Picture) -> Self {
        let file = picture.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(frame.color_type, png::ColorType::Rgb);
        Self { width: frame.width, height: frame.height, pixels }
    }

    pub fn pixel(&self, x: f64, y: f64) -> RGBColor {
        let at = 3 * (y as usize * self.width as usize + x as usize);
        RGBColor(self.pixels[at], self.pixels[at + 1], self.pixels[at + 2])
    }
}

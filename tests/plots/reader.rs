//! Reads pictures back.

use resvg::tiny_skia::Pixmap;
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
pub fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// The colour of an opaque pixel.
pub fn pixel(picture: &Pixmap, x: f64, y: f64) -> [u8; 3] {
    let pixel = picture.pixel(x as u32, y as u32).unwrap();
    assert_eq!(pixel.alpha(), u8::MAX);
    [pixel.red(), pixel.green(), pixel.blue()]
}

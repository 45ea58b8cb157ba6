//! PNG from SVG, through resvg. plotters' own bitmaps have no smooth edges, and spikes where a thick line turns sharply.

use super::fonts;
use anyhow::{Context, Result};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// The picture as the bytes of a PNG file, each way `scale` times as many pixels as the SVG says.
///
/// # Errors
/// When the document isn't SVG, or so large a picture doesn't fit in memory.
pub fn from_svg(svg: &str, scale: u32) -> Result<Vec<u8>> {
    let mut options = Options::default();
    for file in fonts::files() {
        options.fontdb_mut().load_font_data(file.to_vec());
    }
    let tree = Tree::from_str(svg, &options).context("reading the picture's SVG")?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width() * scale, size.height() * scale);
    let mut pixels = Pixmap::new(width, height)
        .with_context(|| format!("a picture of {width}×{height} pixels doesn't fit in memory"))?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixels.as_mut());
    pixels.encode_png().context("writing the picture as PNG")
}

//! The Rust notebook's kernel, evcxr: how a cell shows a picture there.

use crate::plots::Picture;
use anyhow::Result;

/// What fits a notebook's page, in pixels: not everything that renders one shrinks its pictures.
const WIDTH: u32 = 900;

/// Shows a picture under the cell, shrunk where it is too wide. The kernel keeps one picture a cell, the last.
///
/// # Errors
/// When it can't be drawn.
pub fn display(picture: &impl Picture) -> Result<()> {
    let mut svg = picture.svg()?;
    let (width, height) = picture.size();
    if width > WIDTH {
        let drawn = format!(r#"width="{width}" height="{height}""#);
        let shown = format!(r#"width="{WIDTH}" height="{}""#, height * WIDTH / width);
        // Edges that no longer fall on pixels would show as lines between equal colours.
        svg = svg.replacen(&drawn, &(shown + r#" shape-rendering="crispEdges""#), 1);
    }
    println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{svg}\nEVCXR_END_CONTENT");
    Ok(())
}

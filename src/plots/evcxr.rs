//! The Rust notebook's kernel, evcxr: how a cell shows a picture there.

use crate::plots::Picture;
use anyhow::Result;

/// Shows a picture under the cell, shrunk where it is too wide. The kernel keeps one picture a cell, the last.
///
/// # Errors
/// When it can't be drawn.
pub fn display(picture: &impl Picture) -> Result<()> {
    // What fits a notebook's page: not everything that renders one shrinks its pictures.
    let svg = picture.svg_within(900)?;
    println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{svg}\nEVCXR_END_CONTENT");
    Ok(())
}

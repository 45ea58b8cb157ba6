//! The Rust notebook's kernel, evcxr: how a cell shows a picture there.

use crate::plots::Picture;
use anyhow::Result;

/// Shows a picture under the cell. The kernel keeps one picture a cell, the last.
///
/// # Errors
/// When it can't be drawn.
pub fn display(picture: &impl Picture) -> Result<()> {
    // As wide as there is room.
    let style = r#"<svg style="max-width:100%;height:auto" "#;
    let svg = picture.svg()?.replacen("<svg ", style, 1);
    println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{svg}\nEVCXR_END_CONTENT");
    Ok(())
}

//! The letters of the pictures: DejaVu Sans, built in, so that no font of the system is needed.

use anyhow::{Result, ensure};
use plotters::style::{FontStyle, register_font};
use std::sync::LazyLock;

/// The name under which plotters knows the fonts. In SVG it is the list of fonts to try.
pub const FAMILY: &str = "DejaVu Sans, sans-serif";

/// The regular and the bold font, as files.
pub fn files() -> [(FontStyle, &'static [u8]); 2] {
    [
        (FontStyle::Normal, dejavu::sans::regular()),
        (FontStyle::Bold, dejavu::sans::bold()),
    ]
}

static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    files()
        .into_iter()
        .all(|(style, file)| register_font(FAMILY, style, file).is_ok())
});

/// Makes the fonts known to plotters, once: it measures text with them.
///
/// # Errors
/// If what is built in isn't a font.
pub fn register() -> Result<()> {
    ensure!(
        *REGISTERED,
        "the DejaVu fonts that are built in can't be read"
    );
    Ok(())
}

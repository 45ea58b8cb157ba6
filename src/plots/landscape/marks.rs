//! What is drawn over a map: white in a dark case, which shows on every colour.

use crate::plots::canvas::Canvas;
use anyhow::Result;
use plotters::prelude::*;

/// A white line in a dark case, which shows on every colour.
pub fn cased<DB: DrawingBackend>(canvas: &Canvas<DB>, points: Vec<(i32, i32)>) -> Result<()>
where
    DB::ErrorType: 'static,
{
    for (width, colour) in [(5, BLACK), (2, WHITE)] {
        canvas.area.draw(&PathElement::new(points.clone(), colour.stroke_width(canvas.units(width) as u32)))?;
    }
    Ok(())
}

/// The same as a cross.
pub fn cross<DB: DrawingBackend>(canvas: &Canvas<DB>, (x, y): (i32, i32)) -> Result<()>
where
    DB::ErrorType: 'static,
{
    let arm = canvas.units(7);
    for (width, colour) in [(6, BLACK), (3, WHITE)] {
        for points in [[(x - arm, y - arm), (x + arm, y + arm)], [(x - arm, y + arm), (x + arm, y - arm)]] {
            canvas.area.draw(&PathElement::new(points, colour.stroke_width(canvas.units(width) as u32)))?;
        }
    }
    Ok(())
}

/// The same as a dot.
pub fn dot<DB: DrawingBackend>(canvas: &Canvas<DB>, at: (i32, i32)) -> Result<()>
where
    DB::ErrorType: 'static,
{
    canvas.area.draw(&Circle::new(at, canvas.units(7), BLACK.filled()))?;
    canvas.area.draw(&Circle::new(at, canvas.units(5), WHITE.filled()))?;
    Ok(())
}

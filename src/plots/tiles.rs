//! Several pictures as one.

use anyhow::Result;
use plotters::prelude::*;

use super::canvas::{Canvas, Picture};

/// How many pictures stand in a row.
const COLUMNS: usize = 3;

/// Pictures of one size beside each other, in rows of three.
pub struct Tiles<'a, P>(pub &'a [P]);

impl<P: Picture> Picture for Tiles<'_, P> {
    fn size(&self) -> (u32, u32) {
        let (width, height) = self.0.first().map_or((0, 0), Picture::size);
        let columns = self.0.len().min(COLUMNS);
        let rows = self.0.len().div_ceil(COLUMNS);
        (columns as u32 * width, rows as u32 * height)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        for (i, picture) in self.0.iter().enumerate() {
            let (width, height) = picture.size();
            let (column, row) = (i % COLUMNS, i / COLUMNS);
            let corner = (column as u32 * width, row as u32 * height);
            picture.draw(&canvas.part(corner, (width, height)))?;
        }
        Ok(())
    }
}

//! Several pictures as one.

use super::canvas::{Backend, Canvas, Picture, part};
use anyhow::Result;

/// How many pictures stand in a row.
const COLUMNS: usize = 3;

/// Pictures of one size beside each other, in rows of three.
pub struct Tiles<'a, P>(pub &'a [P]);

impl<P: Picture> Picture for Tiles<'_, P> {
    fn size(&self) -> (u32, u32) {
        let (width, height) = self.0.first().map_or((0, 0), Picture::size);
        (self.0.len().min(COLUMNS) as u32 * width, self.0.len().div_ceil(COLUMNS) as u32 * height)
    }

    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        for (i, picture) in self.0.iter().enumerate() {
            let (width, height) = picture.size();
            let corner = ((i % COLUMNS) as i32 * width as i32, (i / COLUMNS) as i32 * height as i32);
            picture.draw(&part(canvas, corner, (width, height)))?;
        }
        Ok(())
    }
}

//! A square matrix taken entry by entry: the first thing that doesn't fit is refused, before more is read.

use super::MAX_SIZE;
use anyhow::{Context, Result, bail, ensure};

/// The rows read so far.
#[derive(Default)]
pub struct Rows {
    entries: Vec<f64>,
    /// The length of the first row, once it has ended.
    columns: Option<usize>,
    /// Rows that have ended.
    rows: usize,
    /// Entries of the row that hasn't.
    in_row: usize,
}

impl Rows {
    /// Takes the next entry of the row.
    pub fn push(&mut self, value: f64) -> Result<()> {
        let (row, column) = (self.rows + 1, self.in_row + 1);
        ensure!(value.is_finite(), "row {row}, column {column} is {value}; expected finite numbers");
        self.make_room()?;
        self.entries.push(value);
        self.in_row += 1;
        Ok(())
    }

    /// Refuses an entry for which there is no room, whatever it is.
    pub fn make_room(&self) -> Result<()> {
        let row = self.rows + 1;
        match self.columns {
            Some(columns) if self.rows == columns => {
                bail!("more than {columns} rows of {columns} entries; expected a square matrix")
            }
            Some(columns) if self.in_row == columns => {
                bail!("row {row} has more entries than the first, which has {columns}; expected a square matrix")
            }
            None if self.in_row == MAX_SIZE => {
                bail!("row {row} has more than {MAX_SIZE} entries; expected at most {MAX_SIZE}×{MAX_SIZE}")
            }
            _ => Ok(()),
        }
    }

    /// Ends the row.
    pub fn end_row(&mut self) -> Result<()> {
        let columns = *self.columns.get_or_insert(self.in_row);
        self.rows += 1;
        ensure!(
            self.in_row == columns,
            "row {} has {} entries, the first has {columns}; expected a square matrix",
            self.rows,
            self.in_row
        );
        self.in_row = 0;
        Ok(())
    }

    /// The position of the next entry: "row 2, column 3", counted from 1.
    pub fn position(&self) -> String {
        format!("row {}, column {}", self.rows + 1, self.in_row + 1)
    }

    /// The entries, row by row.
    pub fn finish(self) -> Result<Vec<f64>> {
        ensure!(!self.entries.is_empty(), "no numbers; expected a square matrix");
        let (rows, columns) = (self.rows, self.columns.unwrap_or(0));
        ensure!(rows == columns, "{rows} rows of {columns} entries; expected a square matrix");
        Ok(self.entries)
    }
}

/// A finite number from text; blanks around it don't matter.
pub fn number(text: &str) -> Result<f64> {
    let text = text.trim();
    let value: f64 = text.parse().ok().with_context(|| format!("{:?} isn't a number", shortened(text)))?;
    ensure!(value.is_finite(), "{:?} isn't finite", shortened(text));
    Ok(value)
}

/// At most the first 40 characters.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

//! A matrix from CSV: numbers with commas between, a row a line.

use super::rows::{Rows, number};
use anyhow::{Context, Result, bail};
use csv_core::ReadFieldResult;
use std::io::BufRead;

/// The longest text of one number that is read.
const MAX_FIELD: usize = 1 << 10;

/// The entries of a square matrix, row by row. Field by field, so that a line's length doesn't matter; blank lines and a
/// byte order mark are passed over.
pub fn read(mut file: impl BufRead) -> Result<Vec<f64>> {
    let mut parser = csv_core::Reader::new();
    let mut rows = Rows::default();
    let mut field = [0; MAX_FIELD];
    let mut filled = 0;
    loop {
        let input = file.fill_buf().context("can't be read")?;
        let (result, taken, written) = parser.read_field(input, &mut field[filled..]);
        file.consume(taken);
        filled += written;
        match result {
            ReadFieldResult::InputEmpty => {}
            ReadFieldResult::OutputFull => {
                bail!("{} is longer than {MAX_FIELD} characters; {EXPECTED}", rows.position())
            }
            ReadFieldResult::Field { record_end } => {
                rows.make_room()?;
                let value = std::str::from_utf8(&field[..filled])
                    .context("not UTF-8 text")
                    .and_then(number)
                    .with_context(|| format!("{}, {EXPECTED}", rows.position()))?;
                rows.push(value)?;
                filled = 0;
                if record_end {
                    rows.end_row()?;
                }
            }
            ReadFieldResult::End => return rows.finish(),
        }
    }
}

const EXPECTED: &str = "expected numbers with commas between, a row a line, without a header line";

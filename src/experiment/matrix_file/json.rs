//! A matrix from JSON: a list of rows.

use super::rows::Rows;
use anyhow::{Context, Result};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;
use std::io::Read;

/// The entries of a square matrix, row by row.
pub fn read(file: impl Read) -> Result<Vec<f64>> {
    let mut rows = Rows::default();
    let mut parser = serde_json::Deserializer::from_reader(file);
    Matrix(&mut rows)
        .deserialize(&mut parser)
        .and_then(|()| parser.end())
        .context("expected a list of rows of numbers, such as [[1, 2], [3, 4]]")?;
    rows.finish()
}

/// The list of rows.
struct Matrix<'a>(&'a mut Rows);

/// One row.
struct Row<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Matrix<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Matrix<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Row(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a row of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        while let Some(value) = row.next_element::<f64>()? {
            self.0.push(value).map_err(A::Error::custom)?;
        }
        self.0.end_row().map_err(A::Error::custom)
    }
}

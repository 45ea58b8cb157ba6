//! Arrays from JSON.

use super::{Array, NO_NAMES, Wanted, choose, number};
use crate::experiment::Dtype;
use anyhow::{Context, Result, ensure};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

const EXPECTED: &str = "expected JSON: a list of numbers, or of rows such as [[1, 2], [3, 4]]";

/// The array. Each number is taken from its own text, so that it is rounded once.
pub fn read(text: &str, wanted: Wanted, dtype: Dtype) -> Result<Array> {
    // Python's json writes NaN, Infinity and -Infinity, which JSON doesn't have; outside of strings they become strings.
    let quoted =
        |part: &str| part.replace("NaN", "\"nan\"").replace("-Infinity", "\"-inf\"").replace("Infinity", "\"inf\"");
    let parts = text.split('"').enumerate().map(|(at, part)| if at % 2 == 0 { quoted(part) } else { part.to_owned() });
    let text = parts.collect::<Vec<_>>().join("\"");
    let mut text = &*text;
    if text.trim_start().starts_with('{') {
        let Members(members) = serde_json::from_str(text).context(EXPECTED)?;
        let keys: Vec<&str> = members.iter().map(|(key, _)| &**key).collect();
        text = members[choose(&keys, wanted)?].1.get();
    } else {
        ensure!(wanted.or_only, NO_NAMES);
    }
    let items = list(text)?;
    let has_rows = items.first().is_some_and(|item| item.starts_with('['));
    let rows = if has_rows { items } else { vec![text] };
    let (mut columns, mut values) = (None, vec![]);
    for (row, text) in (1..).zip(&rows) {
        let cells = list(text).with_context(|| format!("row {row}"))?;
        let (count, columns) = (cells.len(), *columns.get_or_insert(cells.len()));
        ensure!(count == columns, "row {row} has {count} numbers, not {columns} as those above");
        for (column, cell) in (1..).zip(cells) {
            // JSON has no inf and nan: they are strings.
            let value = number(cell.trim_matches('"'), dtype);
            values.push(value.with_context(|| format!("row {row}, column {column}"))?);
        }
    }
    let columns = columns.unwrap_or(0);
    Ok(Array { shape: if has_rows { vec![rows.len(), columns] } else { vec![columns] }, values })
}

fn list(text: &str) -> Result<Vec<&str>> {
    let items: Vec<&RawValue> = serde_json::from_str(text).context(EXPECTED)?;
    Ok(items.into_iter().map(RawValue::get).collect())
}

/// The members of an object in their order, also where a name is there twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(vec![]))
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
    type Value = Members<'a>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(member) = map.next_entry()? {
            self.0.push(member);
        }
        Ok(self)
    }
}

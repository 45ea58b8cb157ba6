//! Arrays from JSON.

use super::{Array, NO_NAMES, Numbers, Wanted, choose};
use crate::experiment::limited::of_json;
use anyhow::{Context, Error, Result, ensure};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

const EXPECTED: &str = "expected JSON: a list of numbers, or of rows such as [[1, 2], [3, 4]]";

/// The most members of an object.
const MAX_MEMBERS: usize = 1 << 16;

/// The array. Each number is taken from its own text, so that it is rounded once. A row is understood before the next is
/// looked at, and nothing calls itself for lists in lists, so no nesting needs more memory.
pub fn read(text: &str, wanted: Wanted) -> Result<Array> {
    let text = strict(text);
    let mut text = &*text;
    if text.trim_start().starts_with('{') {
        let Members(members) = serde_json::from_str(text).map_err(of_json).context(EXPECTED)?;
        let keys: Vec<&str> = members.iter().map(|(key, _)| &**key).collect();
        text = members[choose(&keys, wanted)?].1.get();
    } else {
        ensure!(wanted.or_only, NO_NAMES);
    }
    let (mut rows, mut columns, mut numbers) = (0, None, Numbers::new());
    let mut row = |text| {
        rows += 1;
        let mut count = 0;
        let cells = each(text, |cell| {
            count += 1;
            // JSON has no inf and nan: they are strings.
            numbers.push_decimal(cell.trim_matches('"')).with_context(|| format!("column {count}"))
        });
        cells.with_context(|| format!("row {rows}"))?;
        let columns = *columns.get_or_insert(count);
        ensure!(count == columns, "row {rows} has {count} numbers, not {columns} as those above");
        Ok(())
    };
    let has_rows = text.trim_start().strip_prefix('[').is_some_and(|items| items.trim_start().starts_with('['));
    if has_rows {
        each(text, row)?
    } else {
        row(text)?
    }
    let columns = columns.unwrap_or(0);
    Ok(Array { shape: if has_rows { vec![rows, columns] } else { vec![columns] }, numbers })
}

/// The text as strict JSON. Python's json writes NaN, Infinity and -Infinity, which JSON doesn't have; outside of strings
/// they become strings.
fn strict(text: &str) -> Cow<'_, str> {
    if !text.contains("NaN") && !text.contains("Infinity") {
        return text.into();
    }
    let (mut strict, mut inside) = (String::with_capacity(text.len()), false);
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            strict.push('"');
        }
        if inside {
            strict += part;
        } else {
            strict += &part.replace("NaN", "\"nan\"").replace("-Infinity", "\"-inf\"").replace("Infinity", "\"inf\"");
        }
        // After an odd number of backslashes, a quote belongs to its string.
        let is_escaped = inside && (part.len() - part.trim_end_matches('\\').len()) % 2 == 1;
        inside = is_escaped || !inside;
    }
    strict.into()
}

/// Hands `take` the text of each item of a list.
fn each<'a>(list: &'a str, mut take: impl FnMut(&'a str) -> Result<()>) -> Result<()> {
    let mut failed = None;
    let mut json = serde_json::Deserializer::from_str(list);
    let items = Items(|item| take(item).map_err(|error| failed = Some(error)));
    let read = json.deserialize_seq(items).and_then(|()| json.end());
    failed.map_or(read.map_err(of_json).context(EXPECTED), |error: Error| Err(error))
}

struct Items<F>(F);

impl<'de, F: FnMut(&'de str) -> Result<(), ()>> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element::<&RawValue>()? {
            (self.0)(item.get()).map_err(|()| de::Error::custom(""))?;
        }
        Ok(())
    }
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
            if self.0.len() == MAX_MEMBERS {
                return Err(de::Error::custom(format_args!("more than {MAX_MEMBERS} members")));
            }
            self.0.push(member);
        }
        Ok(self)
    }
}

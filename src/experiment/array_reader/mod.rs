//! Arrays of numbers from files that a user hands in. Every file comes in through [`File::open`], which reads a limited
//! number of bytes, and checks what they say before it does that: a file may have been made by anybody.

mod json;
mod npy;
mod text;

use super::limited::{self, MAX_BYTES, TEXT, quoted};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::path::Path;

/// The numbers of a file.
pub struct Array {
    /// The length in each dimension; rows and columns for a table.
    pub shape: Vec<usize>,
    /// The numbers, row by row: as many as the shape says.
    pub numbers: Numbers,
}

/// Numbers in both types.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// The double that is nearest to each.
    pub f64: Vec<f64>,
    /// The float32 that is nearest to each, if the file has decimals, or if every number is a float32.
    pub f32: Option<Vec<f32>>,
}

const NO_NAMES: &str = "holds one array without a name; leave the name out";

/// The ending of the name of a file that can be read, in small letters.
pub fn ending(path: &Path) -> Result<String> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let known = ["csv", "txt", "json", "npy", "npz"].contains(&&*ending);
    ensure!(known, "expected a name that ends in .csv, .txt, .json, .npy or .npz");
    Ok(ending)
}

/// Which numbers of a file are wanted.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Where the file names its arrays: the first of these that is there.
    pub names: &'a [&'a str],
    /// Whether the only one will do, whatever its name.
    pub or_only: bool,
    /// Whether one column of a text is wanted, chosen in the same way; else all.
    pub one_column: bool,
    /// Refuses a shape. Where the file tells it beforehand, no number is read.
    pub fits: fn(&[usize]) -> Result<()>,
}

/// The most numbers of an array: 8192×8192. An archive of a few bytes can hold any number of zeros.
const MAX_NUMBERS: usize = 1 << 26;

/// An error's context: several arrays or columns are there, and the one that is wanted must be named.
#[derive(Debug)]
pub struct Unnamed(String);

impl std::fmt::Display for Unnamed {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file that was read, not yet understood.
pub struct File {
    bytes: Vec<u8>,
    ending: String,
}

impl File {
    /// Reads the file; `-` is standard input with CSV.
    pub fn open(path: &Path) -> Result<File> {
        Ok(match path.to_str() {
            Some("-") => {
                File { bytes: limited::read_from(std::io::stdin(), MAX_BYTES, TEXT)?, ending: "csv".to_string() }
            }
            _ => {
                let ending = ending(path)?;
                // The numbers of the others are counted as they are read.
                let memory_each = if ending.starts_with("np") { 1 } else { TEXT };
                File { bytes: limited::read(path, MAX_BYTES, memory_each)?, ending }
            }
        })
    }

    /// The array in it.
    pub fn array(&self, wanted: Wanted) -> Result<Array> {
        let bytes = &self.bytes;
        let array = match &*self.ending {
            "npy" if !wanted.or_only => bail!(NO_NAMES),
            "npy" => return npy::read(&bytes[..], wanted),
            "npz" => return npy::read_npz(bytes, wanted),
            "json" => json::read(utf8(bytes)?, wanted)?,
            _ => text::read(utf8(bytes)?, wanted)?,
        };
        (wanted.fits)(&array.shape)?;
        Ok(array)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    ensure!(!utf16, "UTF-16 text; save it as UTF-8 (Excel calls it \"CSV UTF-8\")");
    ensure!(!bytes.contains(&0), "holds zero bytes; expected UTF-8 text");
    let text = std::str::from_utf8(bytes).context("expected UTF-8 text")?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl Numbers {
    fn new() -> Numbers {
        Numbers { f64: vec![], f32: Some(vec![]) }
    }

    fn push(&mut self, double: f64, single: Option<f32>) -> Result<()> {
        let length = self.f64.len();
        if length == self.f64.capacity() {
            // The old ones in both types, and twice as many new ones.
            ensure!(length as u64 * 36 <= limited::memory(), "there is no memory for more than {length} numbers");
        }
        let room =
            self.f64.try_reserve(1).and_then(|()| self.f32.as_mut().map_or(Ok(()), |singles| singles.try_reserve(1)));
        room.context("there isn't enough memory for its numbers")?;
        self.f64.push(double);
        match (&mut self.f32, single) {
            (Some(singles), Some(single)) => singles.push(single),
            _ => self.f32 = None,
        }
        Ok(())
    }

    /// Takes a decimal, which is rounded once for each type.
    fn push_decimal(&mut self, text: &str) -> Result<()> {
        let double = number(text)?;
        let single = text.parse().ok().filter(|single: &f32| single.is_finite() || !double.is_finite());
        self.push(double, single)
    }
}

/// The double that is nearest to a decimal; `inf` and `nan` are numbers too. A decimal that only infinity is nearest to is
/// refused.
pub fn number(text: &str) -> Result<f64> {
    let value: f64 = text.parse().ok().with_context(|| format!("{} isn't a number", quoted(text)))?;
    let is_decimal = text.contains(|character: char| character.is_ascii_digit());
    ensure!(value.is_finite() || !is_decimal, "{} is too large for f64", quoted(text));
    Ok(value)
}

/// The place of the array or column to read among those that are `there`.
fn choose(there: &[&str], Wanted { names, or_only, .. }: Wanted) -> Result<usize> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = there.iter().find(|name| !seen.insert(*name)) {
        bail!("{} is there twice", quoted(twice));
    }
    let only = (or_only && there.len() == 1).then_some(0);
    names.iter().find_map(|name| there.iter().position(|other| other == name)).or(only).with_context(|| {
        let there: Vec<_> = there.iter().take(10).map(|name| quoted(name)).collect();
        let there = there.join(", ");
        Unnamed(match names {
            [] => format!("one of [{there}] must be named"),
            _ => format!("expected one called {}; there are [{there}]", names.join(" or ")),
        })
    })
}

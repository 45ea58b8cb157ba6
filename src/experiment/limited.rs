//! Bytes from files that anybody may have made: never more than a limit.

use anyhow::{Context, Result, ensure};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most bytes of any file that is read whole.
pub const MAX_BYTES: u64 = 1 << 29;

/// All bytes of the file, which are at most `most`: so many MiB.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    read_from(File::open(path).context("can't be read")?, most)
}

/// All bytes up to the end, which are at most `most`: so many MiB.
pub fn read_from(input: impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    input.take(most + 1).read_to_end(&mut bytes).context("can't be read")?;
    ensure!(bytes.len() as u64 <= most, "larger than {} MiB, the most that is read", most >> 20);
    Ok(bytes)
}

/// At most the first 40 characters in quotation marks, with control characters escaped.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

//! Bytes from files that anybody may have made: never more than a limit.

use anyhow::{Context, Error, Result, anyhow, ensure};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

/// The most bytes of any file that is read whole.
pub const MAX_BYTES: u64 = 1 << 29;

/// The bytes of memory that there are, where the program has looked: what is read must fit in.
pub static MEMORY: OnceLock<u64> = OnceLock::new();

/// The bytes of memory that there are, as far as the program knows.
pub fn memory() -> u64 {
    *MEMORY.get().unwrap_or(&u64::MAX)
}

/// The bytes of memory that a byte of text takes until it is understood.
pub const TEXT: u64 = 12;

/// All bytes of the file, which are at most `most`: so many MiB. For each, there must be so many bytes of memory.
pub fn read(path: &Path, most: u64, memory_each: u64) -> Result<Vec<u8>> {
    read_from(File::open(path).context("can't be read")?, most, memory_each)
}

/// All bytes up to the end, in the same way.
pub fn read_from(input: impl Read, most: u64, memory_each: u64) -> Result<Vec<u8>> {
    let room = memory() / memory_each;
    let mut bytes = vec![];
    input.take(most.min(room) + 1).read_to_end(&mut bytes).context("can't be read")?;
    let length = bytes.len() as u64;
    ensure!(length <= most, "larger than {} MiB, the most that is read", most >> 20);
    ensure!(length <= room, "larger than {room} bytes, the most that there is memory for");
    Ok(bytes)
}

/// Whether a character steers a terminal: one that turns the direction of writing does too.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What serde says of a text as an error, without the rest of a long one and what steers a terminal: it may quote the text.
pub fn of_json(error: serde_json::Error) -> Error {
    anyhow!(error.to_string().chars().take(300).collect::<String>().replace(steers, " "))
}

/// At most the first 40 characters in quotation marks, with control characters escaped.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

//! File operations whose errors name the file.

use crate::Result;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a folder holds.
pub fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// Deletes from a folder what isn't to be kept, by name.
pub fn keep(folder: &Path, kept: impl Fn(&str) -> bool) -> Result<()> {
    for path in at(folder, entries(folder))? {
        if !path.file_name().and_then(|name| name.to_str()).is_some_and(&kept) {
            delete(&path)?;
        }
    }
    Ok(())
}

/// Deletes a file or a folder that may be there.
pub fn delete(path: &Path) -> Result<()> {
    let deleted = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    at(path, deleted)
}

/// Says where a file operation failed.
pub fn at<T>(path: &Path, result: io::Result<T>) -> Result<T> {
    result.map_err(|error| format!("{}: {error}", path.display()))
}

/// `text` with `table` between two marks, each a line.
pub fn between(text: &str, marks: [&str; 2], table: &str) -> Result<String> {
    let [begin, end] = marks;
    let parts = text.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("the table has no place: expected the lines {marks:?}"))?;
    Ok(format!("{before}{begin}\n{table}{end}{after}"))
}

#[cfg(test)]
#[test]
fn what_is_between_the_marks_is_replaced_and_nothing_else() {
    let marks = ["<!-- begin -->", "<!-- end -->"];
    let text = "before\n<!-- begin -->\nold\n<!-- end -->\nafter\n";
    assert_eq!(between(text, marks, "new\n").expect("a place"), text.replace("old", "new"));
    assert!(between("no place", marks, "new").expect_err("an error").contains("begin"));
}

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

//! File operations whose errors name the file.

use crate::Result;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// What a folder holds.
pub fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// The names of the Rust files in a folder, without their ending, in order. Editors and macOS put hidden files and links beside
/// them.
pub fn rust_files(folder: &Path) -> Result<Vec<String>> {
    let files = at(folder, entries(folder))?.into_iter().filter(|path| path.is_file());
    let names = files.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".rs")?.to_owned()));
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    Ok(names)
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
    change(path, deleted)
}

/// As [`at`], for what stays in the way until the user does something about it.
pub fn change<T>(path: &Path, result: io::Result<T>) -> Result<T> {
    at(path, result).map_err(|problem| format!("{problem}. Make it writable or delete it, then repeat the command"))
}

/// Writes a file, or writes it anew: whole, or not at all.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_added_extension(std::process::id().to_string());
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    change(path, written.inspect_err(|_| drop(fs::remove_file(&beside))))
}

/// A file that is locked until this value goes, and if we are killed, until the programs that hold it open have ended. What an
/// installer left behind may hold it open for long.
#[derive(Debug)]
pub struct Lock(pub File);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Opens the file to lock, and makes it if it isn't there. A link may lead to any file, and a pipe would never open.
pub fn open_lock(path: &Path) -> Result<File> {
    let opened = match path.symlink_metadata() {
        Ok(found) if !found.is_file() => Err(io::Error::other("expected a plain file or none")),
        _ => File::options().create(true).truncate(false).write(true).open(path),
    };
    change(path, opened)
}

/// Says in a lock who has it, for those who wait. Without this they wait all the same.
pub fn sign(lock: &File, holder: &str) {
    let _ = lock.set_len(0).and_then(|()| lock.write_all_at(holder.as_bytes(), 0));
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

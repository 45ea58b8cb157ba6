//! A folder of results that is never left half-written, and the pictures beside them.

use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A folder that results are written to: each file beside its place first, all renamed into place at the end.
///
/// Dropped before [`Folder::commit`], it leaves the folder's earlier files as they were.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    staged: Vec<(NamedTempFile, PathBuf)>,
}

/// The folder once its results are in place: pictures are added one by one. One that fails costs nothing else.
#[derive(Debug)]
pub struct Pictures {
    path: PathBuf,
    /// Which pictures are missing, and why.
    pub failures: Vec<anyhow::Error>,
}

impl Folder {
    /// Opens the folder, and makes it where it isn't there yet.
    ///
    /// # Errors
    /// When it can't be made or written to.
    pub fn open(path: &Path) -> Result<Folder> {
        let made = std::fs::create_dir_all(path).and_then(|()| temporary(path));
        made.with_context(|| format!("{}: can't be written to; choose another folder", path.display()))?;
        Ok(Folder { path: path.to_path_buf(), staged: vec![] })
    }

    /// Writes a file beside its place.
    ///
    /// # Errors
    /// When it can't be written, for instance because the disk is full.
    pub fn stage(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.staged.push(write(&self.path, name, bytes)?);
        Ok(())
    }

    /// Renames all files into place. Of `names`, all that this command may ever write here, those that aren't part of
    /// this set are removed first: they are left from an earlier one.
    ///
    /// # Errors
    /// When a file can't be removed or renamed.
    pub fn commit<S: AsRef<str>>(self, names: &[S]) -> Result<Pictures> {
        for place in names.iter().map(|name| self.path.join(name.as_ref())) {
            if place.is_file() && self.staged.iter().all(|(_, staged)| *staged != place) {
                std::fs::remove_file(&place)
                    .with_context(|| format!("{}: left from earlier results, can't be removed", place.display()))?;
            }
        }
        self.staged.into_iter().try_for_each(put)?;
        Ok(Pictures { path: self.path, failures: vec![] })
    }
}

impl Pictures {
    /// Writes one picture, or notes why there is none.
    pub fn add(&mut self, name: &str, drawn: Result<Vec<u8>>) {
        let written = drawn.and_then(|bytes| write(&self.path, name, &bytes)).and_then(put);
        self.failures.extend(written.err().map(|error| error.context(format!("{name} is missing"))));
    }
}

/// Writes a file beside its place, which comes back with it.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(NamedTempFile, PathBuf)> {
    let place = folder.join(name);
    let path = place.display();
    ensure!(!place.is_dir(), "{path}: a folder stands in its place; move it, or choose another folder for the results");
    let written = temporary(folder).and_then(|mut file| file.write_all(bytes).map(|()| file));
    let file = written.with_context(|| format!("{path}: can't be written; make room, or choose another folder"))?;
    Ok((file, place))
}

fn put((file, place): (NamedTempFile, PathBuf)) -> Result<()> {
    file.persist(&place).with_context(|| format!("{}: can't be put into place", place.display()))?;
    Ok(())
}

fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // the umask takes its part
    builder.tempfile_in(folder)
}

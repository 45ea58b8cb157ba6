//! A folder of results that is never left half-written.

use anyhow::{Context, Result, bail};
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

impl Folder {
    /// Opens the folder, and makes it where it isn't there yet.
    ///
    /// # Errors
    /// When it can't be made or written to.
    pub fn open(path: &Path) -> Result<Folder> {
        let advice = || format!("{}: can't write there; choose another folder with --out DIR", path.display());
        std::fs::create_dir_all(path).with_context(advice)?;
        let folder = Folder { path: path.to_path_buf(), staged: vec![] };
        folder.temporary().with_context(advice)?;
        Ok(folder)
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file beside its place.
    ///
    /// # Errors
    /// When it can't be written, for instance because the disk is full.
    pub fn stage(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let place = self.path.join(name);
        let advice =
            || format!("{}: can't be written; make room, or choose another folder with --out DIR", place.display());
        if place.is_dir() {
            bail!(
                "{}: a folder stands where this file is to be written; move it, or choose another folder with --out DIR",
                place.display()
            );
        }
        let mut file = self.temporary().with_context(advice)?;
        file.write_all(bytes).and_then(|()| file.flush()).with_context(advice)?;
        self.staged.push((file, place));
        Ok(())
    }

    /// Renames all files into place.
    ///
    /// # Errors
    /// When a file can't be renamed.
    pub fn commit(self) -> Result<()> {
        for (file, place) in self.staged {
            file.persist(&place).with_context(|| format!("{}: can't be put into place", place.display()))?;
        }
        Ok(())
    }

    fn temporary(&self) -> std::io::Result<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".writing-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // the umask takes its part
        builder.tempfile_in(&self.path)
    }
}

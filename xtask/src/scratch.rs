//! Folders for the tests, and the files that make one look like a libtorch.

use crate::find;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// An empty folder that is deleted with this value. Its name has what paths may have: a space, a quote, a comma.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(test: &str) -> Folder {
        let name = format!("xtask \"{test}\", {}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    /// Makes `name` a libtorch of this version, and gives its path.
    pub fn libtorch(&self, name: &str, version: &str) -> PathBuf {
        let folder = self.join(name);
        let python = format!("__all__ = ['__version__']\n__version__ = '{version}'\n");
        write(&folder.join("version.py"), &python);
        write(&folder.join("include/torch/csrc/api/include/torch/torch.h"), "// C++\n");
        write(&folder.join("lib").join(find::library()), "a library");
        folder
    }
}

impl Deref for Folder {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Writes a file, and the folders that it is in.
pub fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
    fs::write(file, text).expect("a file");
}

//! Which libtorch the project is made for, and which one a folder holds. The package's build.rs and
//! its library include this file.

use std::fs;
use std::path::Path;

/// The version of PyTorch, and so of libtorch, that tch is made for. The file is the one place that holds it.
pub const WANTED: &str = include_str!("../libtorch-version").trim_ascii();

/// Where a libtorch says its version: as a Python package, and as an archive for C++.
pub const FILES: [&str; 2] = ["version.py", "build-version"];

/// The version of the libtorch in `folder` (the one that holds `lib` and `include`), build tag included:
/// `2.13.0+cu130`. An error says what is wrong, as a sentence without its full stop.
pub fn read(folder: &Path) -> Result<String, String> {
    let found = FILES.iter().find_map(|file| fs::read_to_string(folder.join(file)).ok());
    found.as_deref().and_then(parse).map(str::to_owned).ok_or_else(|| {
        let files = FILES.join(" nor ");
        format!("{} is no libtorch: neither {files} there gives a version", folder.display())
    })
}

/// As [`read`], and refuses another version than [`WANTED`].
pub fn check(folder: &Path) -> Result<String, String> {
    let version = read(folder)?;
    if version.split('+').next() == Some(WANTED) {
        return Ok(version);
    }
    let folder = folder.display();
    Err(format!("{folder} holds libtorch {version}, but libtorch {WANTED} is needed"))
}

/// The version in the text of `version.py` (`__version__ = '2.13.0+cu130'`) or of `build-version` (alone).
fn parse(text: &str) -> Option<&str> {
    let stated = text.lines().find_map(|line| line.strip_prefix("__version__ = "));
    let version = stated.unwrap_or(text).trim().trim_matches(['\'', '"']);
    (version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(char::is_whitespace)).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_both_files() {
        let python =
            "from typing import Optional\n\n__all__ = ['__version__']\n__version__ = '2.13.0+cu130'\ndebug = False\n";
        assert_eq!(parse(python), Some("2.13.0+cu130"));
        assert_eq!(parse("2.13.0+cpu\n"), Some("2.13.0+cpu"));
        assert_eq!(parse("debug = False\ncuda = None\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn the_pinned_version_is_a_version() {
        let parts: Vec<_> = WANTED.split('.').map(str::parse::<u32>).collect();
        assert_eq!(parts.len(), 3, "{WANTED}");
        assert!(parts.iter().all(Result::is_ok), "{WANTED}");
    }
}

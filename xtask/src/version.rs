//! Which libtorch the project is made for, and which one a folder holds. The package's build.rs and
//! its library include this file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The version of PyTorch, and so of libtorch, that tch is made for. The file is the one place that holds it.
pub const WANTED: &str = include_str!("../libtorch-version").trim_ascii();

/// Where a libtorch says its version: as a Python package, and as an archive for C++.
pub const FILES: [&str; 2] = ["version.py", "build-version"];

/// The version of the libtorch in `folder` (the one that holds `lib` and `include`), build tag included:
/// `2.13.0+cu130`. An error says what is wrong, as a sentence without its full stop.
pub fn read(folder: &Path) -> Result<String, String> {
    let found = FILES.iter().find_map(|file| text(&folder.join(file), 1 << 16));
    found.as_deref().and_then(parse).map(str::to_owned).ok_or_else(|| {
        let files = FILES.join(" nor ");
        format!("{} is no libtorch: neither {files} there gives a version", folder.display())
    })
}

/// The first `limit` bytes of a plain file. Others, such as a pipe, may never answer or never end.
pub fn text(file: &Path, limit: u64) -> Option<String> {
    let mut text = String::new();
    let plain = file.is_file().then(|| File::open(file).ok()).flatten()?;
    plain.take(limit).read_to_string(&mut text).ok().map(|_| text)
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
    // It is shown, so nothing in it may steer a terminal.
    let plain = version.bytes().all(|byte| byte.is_ascii_graphic());
    (version.starts_with(|c: char| c.is_ascii_digit()) && plain).then_some(version)
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
        assert_eq!(parse("__version__ = '2.13.0\u{1b}[2J'\n"), None);
    }

    #[test]
    fn what_is_no_plain_file_or_has_no_end_gives_no_version() {
        assert_eq!(text(Path::new("/dev/zero"), 9), None);
        let file = std::env::temp_dir().join(format!("version {}", std::process::id()));
        std::fs::write(&file, "2.13.0+cpu").expect("a file");
        assert_eq!(text(&file, 6).as_deref(), Some("2.13.0"));
        std::fs::remove_file(&file).expect("a file");
        assert!(std::process::Command::new("mkfifo").arg(&file).status().expect("mkfifo").success());
        assert_eq!(text(&file, 9), None);
        std::fs::remove_file(&file).expect("a pipe");
    }

    #[test]
    fn the_pinned_version_is_a_version() {
        let parts: Vec<_> = WANTED.split('.').map(str::parse::<u32>).collect();
        assert_eq!(parts.len(), 3, "{WANTED}");
        assert!(parts.iter().all(Result::is_ok), "{WANTED}");
    }
}

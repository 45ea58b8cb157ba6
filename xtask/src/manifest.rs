//! The stamp of what was installed, `complete`, written last. After a first line of its own (what this is) each file has a
//! line: its SHA-256, its size, and its path in the folder. So damage is seen.

use crate::Result;
use crate::files::{at, entries};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Which files are read, to compare their SHA-256. The sizes of all are compared: this takes a fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hashes {
    /// Those that were written after the stamp.
    OfChanged,
    /// All: seconds.
    All,
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("complete")
}

/// Stamps a folder. `head` is one line.
pub fn write(folder: &Path, head: &str) -> Result<()> {
    let mut text = format!("{head}\n");
    for file in files(folder)? {
        let (sha256, size) = at(&file, sha256(&file).and_then(|sum| Ok((sum, file.metadata()?.len()))))?;
        let path = file.strip_prefix(folder).unwrap_or(&file).display();
        text += &format!("{sha256} {size} {path}\n");
    }
    let stamp = stamp(folder);
    at(&stamp, fs::write(&stamp, text))
}

/// The first line of a folder's stamp.
pub fn head(folder: &Path) -> Option<String> {
    fs::read_to_string(stamp(folder)).ok()?.lines().next().map(str::to_owned)
}

/// What has changed in a folder since it was stamped. Files that have come since are no damage.
pub fn damage(folder: &Path, hashes: Hashes) -> Option<String> {
    let stamp = stamp(folder);
    let text = fs::read_to_string(&stamp).unwrap_or_default();
    let (2.., Ok(written)) = (text.lines().count(), modified(&stamp)) else {
        return Some(format!("{} is no list of what was installed", stamp.display()));
    };
    let mut any_read = false;
    for line in text.lines().skip(1) {
        let Some((sum, (size, path))) = line.split_once(' ').and_then(|(sum, rest)| Some((sum, rest.split_once(' ')?)))
        else {
            return Some(format!("{} has a line that is cut off", stamp.display()));
        };
        let path = folder.join(path);
        let Ok(found) = path.metadata() else {
            return Some(format!("{} is missing", path.display()));
        };
        if found.len().to_string() != size {
            return Some(format!("{} has {} bytes, {size} were installed", path.display(), found.len()));
        }
        if hashes == Hashes::All || modified(&path).map_or(true, |modified| modified > written) {
            any_read = true;
            if sha256(&path).ok().as_deref() != Some(sum) {
                return Some(format!("{} has another SHA-256 than what was installed", path.display()));
            }
        }
    }
    if any_read {
        // Else a copy of the project, whose files are all new, would be read each time.
        let _ = File::options().append(true).open(&stamp).and_then(|file| file.set_modified(SystemTime::now()));
    }
    None
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    path.metadata()?.modified()
}

/// The files below a folder, but not those that Python writes when it likes, in the order of their paths. Links are last, so
/// that damage is told of the file itself.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![];
    for path in at(folder, entries(folder))? {
        match path.is_dir() {
            true if path.ends_with("__pycache__") => {}
            true => files.append(&mut self::files(&path)?),
            false => files.push(path),
        }
    }
    files.sort_by_cached_key(|file| (file.is_symlink(), file.clone()));
    Ok(files)
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = hmac_sha256::Hash::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// The SHA-256 of a text.
pub fn digest(text: &str) -> String {
    hex(hmac_sha256::Hash::hash(text.as_bytes()))
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write as put};
    use std::time::Duration;

    fn stamped(test: &str) -> Folder {
        let folder = Folder::new(test);
        put(&folder.join("torch/lib/library.so"), "abc");
        put(&folder.join("torch/two words.py"), "");
        put(&folder.join("torch/__pycache__/a.pyc"), "compiled");
        write(&folder, "lean").expect("stamped");
        folder
    }

    #[test]
    fn the_list_has_sums_sizes_and_paths() {
        let folder = stamped("list");
        // The SHA-256 of "abc" is FIPS 180's example; the other is that of nothing.
        let list = "lean\n\
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 torch/lib/library.so\n\
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 torch/two words.py\n";
        assert_eq!(fs::read_to_string(folder.join("complete")).expect("text"), list);
        assert_eq!(head(&folder).as_deref(), Some("lean"));
    }

    #[test]
    fn what_is_as_it_was_is_not_damaged() {
        let folder = stamped("sound");
        put(&folder.join("torch/__pycache__/a.pyc"), "compiled again");
        put(&folder.join("torch/new.py"), "");
        for hashes in [Hashes::OfChanged, Hashes::All] {
            assert_eq!(damage(&folder, hashes), None);
        }
    }

    #[test]
    fn each_damage_names_its_file() {
        let folder = stamped("damage");
        let library = folder.join("torch/lib/library.so");
        let said = |hashes| damage(&folder, hashes).unwrap_or_default();
        put(&library, "");
        assert!(said(Hashes::OfChanged).contains("library.so has 0 bytes, 3 were installed"));
        fs::remove_file(&library).expect("a file");
        assert!(said(Hashes::OfChanged).contains("library.so is missing"));
        put(&library, "abd");
        assert!(said(Hashes::All).contains("library.so has another SHA-256"));
        put(&library, "abc");
        assert_eq!(said(Hashes::All), "");
        put(&folder.join("complete"), "lean\nba7816 3");
        assert!(said(Hashes::OfChanged).contains("cut off"));
        for stamp in ["", "lean", "lean\n"] {
            put(&folder.join("complete"), stamp);
            assert!(said(Hashes::OfChanged).contains("no list"), "{stamp}");
        }
    }

    #[test]
    fn a_file_of_the_same_size_is_read_if_it_is_newer_than_the_stamp() {
        let folder = stamped("newer");
        let library = folder.join("torch/lib/library.so");
        let dated = |path: &Path, seconds| {
            let file = File::options().append(true).open(path).expect("a file");
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("a date");
        };
        put(&library, "abd");
        dated(&library, 1);
        assert_eq!(damage(&folder, Hashes::OfChanged), None, "it is older");
        dated(&folder.join("complete"), 0);
        assert!(damage(&folder, Hashes::OfChanged).is_some());
        // What was read and is sound isn't read a second time.
        put(&library, "abc");
        assert_eq!(damage(&folder, Hashes::OfChanged), None);
        put(&library, "abd");
        dated(&library, 2);
        assert_eq!(damage(&folder, Hashes::OfChanged), None);
    }
}

//! The stamp of what was installed, `complete`, written last. After a first line of its own (what this is) each file has a
//! line: when it was last changed and its inode, its SHA-256, its size, and its path in the folder. The last line is the
//! SHA-256 of those above. So damage is seen.

use crate::files::{at, delete, entries, replace};
use crate::{Result, version};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Which files are read, to compare their SHA-256. The sizes of all are compared: this takes a fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hashes {
    /// Those that were changed after they were last read.
    OfChanged,
    /// All: seconds.
    All,
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("complete")
}

/// Stamps a folder. `head` is one line.
pub fn write(folder: &Path, head: &str) -> Result<()> {
    // An earlier one is no part of what is listed.
    delete(&stamp(folder))?;
    let mut list = format!("{head}\n");
    for file in files(folder)? {
        // The time comes first: what is changed while it is read will be read again.
        let entry = file.metadata().and_then(|found| Ok((changed(&found), sha256(&file)?, found.len())));
        let (time, sum, size) = at(&file, entry)?;
        list += &format!("{time} {sum} {size} {}\n", file.strip_prefix(folder).unwrap_or(&file).display());
    }
    seal(folder, &list)
}

/// Writes the stamp: the list and its sum.
fn seal(folder: &Path, list: &str) -> Result<()> {
    replace(&stamp(folder), &format!("{list}{}\n", digest(list)))
}

/// A folder's stamp without its last line, if that is the sum of the others.
fn read(folder: &Path) -> Option<String> {
    let mut text = version::text(&stamp(folder), 64 << 20)?;
    let sum = text.split_off(text.trim_end().rfind('\n')? + 1);
    (sum.trim_end() == digest(&text)).then_some(text)
}

/// The first line of a folder's stamp.
pub fn head(folder: &Path) -> Option<String> {
    read(folder)?.lines().next().map(str::to_owned)
}

/// What has changed in a folder since it was stamped. Files that have come since are no damage.
pub fn damage(folder: &Path, hashes: Hashes) -> Option<String> {
    let stamp = stamp(folder);
    let Some(list) = read(folder) else {
        return Some(format!("{} is no whole list of what was installed", stamp.display()));
    };
    let mut lines = list.lines();
    let mut renewed = format!("{}\n", lines.next().unwrap_or_default());
    for line in lines {
        // An earlier set-up wrote no times.
        let (time, entry) = line.split_once(' ').filter(|(time, _)| time.contains('.')).unwrap_or(("", line));
        let [sum, size, path] = entry.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            return Some(format!("{} has a line that is no file: {line}", stamp.display()));
        };
        let path = folder.join(path);
        let Ok(found) = path.metadata() else {
            return Some(format!("{} is missing", path.display()));
        };
        if !found.is_file() {
            return Some(format!("{} is no plain file", path.display()));
        }
        if found.len().to_string() != size {
            return Some(format!("{} has {} bytes, {size} were installed", path.display(), found.len()));
        }
        let changed = changed(&found);
        if hashes == Hashes::All || changed != time || changed == YOUNG {
            match sha256(&path) {
                Ok(found) if found == sum => {}
                Ok(_) => return Some(format!("{} has another SHA-256 than what was installed", path.display())),
                Err(error) => return Some(format!("{} can't be read: {error}", path.display())),
            }
        }
        renewed += &format!("{changed} {entry}\n");
    }
    if renewed != list {
        // Else a copy of the project, whose files are all new, would be read each time. cargo looks at the date of the stamp.
        let date = stamp.metadata().and_then(|found| found.modified());
        let _ = seal(folder, &renewed).map(|()| File::options().append(true).open(&stamp)?.set_modified(date?));
    }
    None
}

/// What stands for a time so near that a file could change again and have it still: file systems count in steps, some of a
/// second.
const YOUNG: &str = "-.-";

/// When a file was last changed, which nobody can set back, unlike the date of the content; and its inode, since several files
/// may have been written at one time.
fn changed(found: &Metadata) -> String {
    let (seconds, nanoseconds) = (found.ctime(), found.ctime_nsec());
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds.unsigned_abs(), nanoseconds as u32);
    match time.elapsed() {
        Ok(age) if age > Duration::from_secs(2) => format!("{seconds}.{nanoseconds}.{}", found.ino()),
        _ => YOUNG.to_owned(),
    }
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
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    fn stamped(test: &str) -> Folder {
        let folder = Folder::new(test);
        put(&folder.join("torch/lib/library.so"), "abc");
        put(&folder.join("torch/two words.py"), "");
        put(&folder.join("torch/__pycache__/a.pyc"), "compiled");
        write(&folder, "lean").expect("stamped");
        folder
    }

    fn time(file: &Path) -> String {
        changed(&file.metadata().expect("a file"))
    }

    #[test]
    fn the_list_has_times_sums_sizes_and_paths() {
        let folder = stamped("list");
        later();
        write(&folder, "lean").expect("stamped");
        // The SHA-256 of "abc" is FIPS 180's example; the other is that of nothing.
        let [library, words] = ["lib/library.so", "two words.py"].map(|file| time(&folder.join("torch").join(file)));
        let list = &format!(
            "lean\n\
            {library} ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 torch/lib/library.so\n\
            {words} e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 torch/two words.py\n"
        );
        let text = fs::read_to_string(folder.join("complete")).expect("text");
        assert_eq!(text, format!("{list}{}\n", digest(list)));
        assert_eq!(head(&folder).as_deref(), Some("lean"));
        write(&folder, "lean").expect("stamped");
        assert_eq!(fs::read_to_string(folder.join("complete")).expect("text"), text, "the old list isn't in it");
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
        // An empty file for which there is a text that can't be read.
        if cfg!(target_os = "linux") {
            let empty = folder.join("torch/two words.py");
            fs::remove_file(&empty).expect("a file");
            symlink("/proc/self/mem", &empty).expect("a link");
            assert!(said(Hashes::OfChanged).contains("two words.py can't be read: "));
        }
        fs::remove_file(&library).expect("a file");
        assert!(Command::new("mkfifo").arg(&library).status().expect("mkfifo").success());
        assert!(said(Hashes::OfChanged).contains("library.so is no plain file"));
    }

    #[test]
    fn a_list_that_was_cut_or_edited_is_damage_and_has_no_head() {
        let folder = stamped("list damage");
        let stamp = folder.join("complete");
        let whole = fs::read_to_string(&stamp).expect("text");
        let mut texts: Vec<String> = (0..whole.len()).map(|end| whole[..end].to_owned()).collect();
        texts.extend([whole.replace("lean", "full"), whole.replace("ba78", "ba79"), whole.replace(" 3 ", " 4 ")]);
        // All but its last line break, which is no loss.
        texts.retain(|text| text.trim_end() != whole.trim_end());
        for text in texts {
            put(&stamp, &text);
            assert!(damage(&folder, Hashes::OfChanged).is_some_and(|said| said.contains("no whole list")), "{text}");
            assert_eq!(head(&folder), None, "{text}");
        }
        fs::remove_file(&stamp).expect("a file");
        assert!(Command::new("mkfifo").arg(&stamp).status().expect("mkfifo").success());
        assert!(damage(&folder, Hashes::OfChanged).is_some());
    }

    /// Until no file is young any more.
    fn later() {
        std::thread::sleep(Duration::from_millis(2_100));
    }

    #[test]
    fn a_file_of_the_same_size_is_read_if_it_was_changed_however_soon() {
        let folder = stamped("soon");
        // In one step of the clock, its time would be the same.
        assert!(read(&folder).expect("a list").lines().skip(1).all(|line| line.starts_with(YOUNG)));
        put(&folder.join("torch/lib/library.so"), "abd");
        assert!(damage(&folder, Hashes::OfChanged).is_some_and(|said| said.contains("another SHA-256")));
    }

    #[test]
    fn files_that_were_written_at_one_time_are_told_apart() {
        let folder = stamped("inode");
        later();
        let library = folder.join("torch/lib/library.so");
        assert!(time(&library).ends_with(&format!(".{}", library.metadata().expect("a file").ino())));
    }

    #[test]
    fn a_file_of_the_same_size_is_read_if_it_was_changed_whatever_its_date_and_that_of_the_stamp() {
        let other = Folder::new("other");
        put(&other.join("lib/library.so"), "abd");
        let folder = stamped("newer");
        later();
        assert_eq!(damage(&folder, Hashes::OfChanged), None);
        let library = folder.join("torch/lib/library.so");
        let said = || damage(&folder, Hashes::OfChanged).unwrap_or_default();
        let touch = |file: &Path, date| {
            File::options().append(true).open(file).and_then(|file| file.set_modified(date)).expect("a date");
        };
        let swap = |path: &Path, aside: &str| {
            fs::rename(path, folder.join(aside)).expect("moved");
            symlink(other.join(path.strip_prefix(folder.join("torch")).expect("inside")), path).expect("a link");
        };
        put(&library, "abd");
        touch(&library, SystemTime::UNIX_EPOCH);
        later();
        touch(&stamp(&folder), SystemTime::now());
        assert!(said().contains("another SHA-256"));
        put(&library, "abc");
        later();
        let date = || stamp(&folder).metadata().and_then(|found| found.modified()).expect("a date");
        let before = date();
        assert_eq!(said(), "");
        // What was read and is sound isn't read a second time.
        let list = || read(&folder).expect("a list");
        assert!(list().contains(&time(&library)));
        assert_eq!(date(), before);
        swap(&library, "aside");
        assert!(said().contains("another SHA-256"), "a link to an older file");
        fs::remove_file(&library).expect("a link");
        fs::rename(folder.join("aside"), &library).expect("back");
        later();
        assert_eq!(said(), "");
        swap(&folder.join("torch/lib"), "aside");
        assert!(said().contains("another SHA-256"), "a link to an older folder");
        // As if the disk had changed it; and as an earlier set-up listed it.
        let whole = list();
        let (changed, before) = (time(&library), time(&folder.join("aside/library.so")));
        seal(&folder, &whole.replace(&before, &changed)).expect("a list");
        assert_eq!(said(), "");
        assert!(damage(&folder, Hashes::All).is_some_and(|said| said.contains("another SHA-256")));
        seal(&folder, &whole.replace(&format!("{before} "), "")).expect("a list");
        assert!(said().contains("another SHA-256"));
    }
}

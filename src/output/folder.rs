//! A folder of results that is never taken for whole when it isn't.
//!
//! A set of results has a record: its report, in JSON, whose field `files` holds the SHA-256 of every other file of the set.
//! The record is removed before anything else changes and written after everything else, so a folder holds either a whole set
//! or one that [`check`] sees is incomplete. Pictures come after the results, one by one; at the end the record is
//! written again with them.

use super::cleanup::{Pending, pending};
use crate::experiment::limited::{self, MAX_BYTES};
use anyhow::{Context, Result, bail, ensure};
use hmac_sha256::Hash;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A folder that results are written to: each file beside its place first, all renamed into place at the end.
///
/// Dropped before [`Folder::commit`], it leaves the folder's earlier files as they were.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    staged: Vec<Written>,
    hold: Hold,
}

/// The folder while this run may write to it.
#[derive(Debug)]
struct Hold {
    _lock: File,
    _half_written: Pending,
}

/// A file beside its place.
#[derive(Debug)]
struct Written {
    file: NamedTempFile,
    name: String,
    sum: String,
}

/// The folder once its results are in place: pictures are added one by one. One that fails costs nothing else.
#[derive(Debug)]
pub struct Pictures {
    path: PathBuf,
    record: String,
    report: String,
    /// The sum of each file; `None` for one that isn't there yet.
    files: BTreeMap<String, Option<String>>,
    failures: Vec<anyhow::Error>,
    _hold: Hold,
}

/// What the names of files that aren't whole yet begin with.
const PREFIX: &str = ".writing-";

/// How many letters and digits follow.
const RANDOM: usize = 6;

impl Folder {
    /// Opens the folder, and makes it where it isn't there yet. Removes what a run that was killed left half-written.
    ///
    /// # Errors
    /// When it can't be made or written to, or another run writes to it.
    pub fn open(path: &Path) -> Result<Folder> {
        let context = || format!("{}: can't be written to; choose another folder", path.display());
        let lock = fs::create_dir_all(path).and_then(|()| File::open(path)).with_context(context)?;
        ensure!(
            !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            "{}: another run is writing its results there; wait until it has ended, or choose another folder",
            path.display()
        );
        let folder = path.to_path_buf();
        let half_written = pending(move || _ = remove_half_written(&folder));
        remove_half_written(path).and_then(|()| temporary(path)?.close()).with_context(context)?;
        let hold = Hold { _lock: lock, _half_written: half_written };
        Ok(Folder { path: path.to_path_buf(), staged: vec![], hold })
    }

    /// Writes a file beside its place.
    ///
    /// # Errors
    /// When it can't be written, for instance because the disk is full.
    pub fn stage(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.staged.push(write(&self.path, name, bytes)?);
        Ok(())
    }

    /// Renames all files into place, the record last: the report, an object in JSON. `pictures` are the names of all that
    /// may be added later; what is there under these names is removed, as left from earlier results.
    ///
    /// # Errors
    /// When a file can't be written, removed or renamed.
    pub fn commit<S: AsRef<str>>(self, record: &str, report: &str, pictures: &[S]) -> Result<Pictures> {
        let staged = self.staged.iter().map(|written| (written.name.clone(), Some(written.sum.clone())));
        let set = Pictures {
            files: pictures.iter().map(|name| (name.as_ref().to_owned(), None)).chain(staged).collect(),
            path: self.path,
            record: record.to_owned(),
            report: report.to_owned(),
            failures: vec![],
            _hold: self.hold,
        };
        let written = set.write_record()?;
        for name in std::iter::once(record).chain(pictures.iter().map(S::as_ref)) {
            let place = set.path.join(name);
            if let Err(error) = fs::remove_file(&place)
                && place.is_file()
            {
                return Err(error).with_context(|| format!("{}: can't be replaced", place.display()));
            }
        }
        self.staged.into_iter().try_for_each(|file| put(&set.path, file))?;
        put(&set.path, written)?;
        Ok(set)
    }
}

impl Pictures {
    /// Writes one picture, or notes why there is none.
    pub fn add(&mut self, name: &str, drawn: Result<Vec<u8>>) {
        let written = drawn.and_then(|bytes| write(&self.path, name, &bytes));
        let sum = written.as_ref().map(|written| written.sum.clone()).ok();
        match written.and_then(|written| put(&self.path, written)) {
            Ok(()) => _ = self.files.insert(name.to_owned(), sum),
            Err(error) => self.failures.push(error.context(format!("{name} is missing"))),
        }
    }

    /// Notes why pictures are missing.
    pub fn fail(&mut self, why: anyhow::Error) {
        self.failures.push(why);
    }

    /// Writes the record once more, now with the pictures that are there. Why others are missing comes back.
    ///
    /// # Errors
    /// When it can't be written. The folder is then seen to be incomplete.
    pub fn finish(mut self) -> Result<Vec<anyhow::Error>> {
        self.files.retain(|_, sum| sum.is_some());
        let written = self.write_record().and_then(|record| put(&self.path, record));
        written.context("the report doesn't name the pictures")?;
        Ok(self.failures)
    }

    fn write_record(&self) -> Result<Written> {
        let report = self.report.strip_prefix('{').context("the report isn't an object")?;
        let files = serde_json::to_string(&self.files)?;
        write(&self.path, &self.record, format!("{{\n  \"files\": {files},{report}").as_bytes())
    }
}

/// What is wrong with the set of results that has this record, in words; nothing if it is whole. `None` if there is no record.
///
/// # Errors
/// When a file can't be read.
pub fn check(folder: &Path, record: &str) -> Result<Option<Vec<String>>> {
    #[derive(Deserialize)]
    struct Record<'a> {
        #[serde(borrow)]
        files: &'a RawValue,
    }
    let Some(report) = open(&folder.join(record))? else { return Ok(None) };
    let report = limited::read_from(report, MAX_BYTES, 1).with_context(|| record.to_owned())?;
    let files = serde_json::from_slice(&report).ok().map(|Record { files }| files.get());
    // A set has a few dozen files.
    let files = files.filter(|files| files.len() < 1 << 16).and_then(|files| serde_json::from_str(files).ok());
    let Some::<BTreeMap<String, Option<String>>>(files) = files else {
        return Ok(Some(vec![format!("{record} doesn't name the files of its set")]));
    };
    let mut problems = vec![];
    for (name, sum) in files {
        let is_one = Path::new(&name).file_name().is_some_and(|last| *last == *name);
        let is_one = is_one && name.len() < 256 && !name.contains(limited::steers);
        let (there, name) = if is_one { (open(&folder.join(&name))?, name) } else { (None, limited::quoted(&name)) };
        match (there, sum) {
            (None, Some(_)) => problems.push(format!("{name} is missing")),
            (Some(file), Some(sum)) => {
                let whole = sum_of_file(file).with_context(|| format!("{name}: can't be read"))? == sum;
                problems.extend((!whole).then(|| format!("{name} isn't what the run wrote")));
            }
            (_, None) => problems.push(format!("{name} is missing or not whole: the run ended before it was done")),
        }
    }
    Ok(Some(problems))
}

/// The file, if something is there. What isn't a file, such as a pipe or a device, may never end.
fn open(path: &Path) -> Result<Option<File>> {
    match fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => return Ok(None),
        Ok(there) if !there.is_file() => bail!("{}: expected a file", path.display()),
        _ => {}
    }
    File::open(path).map(Some).with_context(|| format!("{}: can't be read", path.display()))
}

fn sum_of(bytes: &[u8]) -> String {
    hex(Hash::hash(bytes))
}

fn sum_of_file(file: File) -> std::io::Result<String> {
    let (mut hash, mut part) = (Hash::new(), vec![]);
    while (&file).take(1 << 16).read_to_end(&mut part)? > 0 {
        hash.update(&part);
        part.clear();
    }
    Ok(hex(hash.finalize()))
}

fn hex(sum: [u8; 32]) -> String {
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn remove_half_written(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        // Another name is somebody's own.
        let rest = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).unwrap_or_default();
        if rest.len() == RANDOM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) && entry.file_type()?.is_file()
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a file beside its place.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<Written> {
    let place = folder.join(name);
    let path = place.display();
    ensure!(!place.is_dir(), "{path}: a folder stands in its place; move it, or choose another folder for the results");
    let written = temporary(folder).and_then(|mut file| file.write_all(bytes).map(|()| file));
    let file = written.with_context(|| format!("{path}: can't be written; make room, or choose another folder"))?;
    Ok(Written { file, name: name.to_owned(), sum: sum_of(bytes) })
}

fn put(folder: &Path, Written { file, name, .. }: Written) -> Result<()> {
    let place = folder.join(name);
    file.persist(&place)
        .map_err(|error| error.error)
        .with_context(|| format!("{}: can't be put into place", place.display()))?;
    Ok(())
}

fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // the umask takes its part
    builder.tempfile_in(folder)
}

//! Hands bytes to each reader of files, and checks what must hold whatever the bytes are: no panic, a message of one line
//! that steers no terminal, and numbers as many as they should be. The folder is for the file that is read.

use anyhow::Result;
use inverse_by_descent::experiment::Matrix;
use inverse_by_descent::experiment::matrix_file::MatrixSource;
use inverse_by_descent::notebook::printed;
use inverse_by_descent::output::folder;
use inverse_by_descent::parity::loss_file;
use inverse_by_descent::parity::pytorch::PythonRuns;
use std::fs;
use std::path::{Path, PathBuf};

/// Has these bytes read.
pub type Read = fn(&Path, &[u8]);

/// Each reader by the name of its folder in `corpus/`.
pub const READERS: [(&str, Read); 7] = [
    ("csv", |folder, bytes| array(&file(folder, "array.csv", bytes))),
    ("json", |folder, bytes| array(&file(folder, "array.json", bytes))),
    ("npy", |folder, bytes| array(&file(folder, "array.npy", bytes))),
    ("npz", |folder, bytes| array(&file(folder, "array.npz", bytes))),
    ("printed", |folder, bytes| {
        if let Some(printed) = checked(printed::read(&file(folder, "printed.csv", bytes))) {
            assert!(printed.iter().all(|number| is_a_line(&number.to_string())));
        }
    }),
    ("record", |folder, bytes| {
        file(folder, "record.json", bytes);
        if let Some(problems) = checked(folder::check(folder, "record.json")) {
            assert!(problems.unwrap().iter().all(|problem| is_a_line(problem)));
        }
    }),
    ("results", |_, bytes| {
        for run in checked(PythonRuns::read(bytes)).map_or(vec![], |results| results.runs) {
            let entries = run.experiment.size * run.experiment.size;
            assert_eq!((run.initial.len(), run.matrix.len()), (entries, entries));
        }
    }),
];

/// Where this file is, seen from where its tests run.
pub fn folder() -> &'static Path {
    Path::new(file!()).parent().unwrap()
}

/// Reads the file as a matrix, and as losses: without a column's name, and with one.
fn array(path: &Path) {
    let matrix = path.display().to_string().parse::<MatrixSource>().unwrap().read(None);
    if let Some((matrix, size)) = checked(matrix) {
        let Matrix::Given(entries) = matrix else { panic!("{matrix:?}") };
        assert!(entries.len() == size * size && size > 0 && entries.iter().all(|entry| entry.is_finite()));
    }
    for column in [None, Some("loss")] {
        if let Some(losses) = checked(loss_file::read(path, "losses1", column)) {
            assert!(!losses.f64.is_empty() && losses.f32.is_none_or(|singles| singles.len() == losses.f64.len()));
        }
    }
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn checked<T>(read: Result<T>) -> Option<T> {
    read.inspect_err(|error| assert!(is_a_line(&format!("{error:#}")), "{error:?}")).ok()
}

/// Whether it is one line of no great length. A file's own texts are shortened, so that only the format's limits it.
fn is_a_line(text: &str) -> bool {
    text.chars().count() < 1500 && !text.contains(|c: char| c.is_control() || c == '\u{202e}' || c == '\u{61c}')
}

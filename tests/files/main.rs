//! Files of matrices and losses as people make them, and as nobody should. The library's readers are given bytes that are
//! typed out here as spreadsheets, pandas, NumPy, R and MATLAB write them.

mod losses;
mod matrices;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use tempfile::tempdir;
use zip::write::SimpleFileOptions;

/// What `read` makes of a file with this name and these bytes.
fn with_file<T>(name: &str, bytes: &[u8], read: impl Fn(&Path) -> T) -> T {
    let folder = tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path)
}

/// The message is short, holds no control character, and names the file and these parts.
#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: anyhow::Result<T>, name: &str, parts: &[&str]) {
    let message = format!("{:#}", result.unwrap_err());
    for part in [&[name], parts].concat() {
        assert!(message.contains(part), "{part:?} isn't in {message:?}");
    }
    assert!(message.len() < 500 && !message.contains(char::is_control), "{message:?}");
}

/// An `.npy` file of format version 1.0 with this header.
fn npy_with(header: &str, data: &[u8]) -> Vec<u8> {
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    let header = format!("{header}{}\n", " ".repeat(padding));
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

/// An `.npy` file as `np.save` writes it.
fn npy(descr: &str, fortran_order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    npy_with(&format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}"), data)
}

/// An `.npz` file with these members.
fn npz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in members {
        file.start_file(*name, SimpleFileOptions::default()).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap().into_inner()
}

fn bytes<const N: usize, T: Copy>(values: &[T], to_bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| to_bytes(value)).collect()
}

fn doubles(values: &[f64]) -> Vec<u8> {
    bytes(values, f64::to_le_bytes)
}

//! Arrays from NumPy's `.npy` and `.npz`.
//!
//! Source: NumPy's `numpy.lib.format`, versions 1.0 to 3.0 of the format.

use super::{Array, MAX_NUMBERS, Numbers, Wanted, choose, quoted};
use crate::experiment::Scalar;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;

/// NumPy's own limit for headers that it reads from strangers (`max_header_size`).
const MAX_HEADER: u32 = 10_000;

/// NumPy's own limit.
const MAX_DIMENSIONS: usize = 64;

const EXPECTED: &str = "expected a .npy file, as np.save writes it";

/// What the header says. Unknown, missing and repeated keys are refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// The array: in any order of bytes and dimensions, of floats with 32 or 64 bits, or integers that a double holds.
pub fn read(mut file: impl Read, wanted: Wanted) -> Result<Array> {
    let Header { descr, fortran_order, shape } = header(&mut file)?;
    let (order, kind) = descr.split_at_checked(1).unwrap_or_default();
    let width = match kind {
        "f4" | "f8" | "i1" | "i2" | "i4" | "i8" | "u1" | "u2" | "u4" | "u8" => usize::from(kind.as_bytes()[1] - b'0'),
        "c8" | "c16" => bail!("complex numbers; expected real ones"),
        _ => bail!(
            "numbers of type {}; expected float32, float64 or integers, as a.astype(np.float64) makes them",
            quoted(&descr)
        ),
    };
    ensure!(["<", ">", "|", "="].contains(&order), "{EXPECTED}; type {}", quoted(&descr));
    ensure!(shape.len() <= MAX_DIMENSIONS, "an array of {} dimensions", shape.len());
    (wanted.fits)(&shape)?;
    let count = shape.iter().try_fold(1_usize, |count, &length| count.checked_mul(length));
    let count = count.filter(|&count| count <= MAX_NUMBERS).with_context(|| {
        format!("an array of shape {shape:?} has more than {MAX_NUMBERS} numbers, the most that are read")
    })?;
    let mut numbers = Numbers::new();
    let mut block = vec![];
    while numbers.f64.len() < count {
        block.clear();
        let length = (count - numbers.f64.len()).min(1 << 13) * width;
        file.by_ref().take(length as u64).read_to_end(&mut block).context("can't be read")?;
        for number in block.chunks_exact_mut(width) {
            if order == ">" {
                number.reverse();
            }
            let mut bytes = [0; 8];
            bytes[..width].copy_from_slice(number);
            let double = value(kind, width, u64::from_le_bytes(bytes))?;
            let single = double as f32;
            numbers.push(double, f64::from(single).same(double).then_some(single))?;
        }
        ensure!(block.len() == length, "ends after {} of {count} numbers", numbers.f64.len());
    }
    let rest = file.read(&mut [0]).context("can't be read")?;
    ensure!(rest == 0, "goes on after its {count} numbers");
    if let ([rows, columns], true) = (&shape[..], fortran_order) {
        let place = |at: usize| at % columns * rows + at / columns;
        numbers.f64 = (0..count).map(|at| numbers.f64[place(at)]).collect();
        numbers.f32 = numbers.f32.map(|singles| (0..count).map(|at| singles[place(at)]).collect());
    }
    Ok(Array { shape, numbers })
}

/// The header's text is a Python dictionary, which becomes JSON by its brackets, quotation marks and truth values.
fn header(file: &mut impl Read) -> Result<Header> {
    let mut start = [0; 8];
    file.read_exact(&mut start).context(EXPECTED)?;
    ensure!(start.starts_with(b"\x93NUMPY") && (1..=3).contains(&start[6]), EXPECTED);
    let mut length = [0; 4];
    file.read_exact(&mut length[..if start[6] == 1 { 2 } else { 4 }]).context(EXPECTED)?;
    let length = u32::from_le_bytes(length);
    ensure!(length <= MAX_HEADER, "{EXPECTED}; its header has {length} bytes");
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header).context(EXPECTED)?;
    let header = String::from_utf8_lossy(&header);
    // Python allows a comma before a closing bracket.
    let json = header.replace(", ", ",").replace(",)", ")").replace(",}", "}");
    let json = json.replace('(', "[").replace(')', "]").replace('\'', "\"");
    let json = json.replace("True", "true").replace("False", "false");
    serde_json::from_str(&json)
        .ok()
        .with_context(|| format!("{EXPECTED}, of plain numbers; its header is {}", quoted(header.trim_end())))
}

/// The number with these bits.
fn value(kind: &str, width: usize, bits: u64) -> Result<f64> {
    let unused = 64 - 8 * width as u32;
    let integer = match kind {
        "f4" => return Ok(f32::from_bits(bits as u32).into()),
        "f8" => return Ok(f64::from_bits(bits)),
        _ if kind.starts_with('i') => i128::from((bits << unused).cast_signed() >> unused),
        _ => i128::from(bits),
    };
    let value = integer as f64;
    ensure!(value as i128 == integer, "{integer} can't be told from its neighbours in float64");
    Ok(value)
}

/// The array that is wanted.
pub fn read_npz(bytes: &[u8], wanted: Wanted) -> Result<Array> {
    const EXPECTED: &str = "expected an .npz file, as np.savez writes it";
    let mut archive = ZipArchive::new(Cursor::new(bytes)).context(EXPECTED)?;
    ensure!(archive.offset() == 0, "has other bytes before its start");
    // The end of the archive counts its members; the reader keeps one of each name.
    let end = bytes.len() - 22 - archive.comment().len();
    ensure!(bytes[end..].starts_with(b"PK\x05\x06"), "goes on after its end");
    let members = u16::from_le_bytes([bytes[end + 10], bytes[end + 11]]);
    ensure!(usize::from(members) == archive.len(), "two arrays have the same name");
    let mut there = vec![];
    for at in 0..archive.len() {
        let name = archive.by_index_raw(at).context(EXPECTED)?.name().to_string();
        there.push(name.strip_suffix(".npy").unwrap_or(&name).to_string());
    }
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let chosen = choose(&there, wanted)?;
    let member = archive.by_index(chosen).context(EXPECTED)?;
    read(BufReader::new(member), wanted).with_context(|| format!("array {}", quoted(there[chosen])))
}

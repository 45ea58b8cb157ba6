//! A series of losses that was made elsewhere: one number a step, from `.npy`, `.npz`, `.json` or `.csv`.

use crate::experiment::Dtype;
use crate::experiment::matrix_file::npy::with_checked_header;
use anyhow::{Context, Result, bail, ensure};
use npyz::{DType, NpyFile, TypeChar};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Reads the losses of a run of `steps` steps in `dtype`. In an `.npz`, or a JSON object, the array is the one called
/// `name`, else `losses`, else the only one. Every number is exact in `dtype`.
///
/// # Errors
/// When the file can't be read, isn't of one of these kinds, holds another number of losses, or numbers that no run
/// in `dtype` gives.
pub fn read(path: &Path, name: &str, steps: usize, dtype: Dtype) -> Result<Vec<f64>> {
    losses(path, name, steps, dtype)
        .and_then(|losses| checked(losses, steps, dtype))
        .with_context(|| path.display().to_string())
}

fn losses(path: &Path, name: &str, steps: usize, dtype: Dtype) -> Result<Vec<f64>> {
    let file = || anyhow::Ok(BufReader::new(File::open(path).context("can't be opened")?));
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("npy") => npy(npy_file(file()?)?, steps),
        Some("npz") => npz(path, name, steps),
        Some("json") => json(file()?, name, dtype),
        Some("csv") => csv(file()?, steps, dtype),
        _ => bail!("expected a file whose name ends in .npy, .npz, .json or .csv"),
    }
}

fn npy_file(file: impl Read) -> Result<NpyFile<impl Read>> {
    NpyFile::new(with_checked_header(file)?).context("expected a .npy file, as np.save writes it")
}

fn checked(losses: Vec<f64>, steps: usize, dtype: Dtype) -> Result<Vec<f64>> {
    let count = losses.len();
    match count.cmp(&steps) {
        std::cmp::Ordering::Less => {
            bail!("{count} losses; expected {steps}, one a step (--steps says how many)")
        }
        std::cmp::Ordering::Greater => {
            bail!("more than {steps} losses; expected one a step (--steps says how many)")
        }
        std::cmp::Ordering::Equal => {}
    }
    if dtype == Dtype::F32
        && let Some(step) = losses.iter().position(|&loss| !loss.is_nan() && f64::from(loss as f32) != loss)
    {
        bail!("step {step}: {} is no float32; save the losses as they are, or compare with --dtype f64", losses[step]);
    }
    Ok(losses)
}

fn npy(file: NpyFile<impl Read>, steps: usize) -> Result<Vec<f64>> {
    let shape = file.shape().to_vec();
    ensure!(
        shape.iter().filter(|&&length| length != 1).count() <= 1,
        "an array of shape {shape:?}; expected one loss a step: np.save(file, np.array(losses).flatten())"
    );
    let dtype = file.dtype();
    let kind = match &dtype {
        DType::Plain(kind) => (kind.type_char(), kind.size_field()),
        _ => bail!("records of dtype {}; expected float32 or float64", dtype.descr()),
    };
    let read = |file: NpyFile<_>| -> Result<Vec<f64>> {
        Ok(match kind {
            (TypeChar::Float, 4) => {
                file.data::<f32>()?.take(steps + 1).map(|x| x.map(f64::from)).collect::<Result<_, _>>()?
            }
            (TypeChar::Float, 8) => file.data::<f64>()?.take(steps + 1).collect::<Result<_, _>>()?,
            _ => bail!("dtype {}; expected float32 or float64", dtype.descr()),
        })
    };
    read(file).context("can't be read as an array of losses")
}

fn npz(path: &Path, name: &str, steps: usize) -> Result<Vec<f64>> {
    let mut archive = npyz::npz::NpzArchive::open(path).context("expected an .npz file, as np.savez writes it")?;
    let names: Vec<String> = archive.array_names().map(str::to_string).collect();
    let chosen = choose(&names, name)?;
    let array = archive.by_name(&chosen)?.with_context(|| format!("no array {chosen:?}"))?;
    npy(array, steps).with_context(|| format!("array {chosen:?}"))
}

/// The array called `name`, else `losses`, else the only one.
fn choose(names: &[String], name: &str) -> Result<String> {
    let found = [name, "losses"].into_iter().find(|wanted| names.iter().any(|name| name == wanted));
    match (found, names) {
        (Some(name), _) => Ok(name.to_string()),
        (None, [only]) => Ok(only.clone()),
        (None, names) => {
            bail!("arrays {}; expected one called {name:?} or \"losses\"", names.join(", "))
        }
    }
}

fn json(file: impl Read, name: &str, dtype: Dtype) -> Result<Vec<f64>> {
    let mut value: serde_json::Value = serde_json::from_reader(file).context("expected JSON")?;
    if let Some(object) = value.as_object_mut() {
        let arrays = object.iter().filter(|(_, value)| value.is_array());
        let names: Vec<_> = arrays.map(|(name, _)| name.clone()).collect();
        let chosen = choose(&names, name)?;
        value = object.remove(&chosen).unwrap_or_default();
    }
    let list = value.as_array().context("expected a list of losses, one a step")?;
    let losses = list.iter().enumerate().map(|(step, loss)| {
        match loss {
            serde_json::Value::Number(number) => parse(&number.to_string(), dtype),
            serde_json::Value::String(text) => parse(text, dtype),
            _ => None,
        }
        .with_context(|| format!("step {step}: {loss} isn't a loss; expected a number, \"inf\" or \"nan\""))
    });
    losses.collect()
}

fn csv(file: impl Read, steps: usize, dtype: Dtype) -> Result<Vec<f64>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(file);
    let mut losses = vec![];
    for (index, record) in reader.records().take(steps + 2).enumerate() {
        let record = record.context("expected text, one loss a line")?;
        ensure!(record.len() == 1, "line {}: {} columns; expected one loss a line", index + 1, record.len());
        let text = record[0].trim_start_matches('\u{feff}');
        match parse(text, dtype) {
            Some(loss) => losses.push(loss),
            None if index == 0 => {} // a header
            None => bail!("line {}: {text:?} isn't a number; expected one loss a line", index + 1),
        }
    }
    Ok(losses)
}

/// A decimal as the nearest number of `dtype`: a shortest decimal reads back to the number that it was made from.
fn parse(text: &str, dtype: Dtype) -> Option<f64> {
    match dtype {
        Dtype::F32 => text.parse::<f32>().ok().map(f64::from),
        Dtype::F64 => text.parse().ok(),
    }
}

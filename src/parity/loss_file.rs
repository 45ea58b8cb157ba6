//! A series of losses that was made elsewhere: one number a step.

use crate::experiment::Scalar;
use crate::experiment::array_reader::{self, Wanted};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

pub use crate::experiment::array_reader::Numbers as Losses;

impl Losses {
    /// Whether every number is a float32, without rounding.
    pub fn are_f32(&self) -> bool {
        self.f64.iter().all(|&loss| f64::from(loss as f32).same(loss))
    }
}

/// Reads losses from `.npy`, `.npz`, `.json`, `.csv` or `.txt`. In an `.npz`, or a JSON object, the array is the one called
/// `run`, else `losses`, else the only one. `column` names the array, or the column of a text, that is to be taken.
///
/// # Errors
/// When the file can't be read, isn't of one of these kinds, holds no losses or more than one number a step, or lacks the
/// column. Of a pickle, the message says how to save an `.npy` from it.
pub fn read(path: &Path, run: &str, column: Option<&str>) -> Result<Losses> {
    let read = || -> Result<Losses> {
        ensure_no_pickle(path)?;
        let names = [run, "losses"];
        let names = column.as_ref().map_or(&names[..], std::slice::from_ref);
        let wanted = Wanted { names, or_only: column.is_none(), one_column: true, fits: is_series };
        Ok(array_reader::File::open(path)?.array(wanted)?.numbers)
    };
    read().with_context(|| path.display().to_string())
}

fn is_series(shape: &[usize]) -> Result<()> {
    ensure!(
        shape.iter().filter(|&&length| length > 1).count() <= 1,
        "the array has the shape {shape:?}; expected one loss a step, as np.save(file, np.array(losses).flatten()) writes"
    );
    ensure!(!shape.contains(&0), "no losses; expected one for each step");
    Ok(())
}

fn ensure_no_pickle(path: &Path) -> Result<()> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let (module, load) = match &*ending {
        "pt" | "pth" => ("torch", format!("torch.load({path:?})")),
        "pkl" | "pickle" => ("pickle", format!("pickle.load(open({path:?}, 'rb'))")),
        _ => return Ok(()),
    };
    let npy = path.with_extension("npy");
    bail!(
        "a pickle can run any code, so it isn't read; save an .npy from it in Python: import numpy, {module}; \
         numpy.save({npy:?}, [float(loss) for loss in {load}])"
    )
}

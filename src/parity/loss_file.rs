//! A series of losses that was made elsewhere: one number a step.

use crate::experiment::Dtype;
use crate::experiment::array_reader::{self, Array};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

/// Reads the losses of a run of `steps` steps in `dtype`, from `.npy`, `.npz`, `.json`, `.csv` or `.txt`. In an `.npz`, or
/// a JSON object, the array is the one called `name`, else `losses`, else the only one. Every number is exact in `dtype`.
///
/// # Errors
/// When the file can't be read, isn't of one of these kinds, holds another number of losses, or numbers that no run
/// in `dtype` gives.
pub fn read(path: &Path, name: &str, steps: usize, dtype: Dtype) -> Result<Vec<f64>> {
    array_reader::read(path, &[name, "losses"], dtype)
        .and_then(|array| series(array, steps, dtype))
        .with_context(|| path.display().to_string())
}

fn series(Array { shape, values }: Array, steps: usize, dtype: Dtype) -> Result<Vec<f64>> {
    ensure!(
        shape.iter().filter(|&&length| length > 1).count() <= 1,
        "an array of shape {shape:?}; expected one loss a step, as np.save(file, np.array(losses).flatten()) writes it"
    );
    ensure!(values.len() == steps, "{} losses; expected {steps}, one for each step of the run", values.len());
    let is_exact = |loss: f64| loss.is_nan() || f64::from(loss as f32) == loss;
    if dtype == Dtype::F32
        && let Some(step) = values.iter().position(|&loss| !is_exact(loss))
    {
        bail!(
            "step {step}: {:?} isn't a float32; save the losses as they were computed, or compare them with a run in f64",
            values[step]
        );
    }
    Ok(values)
}

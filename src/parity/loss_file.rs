//! A series of losses that was made elsewhere: one number a step.

use crate::experiment::array_reader::{self, Array};
use crate::experiment::{Dtype, Scalar};
use anyhow::{Context, Result, ensure};
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
        "the array has the shape {shape:?}; expected one loss a step, as np.save(file, np.array(losses).flatten()) writes"
    );
    ensure!(values.len() == steps, "{} losses; expected {steps}, one for each step of the run", values.len());
    for (step, &loss) in values.iter().enumerate().filter(|_| dtype == Dtype::F32) {
        ensure!(
            f64::from(loss as f32).same(loss),
            "step {step}: {loss:?} isn't a float32; save the losses as they were computed, or compare them with a run in f64"
        );
    }
    Ok(values)
}

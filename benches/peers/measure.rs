//! What measure.py does, for the peers in Rust.

use std::error::Error;
use std::time::Instant;

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub const LEARNING_RATE: f32 = 0.9;
pub const MOMENTUM: f32 = 0.1;
const SECONDS: f64 = 0.3;

/// `prepare` gets n, the parameter, the matrix and the number of steps, and gives a run, which returns its last loss.
pub fn measure<Run: FnMut() -> Result<f32>>(
    prepare: impl Fn(usize, Vec<f32>, Vec<f32>, usize) -> Result<Run>,
) -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let (folder, sizes) = arguments.split_first().ok_or("expected VARIANT FOLDER N:STEPS...")?;
    for size in sizes {
        let (n, steps) = size.split_once(':').ok_or("expected N:STEPS")?;
        let bytes = std::fs::read(format!("{folder}/{n}.f32"))?;
        let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let (n, steps) = (n.parse()?, steps.parse()?);
        let (parameter, matrix) = values.split_at(n * n);
        let mut run = prepare(n, parameter.to_vec(), matrix.to_vec(), steps)?;
        let mut last_loss = run()?;
        let (mut runs, mut seconds, began) = (0, 0.0, Instant::now());
        while seconds < SECONDS {
            last_loss = run()?;
            runs += 1;
            seconds = began.elapsed().as_secs_f64();
        }
        let us_per_step = 1e6 * seconds / (runs * steps) as f64;
        println!("{{\"n\": {n}, \"us_per_step\": {us_per_step}, \"last_loss\": {last_loss:e}}}");
    }
    Ok(())
}

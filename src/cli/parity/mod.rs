//! `reproduce parity`.

mod against;
mod digest;
mod live;

use super::experiment::ExperimentArgs;
use super::printing::{print, warn};
use super::values::{arithmetic, gradient, whole};
use crate::experiment::Gradient;
use crate::experiment::digest::Prefix;
use crate::libtorch::arithmetic::Arithmetic;
use crate::output::folder::{Folder, Pictures};
use anyhow::{Context, Result};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  reproduce parity                                            the notebook's four runs, 40,000 losses
  reproduce parity --matrix random --size 7 --dtype f64       any other run
  reproduce parity --grid 50                                  50 random settings; the seed is printed
  reproduce parity --against my_losses.npy --run losses2      a series of your own instead of a live PyTorch
  reproduce parity --digest 0123456789abcdef                  which run has losses with this digest

A series of your own: np.save('my_losses.npy', np.array(losses2).flatten()) in your copy of the notebook.
Its digest: hashlib.sha256(np.array(losses2, dtype=np.float32).tobytes()).hexdigest()[:16].
A live PyTorch: cargo xtask setup --pytorch installs one.

Exit codes: 0 every number is equal to the bit, or the digest is found; 1 one isn't, explained or not (`verdict` in the JSON
is equal, explained or not_explained), or it isn't found; 2 bad input, or no Python with PyTorch 2.0 or later.";

/// Run the same descent through tch and through PyTorch and compare every loss bit by bit
///
/// Without options: the notebook's four runs of 10,000 steps, with the gradient scaled as in the notebook, and once more
/// through SGD with momentum. Where a number differs, the orders of summation are read off both sides, and the report says
/// whether they explain it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    experiment: Option<ExperimentArgs>,
    /// Compare N runs with random settings: sizes 1 to 64, learning rates inside and outside the stable range, momenta 0 to
    /// 0.99. --seed chooses the settings; without it the clock does, and the seed is printed
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1..=1_000_000),
          conflicts_with_all = ["matrix", "size", "learning_rate", "momentum", "steps", "dtype", "against"])]
    grid: Option<usize>,
    /// Compare with a series of losses from a .npy, .npz, .json, .csv or .txt file (text as for --matrix), instead of
    /// running PyTorch. As many steps are compared as the file has losses, in native and in notebook arithmetic. Where they
    /// differ, the report says what was done otherwise when the series was made
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The notebook's run that --against is compared with [default: losses1, or the run that the options describe]
    #[arg(long, value_name = "NAME", requires = "against",
          conflicts_with_all = ["matrix", "size", "seed", "learning_rate", "momentum", "dtype"],
          value_parser = ["losses1", "losses2", "losses3", "losses4"])]
    run: Option<String>,
    /// The column of a text, or the array of an .npz or a JSON object, that --against takes
    #[arg(long, value_name = "NAME", requires = "against")]
    column: Option<String>,
    /// How the runs take their steps [default: scaled; the notebook's four runs against a live PyTorch: both]
    #[arg(long, value_parser = gradient())]
    gradient: Option<Gradient>,
    /// Look up which of the notebook's runs has losses with this digest, as printed after `losses`: 16 to 64 hex digits. The
    /// gradient may be scaled or go through SGD, in f32 or f64; products may be summed in notebook and in native arithmetic,
    /// or with any other kernels that MKL and ATen have for this processor. --steps says how many losses there are
    #[arg(long, value_name = "HEX", conflicts_with_all = ["matrix", "size", "seed", "learning_rate", "momentum", "dtype",
          "gradient", "grid", "against", "run", "python", "timeout", "out"])]
    digest: Option<Prefix>,
    /// How products are summed, on both sides [default: notebook where it can be had, else native; with --against, either]
    #[arg(long, value_parser = arithmetic())]
    arithmetic: Option<Arithmetic>,
    /// The Python to run; its torch must be 2.0 or later [default: of a virtual environment's, python3 and the set-up's, the
    /// first with the version of the linked libtorch, else the first]
    #[arg(long, value_name = "PATH", conflicts_with = "against")]
    python: Option<PathBuf>,
    /// Seconds that Python may take; after them both sides are stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = whole::<u64>(1..=1_000_000))]
    timeout: u64,
    /// Write parity.json to this folder, and a picture of the distances if any number differs
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the report as JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Compares; whether everything is equal to the bit.
pub fn run(args: &Args) -> Result<bool> {
    let folder = args.out.as_deref().map(Folder::open).transpose().context("--out")?;
    match (&args.digest, &args.against) {
        (Some(digest), _) => digest::run(args, digest),
        (None, Some(file)) => against::run(args, file, folder),
        (None, None) => live::run(args, folder),
    }
}

/// Prints the report, writes it where it is wanted, and hands on whether all was `equal`.
fn finish(
    args: &Args,
    folder: Option<Folder>,
    report: &impl serde::Serialize,
    text: &str,
    equal: bool,
    draw: impl FnOnce(&mut Pictures),
) -> Result<bool> {
    let json = crate::report::json(report)?;
    let written = folder.map(|folder| folder.commit("parity.json", &json, &["parity.svg", "parity.png"]));
    let told = print(if args.json { &json } else { text });
    if let Some(mut pictures) = written.transpose()? {
        if !equal {
            draw(&mut pictures);
        }
        warn(&pictures.finish()?);
    }
    told.map(|()| equal)
}

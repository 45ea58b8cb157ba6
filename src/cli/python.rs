//! `reproduce python`.

use super::values::arithmetic;
use crate::libtorch::Arithmetic;
use crate::parity::pytorch::{candidates, ensure_notebook_arithmetic, in_notebook_arithmetic, python_lacks};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  reproduce python -- my_script.py --epochs 3       a script of your own, with its arguments
  reproduce python -- -m jupyter lab                a module: JupyterLab, with notebooks of your own
  reproduce python --python ~/torch/bin/python3     an interpreter, to type at

The script's input, output, folder, signals and exit code are its own: this program becomes that Python. What the script
starts computes in notebook arithmetic too.

Exit codes: the script's own; 2 as well if this machine, or the torch of that Python, has no notebook arithmetic.";

/// Run a Python script of your own in notebook arithmetic
///
/// PyTorch then sums products as the notebook's machine did in 2020, in sequence, each step a fused multiply-add, so that its
/// losses equal those of this program to the bit. Any PyTorch with MKL will do. A Python without torch is started as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How PyTorch sums products; native starts Python as it is
    #[arg(long, value_parser = arithmetic(), default_value = "notebook")]
    arithmetic: Arithmetic,
    /// The Python to run [default: an active virtual environment's, else python3]
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// What is handed to Python: a script and its arguments, or options of Python
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

/// How long Python may take to say how MKL sums.
const LIMIT: Duration = Duration::from_secs(60);

/// Becomes that Python: it comes back only where it can't be started.
pub fn run(args: &Args) -> Result<ExitCode> {
    let is_there = |program: &PathBuf| program.components().count() == 1 || program.exists();
    let program = candidates(args.python.as_deref()).into_iter().find(is_there);
    let program = program.or_else(|| args.python.clone()).context("no Python was found; name one with --python")?;
    let mut command = Command::new(&program);
    if args.arithmetic == Arithmetic::Notebook {
        if let Some(lack) = python_lacks() {
            bail!("--arithmetic notebook: {lack}; use --arithmetic native");
        }
        ensure_notebook_arithmetic(&program, LIMIT).context("--arithmetic notebook")?;
        in_notebook_arithmetic(&mut command)?;
    }
    let error = command.args(&args.arguments).exec();
    Err(error).with_context(|| format!("{}: can't be started; name a Python with --python", program.display()))
}

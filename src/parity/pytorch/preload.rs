//! The small library that tells MKL, in a Python that isn't ours, to take the kernels that `MKL_CBWR` names on any
//! processor. In this program itself `crate::libtorch::loaded` exports the same function.

use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// The library's file name.
const LIBRARY: &str = "intel_cpu_true.so";

/// What build.rs compiled from intel_cpu_true.c; empty where it couldn't, or where MKL has no such question.
const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/intel_cpu_true.so"));

/// Whether the library can be had: on x86-64 Linux, where a C compiler was found when this program was built.
pub fn available() -> bool {
    !BYTES.is_empty()
}

/// Makes MKL in the Python that `command` will start in `folder` take the processor for one of Intel's. The library is
/// written into `folder`, which must outlive that process.
///
/// # Errors
/// When the library can't be had (see [`available`]) or written.
pub fn claim_intel(command: &mut Command, folder: &Path) -> Result<()> {
    anyhow::ensure!(
        available(),
        "the library that lets Python's MKL take the notebook's kernels on this processor wasn't built (it needs \
         x86-64 Linux and a C compiler); use --arithmetic native"
    );
    let path = folder.join(LIBRARY);
    std::fs::write(&path, BYTES).with_context(|| format!("{}: can't be written", path.display()))?;
    // Relative to the process's folder: LD_PRELOAD can't hold a path with a space or a colon.
    let mut list = OsString::from(format!("./{LIBRARY}"));
    if let Some(inherited) = std::env::var_os("LD_PRELOAD") {
        list.push(":");
        list.push(inherited);
    }
    command.env("LD_PRELOAD", list).current_dir(folder);
    Ok(())
}

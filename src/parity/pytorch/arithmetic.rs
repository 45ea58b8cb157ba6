//! Notebook arithmetic in a Python that isn't ours: told by its environment.

use super::find::probe;
use super::process::Process;
use crate::libtorch::arithmetic::processor_lacks;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The environment variables that fix the kernels of MKL and ATen for notebook arithmetic; one without a value must not
/// be set, because it overrules the others.
const NOTEBOOK_ARITHMETIC: [(&str, Option<&str>); 3] =
    [("MKL_CBWR", Some("AVX2,STRICT")), ("ATEN_CPU_CAPABILITY", Some("avx2")), ("MKL_ENABLE_INSTRUCTIONS", None)];

/// A small library that tells MKL, in a Python that isn't ours, to take the kernels that `MKL_CBWR` names on any processor;
/// in this program [`crate::libtorch::loaded`] has the same function. build.rs compiles it from intel_cpu_true.c; it is
/// empty where it couldn't.
const INTEL_CLAIM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/intel_cpu_true.so"));

/// Whether a Python can be told to take the notebook's kernels on a processor that isn't Intel's: on x86-64 Linux, where
/// a C compiler was found when this program was built.
pub fn can_claim_intel() -> bool {
    !INTEL_CLAIM.is_empty()
}

/// What this machine lacks for a Python to compute in notebook arithmetic, in words; `None` if nothing. What that
/// Python's torch lacks, [`ensure_notebook_arithmetic`] sees.
pub fn python_lacks() -> Option<&'static str> {
    let is_intel = || std::fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains("GenuineIntel"));
    processor_lacks().or_else(|| {
        (!can_claim_intel() && !is_intel())
            .then_some("this processor isn't Intel's, and no C compiler was there when this program was built")
    })
}

/// Has the Python that `command` will start, and what that starts, compute in notebook arithmetic as long as this process
/// lives, or the program that takes its place by `exec`.
///
/// # Errors
/// When there is no memory for the library that it loads.
pub fn in_notebook_arithmetic(command: &mut Command) -> Result<()> {
    for (name, value) in NOTEBOOK_ARITHMETIC {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    #[cfg(target_os = "linux")]
    if can_claim_intel() {
        let mut list = OsString::from(intel_claim().context("MKL can't be told to take the notebook's kernels")?);
        if let Some(inherited) = std::env::var_os("LD_PRELOAD") {
            list.push(":");
            list.push(inherited);
        }
        command.env("LD_PRELOAD", list);
    }
    Ok(())
}

/// A path of [`INTEL_CLAIM`]. The file is in memory: it needs no folder whose programs may run, nobody must remove it, and
/// its path has no space and no colon, which would end it in `LD_PRELOAD`. It stays open when this process becomes another
/// program.
#[cfg(target_os = "linux")]
fn intel_claim() -> std::io::Result<String> {
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::io::Write;
    use std::os::fd::IntoRawFd;
    use std::sync::{Mutex, PoisonError};

    static PATH: Mutex<Option<String>> = Mutex::new(None);
    let mut path = PATH.lock().unwrap_or_else(PoisonError::into_inner);
    if path.is_none() {
        let mut file = std::fs::File::from(memfd_create(c"intel_cpu_true", MemfdFlags::empty())?);
        file.write_all(INTEL_CLAIM)?;
        *path = Some(format!("/proc/{}/fd/{}", std::process::id(), file.into_raw_fd()));
    }
    Ok(path.clone().unwrap_or_default())
}

/// Refuses a Python whose torch doesn't take the kernels of notebook arithmetic when it is told to. One without torch isn't
/// refused. It has `limit` to answer; it needs a second, since torch isn't imported.
///
/// # Errors
/// When it can't be started, doesn't answer, or takes other kernels.
pub fn ensure_notebook_arithmetic(program: &Path, limit: Duration) -> Result<()> {
    let mut command = probe::command(program, include_str!("check.py"));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    in_notebook_arithmetic(&mut command)?;
    let ended = Process::spawn(&mut command, limit, |_| false).context("can't be started").and_then(Process::wait);
    ended.with_context(|| program.display().to_string())
}

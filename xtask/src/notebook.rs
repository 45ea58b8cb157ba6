//! `cargo xtask notebook`: the Rust notebook, in a Jupyter and with a kernel that are installed into `.notebook`, a
//! folder of the project that git ignores:
//!
//! ```text
//! .notebook/bin/evcxr_jupyter         the Rust kernel
//! .notebook/site-packages             Jupyter, and how it starts the kernel
//! .notebook/site-packages/complete    written last: which packages, for which Python
//! .notebook/cells                     what the cells are compiled in, kept so that later runs are quick
//! ```

use crate::setup::{self, Need};
use crate::{Result, cargo, evcxr, install, jupyter};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The free space that installing and the first run take, in MB.
const MEGABYTES: u64 = 5_000;

/// What is done with the notebook.
#[derive(Debug, Clone, Copy)]
pub enum Task<'a> {
    /// It is opened in JupyterLab, which gets these arguments.
    Open(&'a [OsString]),
    /// It is run from a clean kernel, and what it shows is checked and stored.
    Execute,
}

/// Installs what is missing and becomes run.py. Returns only if that fails.
pub fn run(task: Task) -> Result<()> {
    let libtorch = setup::run(Need::Libtorch)?;
    let root = cargo::root();
    let home = root.join(".notebook");
    let (kernel, python) = provide(&home)?;
    let mut command = jupyter::command(&home.join("site-packages"), &python);
    command.arg(root.join("xtask/notebook/run.py"));
    match task {
        Task::Open(arguments) => command.arg("open").args(arguments),
        Task::Execute => command.arg("execute"),
    };
    command
        .env("NOTEBOOK_ROOT", &root)
        .env("NOTEBOOK_KERNEL", kernel)
        .env("NOTEBOOK_LIBRARIES", libtorch.folder.join("lib"));
    cargo::replace_us(command)
}

/// The kernel and a Python with Jupyter, installed where they are missing. One command installs at a time; another waits.
fn provide(home: &Path) -> Result<(PathBuf, PathBuf)> {
    let lock = install::lock(home)?;
    let (kernel, python) = (evcxr::find(home), jupyter::find(home));
    if kernel.is_none() || python.is_none() {
        install::enough_space(home, "what the Rust notebook needs", MEGABYTES)?;
    }
    // Jupyter first: it takes seconds, and may fail for want of a Python.
    if python.is_none() {
        jupyter::install(home, &lock)?;
    }
    if kernel.is_none() {
        evcxr::install(home, &lock)?;
    }
    let found = evcxr::find(home).zip(jupyter::find(home));
    found.ok_or(
        "Jupyter and the kernel were installed, but another program has deleted them; repeat the command".to_owned(),
    )
}

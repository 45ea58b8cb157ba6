//! `cargo xtask bench`: this project's loops beside those of other libraries, and the table of them in README.md. What the
//! other libraries need is in `.bench`, a folder of the project that git ignores, and in `benches/peers/target`:
//!
//! ```text
//! .bench/site-packages             the Python packages beside torch
//! .bench/site-packages/complete    written last: which packages, for which Python
//! .bench/libtorch                  the step in C++, compiled
//! .bench/4.f32, …                  what every peer starts from
//! ```

use crate::files::{at, between, replace};
use crate::install::{cleanly, lock, stage, take_place};
use crate::manifest::{self, Hashes};
use crate::pip::Installer;
use crate::say::{print, say};
use crate::setup::{self, Need};
use crate::{Result, cargo, install, python};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// What the Python peers need beside torch: each wheel's version and SHA-256; xtask/pins/make makes them.
const PINS: &str = include_str!("../pins/bench.txt");

/// The table's place: between these two lines.
const MARKS: [&str; 2] = ["<!-- cargo xtask bench: begin -->", "<!-- cargo xtask bench: end -->"];

/// Installs what is missing, measures, and writes the table, unless only a part was asked for.
pub fn run(options: &[&str]) -> Result<()> {
    let libtorch = setup::run(Need::PyTorch)?;
    let root = cargo::root();
    let own = libtorch.python.filter(|python| install::imports_torch(python));
    let python = own.unwrap_or_else(|| install::python(&root));
    if let Err(problem) = packages(&root.join(".bench"), &python) {
        say(&format!("{problem}. What needs these packages is left out"));
    }
    let mut bench = cargo::command("bench");
    bench.args(["--bench", "side_by_side", "--"]).args(options).env("BENCH_PYTHON", python);
    let output = bench.stderr(Stdio::inherit()).output().map_err(|error| format!("cargo doesn't start: {error}"))?;
    let table = String::from_utf8_lossy(&output.stdout);
    let printed = print(&table);
    if !output.status.success() {
        std::process::exit(output.status.code().unwrap_or(2));
    }
    if options.contains(&"--only") {
        return printed;
    }
    let readme = root.join("README.md");
    let text = between(&at(&readme, fs::read_to_string(&readme))?, MARKS, &table)?;
    replace(&readme, &text).and(printed)
}

/// Installs the packages for this Python into `home`, if they aren't there.
fn packages(home: &Path, python: &Path) -> Result<()> {
    let lock = lock(home)?;
    let head = format!("{} {}", manifest::digest(PINS), python.display());
    let installed = home.join("site-packages");
    if manifest::head(&installed).is_some_and(|found| found == head)
        && manifest::damage(&installed, Hashes::OfChanged).is_none()
    {
        return Ok(());
    }
    let version = python::ask(python).ok_or_else(|| format!("{} doesn't start", python.display()))?.version;
    let wanted = format!("python3 of version {}.{}", version.0, version.1);
    let installers = Installer::all(|python| python.version == version, &wanted)?;
    cleanly(home, || {
        stage(home, &lock, "what the Python peers need", installers, |installer, target| {
            installer.install(target, None, PINS).map(|()| head.clone())
        })?;
        take_place(home)
    })
}

//! The table of PyTorch's versions in notebooks-ported/README.md: what `reproduce parity` says of each.

use crate::files::{at, between, delete, replace};
use crate::install::{cleanly, enough_space, lock, stage, take_place};
use crate::setup::{self, Need};
use crate::wheel::{self, Extent};
use crate::{Result, cargo, python};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The table's place: between these two lines.
const MARKS: [&str; 2] = ["<!-- cargo xtask pytorches: begin -->", "<!-- cargo xtask pytorches: end -->"];

/// The table's first two lines.
const HEADER: &str = "\
| PyTorch | arithmetic (ATen's kernels) | numbers equal in f32 | in f64 | verdict | sums in another order |
|---|---|---|---|---|---|
";

/// Compares with PyTorch of each version, or with the Python at each path, and writes the table.
pub fn run(pythons: &[&str]) -> Result<()> {
    if let Some(wrong) = pythons.iter().find(|python| !is_version(python) && !is_path(python)) {
        return Err(format!(
            "{wrong:?} is neither a version of PyTorch, 2.0 or later, nor the path of a Python; name a version such as 2.8.0"
        ));
    }
    setup::run(Need::Libtorch)?;
    let root = cargo::root();
    let readme = root.join("notebooks-ported/README.md");
    let mut table = HEADER.to_owned();
    for python in pythons {
        // Before the first rows as well, so that none are computed for a file without a place for them.
        between(&at(&readme, fs::read_to_string(&readme))?, MARKS, &table)?;
        table += &match is_path(python) {
            true => rows(&root, Path::new(python)),
            false => rows_of_version(&root, python),
        }?;
        // After each, so that one that fails takes no other's rows away.
        let text = between(&at(&readme, fs::read_to_string(&readme))?, MARKS, &table)?;
        replace(&readme, &text)?;
    }
    Ok(())
}

fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').all(is_number)
        && text.split_once('.').is_some_and(|(major, _)| major.parse::<u32>().is_ok_and(|major| major >= 2))
}

/// A name alone is a version.
fn is_path(text: &str) -> bool {
    text.contains('/') && Path::new(text).is_file()
}

/// The rows of a version, which is there for as long as they take.
fn rows_of_version(root: &Path, version: &str) -> Result<String> {
    let around = root.join(".libtorch");
    let lock = lock(&around)?;
    let home = around.join("pytorches");
    let what = format!("PyTorch {version}");
    let python = home.join("python");
    let installed = cleanly(&home, || {
        enough_space(&around, &what, Extent::Full.megabytes())?;
        stage(&home, &lock, &what, wheel::installers(Extent::Full, |_| true)?, |installer, target| {
            wheel::full(version, installer, target, &python).map(|()| version.to_owned())
        })?;
        take_place(&home)
    });
    let rows = installed.and_then(|()| rows(root, &python.join("bin/python3")));
    delete(&home)?;
    rows
}

/// What `reproduce parity` says of this Python's PyTorch.
fn rows(root: &Path, python: &Path) -> Result<String> {
    // What isn't a Python could print without end, or never end.
    python::ask(python).ok_or_else(|| format!("{} doesn't start as a Python; name another", python.display()))?;
    let reproduce = cargo::command("run");
    let mut command = Command::new(python);
    command.arg(root.join("xtask/pytorches/rows.py")).arg(python);
    command.arg(reproduce.get_program()).args(reproduce.get_args()).args(["--quiet", "--bin", "reproduce", "--"]);
    cargo::without_our_variables(&mut command);
    let failed = |why: String| format!("{} could not be compared with: {why}", python.display());
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| failed(error.to_string()))?;
    match String::from_utf8(output.stdout) {
        Ok(rows) if output.status.success() => Ok(rows),
        _ => Err(failed(format!("{}; its own message is above", output.status))),
    }
}

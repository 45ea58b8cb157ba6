//! The table of PyTorch's versions in notebooks-ported/README.md: what `reproduce parity` says of each.

use crate::files::{at, delete};
use crate::install::{cleanly, enough_space, lock, stage, take_place};
use crate::setup::{self, Need};
use crate::wheel::{self, Extent};
use crate::{Result, cargo};
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
    setup::run(Need::Libtorch)?;
    let root = cargo::root();
    let readme = root.join("notebooks-ported/README.md");
    let mut table = HEADER.to_owned();
    for python in pythons {
        // Before the first rows as well, so that none are computed for a file without a place for them.
        replaced(&at(&readme, fs::read_to_string(&readme))?, &table)?;
        table += &match python.contains('/') {
            true => rows(&root, Path::new(python)),
            false => rows_of_version(&root, python),
        }?;
        // After each, so that one that fails takes no other's rows away.
        let text = replaced(&at(&readme, fs::read_to_string(&readme))?, &table)?;
        at(&readme, fs::write(&readme, text))?;
    }
    Ok(())
}

/// The rows of a version, which is there for as long as they take.
fn rows_of_version(root: &Path, version: &str) -> Result<String> {
    let home = root.join(".libtorch/pytorches");
    let lock = lock(&home)?;
    let what = format!("PyTorch {version}");
    let python = home.join("python");
    let installed = cleanly(&home, || {
        enough_space(&home, &what, Extent::Full.megabytes())?;
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

/// `text` with `table` between the marks.
fn replaced(text: &str, table: &str) -> Result<String> {
    let parts = text.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, after) = parts.ok_or_else(|| format!("the table has no place: expected the lines {MARKS:?}"))?;
    let [begin, end] = MARKS;
    Ok(format!("{before}{begin}\n{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_replaced_and_nothing_else() {
        let [begin, end] = MARKS;
        let text = format!("before\n{begin}\nold\n{end}\nafter\n");
        assert_eq!(replaced(&text, "new\n").expect("a place"), text.replace("old", "new"));
        assert!(replaced("no place", "new").expect_err("an error").contains("pytorches"));
    }
}

//! Jupyter as Python packages in a folder, for one Python of the machine.

use crate::files::Lock;
use crate::install::{cleanly, stage, take_place};
use crate::manifest::{self, Hashes};
use crate::pip::Installer;
use crate::say::say;
use crate::{Result, python};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version and SHA-256 of each wheel, as requirements; xtask/pins/make makes them.
const PINS: &str = include_str!("../pins/jupyter.txt");

/// The first Python that there are pins for.
const FIRST: (u32, u32) = (3, 10);

/// The Python that the Jupyter in `home` is for, if it is as it was installed and still starts there.
pub fn find(home: &Path) -> Option<PathBuf> {
    let packages = home.join("site-packages");
    let head = manifest::head(&packages)?;
    let python = PathBuf::from(head.strip_prefix(&manifest::digest(PINS))?.trim_start());
    if let Some(damage) = manifest::damage(&packages, Hashes::OfChanged) {
        say(&format!("{damage}: Jupyter is installed again"));
        return None;
    }
    imports(&packages, &python).is_ok().then_some(python)
}

/// Installs Jupyter into `home`.
pub fn install(home: &Path, lock: &Lock) -> Result<()> {
    let wanted = format!("python3 of version {}.{} or newer", FIRST.0, FIRST.1);
    let installers = Installer::all(|python| python.version >= FIRST, &wanted)?;
    cleanly(home, || {
        stage(home, lock, "JupyterLab", installers, |installer, target| {
            installer.install(target, None, PINS)?;
            let python = &installer.python.program;
            imports(&target.packages, python)
                .map_err(|problem| format!("JupyterLab was installed, but doesn't start: {problem}"))?;
            Ok(head(python))
        })?;
        take_place(home)
    })
}

/// The first line of the stamp.
fn head(python: &Path) -> String {
    format!("{} {}", manifest::digest(PINS), python.display())
}

/// Whether this Python imports what [`PINS`] is for.
fn imports(packages: &Path, python: &Path) -> Result<()> {
    let import = "import jupyterlab.labapp, nbclient, nbformat";
    python::run(command(packages, python).args(["-c", import]).current_dir("/"), python::WORK)
}

/// A Python that finds Jupyter in `packages`, and a Jupyter that finds its own files there.
pub fn command(packages: &Path, python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .env("PYTHONPATH", packages)
        .env("JUPYTER_PATH", packages.join("share/jupyter"))
        .env("JUPYTER_CONFIG_PATH", packages.join("etc/jupyter"))
        .env("JUPYTERLAB_DIR", packages.join("share/jupyter/lab"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write};

    #[test]
    fn only_these_packages_and_a_python_that_imports_them_count() {
        let home = Folder::new("jupyter");
        // `true` imports anything, `false` nothing.
        let [works, fails] = ["true", "false"].map(|name| python::programs(name).next().expect("on the PATH"));
        let found = |head: &str| {
            write(&home.join("site-packages/jupyterlab.py"), "");
            manifest::write(&home.join("site-packages"), head).expect("stamped");
            find(&home)
        };
        assert_eq!(find(&home), None);
        assert_eq!(found(&head(&fails)), None);
        assert_eq!(found(&head(&home.join("gone"))), None);
        assert_eq!(found(&head(&works).replace(|c: char| c.is_ascii_digit(), "x")), None, "other pins");
        assert_eq!(found(&head(&works)), Some(works));
        write(&home.join("site-packages/jupyterlab.py"), "damaged");
        assert_eq!(find(&home), None);
    }

    #[test]
    fn each_pin_has_a_sum() {
        let (mut pins, mut sums) = (0, 0);
        for line in PINS.lines() {
            match line.strip_prefix("    --hash=sha256:") {
                Some(_) => sums += 1,
                None => {
                    assert!(line.contains("==") && line.ends_with('\\'), "{line}");
                    pins += 1;
                }
            }
        }
        assert!(pins > 50 && sums >= pins, "{pins} {sums}");
    }
}

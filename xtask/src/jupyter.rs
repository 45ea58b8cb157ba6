//! Jupyter as Python packages in a folder, for one Python of the machine.

use crate::install::{cleanly, stage, take_place};
use crate::pip::Installer;
use crate::{Result, python};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// For reading and writing the notebook, for running it, and for opening it.
const PACKAGES: [&str; 3] = ["nbformat==5.11.1", "nbclient==0.11.0", "jupyterlab==4.6.6"];

/// The Python that the Jupyter in `home` is for, if it was installed to the end and still starts there.
pub fn find(home: &Path) -> Option<PathBuf> {
    let packages = home.join("site-packages");
    let stamp = fs::read_to_string(packages.join("complete")).ok()?;
    let (python, names) = stamp.split_once('\n')?;
    let python = PathBuf::from(python);
    (names == PACKAGES.join("\n") && imports(&packages, &python).is_ok()).then_some(python)
}

/// Installs Jupyter into `home`.
pub fn install(home: &Path, lock: &File) -> Result<()> {
    let installers = Installer::all(|_| true, "python3")?;
    cleanly(home, || {
        stage(home, lock, "JupyterLab", installers, |installer, target| {
            installer.install(target, None, &PACKAGES)?;
            let python = &installer.python.program;
            imports(&target.packages, python)
                .map_err(|problem| format!("JupyterLab was installed, but doesn't start: {problem}"))?;
            Ok(format!("{}\n{}", python.display(), PACKAGES.join("\n")))
        })?;
        take_place(home)
    })
}

/// Whether this Python imports what [`PACKAGES`] holds.
fn imports(packages: &Path, python: &Path) -> Result<()> {
    let import = "import jupyterlab.labapp, nbclient, nbformat";
    python::run(command(packages, python).args(["-c", import]))
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
        let found = |python: &Path, packages: &[&str]| {
            let stamp = format!("{}\n{}", python.display(), packages.join("\n"));
            write(&home.join("site-packages/complete"), &stamp);
            find(&home)
        };
        assert_eq!(find(&home), None);
        assert_eq!(found(&works, &PACKAGES), Some(works.clone()));
        assert_eq!(found(&fails, &PACKAGES), None);
        assert_eq!(found(&works, &PACKAGES[1..]), None);
        assert_eq!(found(&works, &[]), None);
        assert_eq!(found(&home.join("gone"), &PACKAGES), None);
    }
}

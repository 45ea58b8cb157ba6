//! evcxr_jupyter, the Rust kernel.

use crate::files::Lock;
use crate::install::cleanly;
use crate::manifest::{self, Hashes};
use crate::say::say;
use crate::{Result, cargo, python};
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = "evcxr_jupyter";
const VERSION: &str = "0.22.0";

/// The kernel of the right version: the user's own, or what an earlier set-up installed into `home`.
pub fn find(home: &Path) -> Option<PathBuf> {
    let own = python::programs(NAME).next().filter(|_| has_installed(&[]));
    own.or_else(|| installed(home))
}

/// The kernel in `home`, if it is as it was installed.
fn installed(home: &Path) -> Option<PathBuf> {
    let bin = home.join("bin");
    if !bin.exists() || !has_installed(&[Path::new("--root"), home]) {
        return None;
    }
    if let Some(damage) = manifest::damage(&bin, Hashes::OfChanged) {
        say(&format!("{damage}: {NAME} is installed again"));
        return None;
    }
    Some(bin.join(NAME))
}

/// Whether cargo has installed the kernel of the right version, where the options say.
fn has_installed(options: &[&Path]) -> bool {
    let output = Command::new(cargo::program()).args(["install", "--list"]).args(options).output();
    output.is_ok_and(|output| is_listed(&String::from_utf8_lossy(&output.stdout)))
}

/// Whether `cargo install --list` names the kernel in the right version.
fn is_listed(list: &str) -> bool {
    list.lines().any(|line| line == format!("{NAME} v{VERSION}:"))
}

/// Compiles the kernel into `home`. cargo puts it there when it is whole.
pub fn install(home: &Path, lock: &Lock) -> Result<()> {
    say(&format!("Installing {NAME} {VERSION} into {} with cargo: about 4 minutes of processor time", home.display()));
    let mut command = Command::new(cargo::program());
    // Locked: with the versions and sums that it was published with. By force: it may be there, but damaged.
    command.args(["install", NAME, "--version", VERSION, "--locked", "--force", "--root"]);
    command.arg(home).arg("--target-dir").arg(home.join("tmp"));
    // The kernel has little to compute: what it compiles is most of its work. Optimized, it takes 12 minutes to compile.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    let doesnt_start = |error| format!("cargo doesn't start: {error}");
    // As its standard input, so that it stays locked until cargo ends, even if we are killed before.
    command.stdin(lock.0.try_clone().map_err(doesnt_start)?);
    cleanly(home, || {
        let status = cargo::without_our_variables(&mut command).status();
        match status.map_err(doesnt_start)? {
            status if status.success() => manifest::write(&home.join("bin"), VERSION),
            status => Err(format!(
                "cargo could not install {NAME} {VERSION} ({status}; its own message is above). Check the \
                 network and the free disk space, then repeat the command"
            )),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write};

    #[test]
    fn a_damaged_kernel_does_not_count() {
        let home = Folder::new("kernel");
        let (bin, index) = (home.join("bin"), "registry+https://github.com/rust-lang/crates.io-index");
        write(&bin.join(NAME), "a kernel");
        write(&home.join(".crates.toml"), &format!("[v1]\n\"{NAME} {VERSION} ({index})\" = [\"{NAME}\"]\n"));
        assert_eq!(installed(&home), None, "without a list");
        manifest::write(&bin, VERSION).expect("stamped");
        assert_eq!(installed(&home), Some(bin.join(NAME)));
        write(&bin.join(NAME), "");
        assert_eq!(installed(&home), None);
    }

    #[test]
    fn only_the_right_version_is_taken() {
        let list =
            |version| format!("cargo-edit v0.13.7:\n    cargo-add\nevcxr_jupyter v{version}:\n    evcxr_jupyter\n");
        assert!(is_listed(&list(VERSION)));
        assert!(!is_listed(&list("0.21.0")));
        assert!(!is_listed(&list(&format!("{VERSION}1"))));
        assert!(!is_listed(""));
    }
}

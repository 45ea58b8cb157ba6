//! The cargo that runs us, started again.

use crate::Result;
use crate::config;
use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The first cargo that reads `include` in its configuration, as (major, minor).
const FIRST: (u32, u32) = (1, 94);

/// The folder of the workspace.
pub fn root() -> PathBuf {
    // The variable first: the path that was compiled in is wrong once the folder has moved.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// The cargo that runs us.
pub fn program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Refuses a cargo that would not read what the set-up writes.
pub fn check() -> Result<()> {
    let output = Command::new(program()).arg("--version").output();
    let output = output.map_err(|error| format!("cargo doesn't start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match parse(&text) {
        Some(found) if found < FIRST => Err(format!(
            "cargo {}.{} or newer is needed, this is {}; update with `rustup update stable`",
            FIRST.0,
            FIRST.1,
            text.trim()
        )),
        // A version that we can't read is no reason to stop.
        _ => Ok(()),
    }
}

/// (major, minor) out of `cargo 1.95.0 (f2d3ce0bd 2026-03-21)`.
fn parse(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split_whitespace().nth(1)?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Becomes `cargo VERB ARGUMENTS HANDED_ON`; exit code and signals are then cargo's own. Returns only if that fails.
pub fn hand_over(verb: &str, arguments: &[&str], handed_on: &[OsString]) -> Result<()> {
    let mut cargo = command(verb);
    cargo.args(arguments).args(handed_on);
    replace_us(cargo)
}

/// `cargo VERB` on this workspace. The folder stays the user's, so that paths in their arguments keep their meaning.
pub fn command(verb: &str) -> Command {
    let mut cargo = Command::new(program());
    cargo.arg(verb).arg("--manifest-path").arg(root().join("Cargo.toml"));
    without_our_variables(&mut cargo);
    cargo
}

/// Becomes another program; exit code and signals are then its own. Returns only if that fails.
pub fn replace_us(mut command: Command) -> Result<()> {
    without_our_variables(&mut command);
    let error = command.exec();
    let program = command.get_program().display();
    Err(format!("{program} doesn't start: {error}"))
}

/// Lets a program start without the variables that `cargo run` set for us.
pub fn without_our_variables(command: &mut Command) -> &mut Command {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_ours) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `cargo run` set this variable for us. Left in place, it would make the next cargo see another
/// environment than a plain one does, and build again.
fn is_ours(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start))
        || [config::LIBTORCH, config::CHOSEN].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_cargo_is_read() {
        assert_eq!(parse("cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n"), Some((1, 95)));
        assert_eq!(parse("cargo 1.97.0-nightly (abc 2026-05-01)"), Some((1, 97)));
        assert_eq!(parse("cargo"), None);
        assert!(parse("cargo 1.93.1") < Some(FIRST));
    }

    #[test]
    fn the_variables_of_cargo_run_are_dropped_and_no_others() {
        assert!(is_ours("CARGO_PKG_NAME") && is_ours("CARGO_MANIFEST_DIR") && is_ours("LIBTORCH"));
        assert!(!is_ours("CARGO_TARGET_DIR") && !is_ours("LIBTORCH_USE_PYTORCH") && !is_ours("CARGO_HOME"));
    }
}

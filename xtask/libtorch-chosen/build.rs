//! Says at once what to run where no libtorch was chosen, or one that doesn't serve. torch-sys says it later, and without
//! the command.

#[path = "../src/version.rs"]
mod version;

use std::env::{consts, var_os};
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for name in ["LIBTORCH", "LIBTORCH_LIB", "LIBTORCH_USE_PYTORCH"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    // torch-sys then asks Python, which takes seconds, and checks the version itself.
    if var_os("LIBTORCH_USE_PYTORCH").is_some() {
        return;
    }
    let problem = match var_os("LIBTORCH_LIB").or_else(|| var_os("LIBTORCH")) {
        Some(folder) => version::check(Path::new(&folder)).err().or_else(|| damage(Path::new(&folder))),
        None if var_os("CARGO_FEATURE_DOWNLOAD").is_some() => None,
        None => Some("no libtorch has been chosen yet".to_owned()),
    };
    let Some(problem) = problem else { return };
    println!(
        "cargo::error={problem}. Run `cargo xtask setup`, which finds or installs libtorch, or `cargo xtask reproduce`, \
         which then runs the program too. Or set LIBTORCH to the folder of a libtorch {}.",
        version::WANTED
    );
}

/// A library that hasn't the size that is in the set-up's list. The set-up compares more. cargo runs this again
/// when one of them has a newer date: it doesn't see a change whose date is old.
fn damage(folder: &Path) -> Option<String> {
    let stamp = folder.with_file_name("complete");
    let list = version::text(&stamp, 64 << 20).unwrap_or_default();
    let mut problem = None;
    let mut files = vec![stamp];
    for name in ["torch_cpu", "c10"] {
        let name = format!("lib/{}{name}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
        let file = folder.join(&name);
        let size = file.metadata().map_or(0, |found| found.len());
        let line = list.lines().find_map(|line| line.strip_suffix(&format!(" torch/{name}")));
        let installed = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
        if installed.is_some_and(|installed: u64| installed != size) {
            problem = Some(format!("{} is damaged: it has {size} bytes", file.display()));
        }
        files.push(file);
    }
    // One that is missing would run this each time.
    for file in files.iter().filter(|file| file.exists()) {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    problem
}

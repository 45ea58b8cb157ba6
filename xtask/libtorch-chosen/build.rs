//! Says at once what to run where no libtorch was chosen, or one that doesn't serve. torch-sys says it later, and without
//! the command.

#[path = "../src/version.rs"]
mod version;

use std::env::var_os;
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
        Some(folder) => version::check(Path::new(&folder)).err(),
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

//! `cargo xtask setup`: libtorch found or installed, and written where cargo reads it.

use crate::find::{self, Clues, Libtorch, Source};
use crate::manifest::Hashes;
use crate::say::say;
use crate::wheel::Extent;
use crate::{Result, cargo, config, install, python};
use std::env;
use std::path::Path;
use std::process::Command;

/// What the set-up is to provide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Need {
    /// libtorch to build and run with.
    Libtorch,
    /// Also a Python that imports torch and numpy: the one whose torch is linked, or else
    /// `.libtorch/python/bin/python3`.
    PyTorch,
}

/// As [`provide`], as each command does it.
pub fn run(need: Need) -> Result<Libtorch> {
    provide(need, Hashes::OfChanged)
}

/// Provides what is needed, and says which libtorch it is. Afterwards every cargo command in the workspace works
/// without a variable. What an earlier set-up installed and is damaged is installed again; `hashes` are compared for this.
pub fn provide(need: Need, hashes: Hashes) -> Result<Libtorch> {
    cargo::check()?;
    check_compiler()?;
    let root = cargo::root();
    let need = match install::discard_damaged(&root, hashes)? {
        Some(Extent::Full) => Need::PyTorch,
        _ => need,
    };
    let mut found = search(&root)?;
    if need == Need::PyTorch {
        let own = found.as_ref().and_then(|libtorch| libtorch.python.clone());
        let python = match own.filter(|python| install::imports_torch(python)) {
            Some(python) => python,
            None => {
                install::install(&root, Extent::Full)?;
                found = search(&root)?;
                install::python(&root)
            }
        };
        say(&format!("Python with torch and numpy: {}", python.display()));
    } else if found.is_none() {
        install::install(&root, Extent::Lean)?;
        found = search(&root)?;
    }
    let libtorch = found.ok_or("libtorch was installed, but another program has deleted it; repeat the command")?;
    check_surroundings(&libtorch.folder.join("lib"))?;
    say(&libtorch.to_string());
    let own = matches!(libtorch.source, Source::User(_));
    config::write(&root, &libtorch.folder, own)?;
    Ok(libtorch)
}

/// What there is before anything is installed.
fn search(root: &Path) -> Result<Option<Libtorch>> {
    // torch-sys asks the first Python on the PATH, under this name.
    let name = if env::var_os("VIRTUAL_ENV").is_some() { "python" } else { "python3" };
    find::search(Clues {
        libtorch: env::var_os(config::LIBTORCH),
        chosen: env::var_os(config::CHOSEN),
        use_pytorch: env::var_os("LIBTORCH_USE_PYTORCH").map(|_| python::on_path(name).next()),
        pythons: python::on_path("python3"),
        installed: install::installed(root).map(|(folder, _)| folder),
    })
}

/// Refuses what would have programs compiled for another libtorch than the chosen one, or load another.
fn check_surroundings(lib: &Path) -> Result<()> {
    if env::var_os("LIBTORCH_CXX11_ABI").is_some_and(|value| value == "0") {
        return Err("LIBTORCH_CXX11_ABI is 0, but this libtorch is built with the new C++ ABI; unset it".to_owned());
    }
    if lib.as_os_str().as_encoded_bytes().contains(&b':') {
        let lib = lib.display();
        return Err(format!(
            "{lib} has a `:`, where a program's path of libraries ends; move libtorch to another folder"
        ));
    }
    for variable in ["LIBTORCH_LIB", "LIBTORCH_INCLUDE"] {
        if env::var_os(variable).is_some() {
            return Err(format!(
                "{variable} is set, which leads to a part of another libtorch; unset it, and set LIBTORCH alone"
            ));
        }
    }
    let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    for folder in env::split_paths(&env::var_os(variable).unwrap_or_default()) {
        for library in [find::library(), find::library().replace("torch_cpu", "c10")] {
            let other = folder.join(&library);
            if other.exists() && other.canonicalize().ok() != lib.join(library).canonicalize().ok() {
                let (other, lib) = (other.display(), lib.display());
                return Err(format!(
                    "programs would load {other} instead of the one in {lib}; take its folder out of {variable}"
                ));
            }
        }
    }
    Ok(())
}

fn check_compiler() -> Result<()> {
    // A compiler that the user names is theirs to get right.
    if env::var_os("CXX").is_some() || python::run(Command::new("c++").arg("--version"), python::ANSWER).is_ok() {
        return Ok(());
    }
    Err("there is no C++ compiler (c++), which torch-sys needs. Install one (Debian, Ubuntu: apt install g++; \
         Fedora: dnf install gcc-c++; macOS: xcode-select --install), or name yours in CXX"
        .to_owned())
}

//! `cargo xtask new`: a crate of one's own that builds and runs at once with the libtorch that the set-up found.

use crate::files::{at, rust_files};
use crate::say::print;
use crate::setup::{self, Need};
use crate::{Result, cargo, config};
use std::fs;
use std::path::{Component, Path};

const PAIRS: &str = "notebooks-ported/autograd";
/// The notebook's loop in 40 lines.
const DEFAULT: &str = "10_momentum";
/// The course's exercises need the same.
const BUILD: &str = include_str!("../../notebooks-ported/course/build.rs");

/// Writes a crate at `path`, with this idiom pair as its program.
pub fn run(path: &str, pair: Option<&str>) -> Result<()> {
    let root = cargo::root();
    let program = program(&root, pair.unwrap_or(DEFAULT))?;
    let folder = std::path::absolute(path);
    let folder = folder.map_err(|error| format!("{path:?} is no folder: {error}; name a new one, such as ../mine"))?;
    check(&root, &folder)?;
    let libtorch = setup::run(Need::Libtorch)?;
    make(&folder, &libtorch.folder, &program)?;
    print(&format!("{} is ready. To run it: cd {} && cargo run\n", folder.display(), shell(path)))
}

/// A path as a shell reads it back.
fn shell(path: &str) -> String {
    match path.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c)) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

/// Refuses a folder that exists, one in this repository, and one that can't be made.
fn check(root: &Path, folder: &Path) -> Result<()> {
    let shown = folder.display();
    if folder.symlink_metadata().is_ok() {
        return Err(format!("{shown} exists already; name a folder that doesn't, and it will be made"));
    }
    // The nearest folder that exists, so that a link into the repository is seen as well.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let missing = folder.strip_prefix(there).unwrap_or(folder);
    if missing.components().any(|part| part == Component::ParentDir) {
        return Err(format!("{shown} has a `..` behind a folder that doesn't exist; write the path without it"));
    }
    if at(there, there.canonicalize())?.starts_with(root.canonicalize().unwrap_or(root.to_owned())) {
        return Err(format!(
            "{shown} is in this repository; name a folder outside it. A program of your own in here is \
             examples/mine.rs: cargo run --example mine"
        ));
    }
    // Now, since the set-up may take long.
    let made = fs::create_dir_all(folder);
    for made in folder.ancestors().take_while(|made| *made != there) {
        let _ = fs::remove_dir(made);
    }
    made.map_err(|error| {
        format!("{shown} can't be made: {error}. Name one where you may write and no file is in the way")
    })
}

/// The Rust half of a pair.
fn program(root: &Path, pair: &str) -> Result<String> {
    let pairs = root.join(PAIRS);
    let names = rust_files(&pairs)?;
    if !names.iter().any(|name| name == pair) {
        return Err(format!("there is no pair `{pair}`; there are {}", names.join(", ")));
    }
    let file = pairs.join(format!("{pair}.rs"));
    at(&file, fs::read_to_string(&file))
}

/// Makes the folder with the whole crate, or none: half a crate would be in the way of the next try.
fn make(folder: &Path, libtorch: &Path, program: &str) -> Result<()> {
    let around = folder.parent().unwrap_or(folder);
    at(folder, fs::create_dir_all(around).and_then(|()| fs::create_dir(folder)))?;
    write(folder, libtorch, program).inspect_err(|_| drop(fs::remove_dir_all(folder)))
}

fn write(folder: &Path, libtorch: &Path, program: &str) -> Result<()> {
    let path = at(libtorch, std::path::absolute(libtorch))?;
    let path = path.to_str().ok_or_else(|| format!("{} isn't UTF-8: move libtorch elsewhere", libtorch.display()))?;
    let libtorch = config::quote(path);
    let name = name(folder);
    let dependencies: String = ["anyhow", "tch", "torch-sys"].map(dependency).concat();
    let manifest = format!(
        r#"[package]
name = "{name}"
version = "0.1.0"
edition = "2024"

[dependencies]
{dependencies}
[workspace]
"#
    );
    let cargo_config = format!("[env]\nLIBTORCH = {libtorch}\n");
    let files = [
        ("Cargo.toml", manifest.as_str()),
        (".cargo/config.toml", &cargo_config),
        ("build.rs", BUILD),
        ("src/main.rs", program),
        (".gitignore", "/target\n"),
        ("README.md", README),
    ];
    for (name, text) in files {
        let file = folder.join(name);
        let parent = file.parent().unwrap_or(folder);
        at(parent, fs::create_dir_all(parent))?;
        at(&file, fs::write(&file, text))?;
    }
    Ok(())
}

/// The line of this repository's manifest that names a crate, which pins tch to the version that fits libtorch.
fn dependency(name: &str) -> String {
    let manifest = include_str!("../../Cargo.toml");
    let start = format!("{name} = ");
    manifest.lines().filter(|line| line.starts_with(&start)).map(|line| format!("{line}\n")).collect()
}

/// The folder's name, where cargo takes it for a package beside those that it needs; else `mine`.
fn name(folder: &Path) -> &str {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !["anyhow", "build", "deps", "examples", "incremental", "tch", "test", "core", "std", "alloc"]
            .contains(&name);
    if plain { name } else { "mine" }
}

const README: &str = "\
# A program of your own with tch

    cargo run

The first build takes a minute or two: it compiles tch's C++ part.

| file | what for |
|---|---|
| `Cargo.toml` | `tch` is libtorch for Rust, and `anyhow` is for errors. Each version of tch fits one version of libtorch, \
so change both or none. `torch-sys` is named because cargo tells `build.rs` where libtorch is only then. \
The empty `[workspace]` keeps this crate apart from any other around it |
| `.cargo/config.toml` | `LIBTORCH` is the folder of libtorch, with `lib` and `include` in it. If you move libtorch, change \
this line |
| `build.rs` | writes the path of libtorch's `lib` into the program, which else wouldn't find it when it runs |
| `src/main.rs` | the program: an idiom pair, to be changed as you like |
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Folder;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::PathBuf;

    #[test]
    fn an_existing_folder_one_in_the_repository_and_an_unknown_pair_are_refused() {
        let (root, scratch) = (cargo::root(), Folder::new("new"));
        assert!(check(&root, &scratch).is_err_and(|message| message.contains("exists already")));
        assert!(check(&root, &root.join("a/b")).is_err_and(|message| message.contains("examples/mine.rs")));
        assert_eq!(check(&root, &scratch.join("a/b")), Ok(()));
        let back = scratch.join("gone/../b");
        assert!(check(&root, &back).is_err_and(|message| message.contains("`..` behind a folder that doesn't exist")));
        assert!(!scratch.join("a").exists() && !scratch.join("gone").exists());
        fs::write(scratch.join("file"), "").expect("a file");
        assert!(check(&root, &scratch.join("file/b")).is_err_and(|message| message.contains("Name one where you may")));
        assert!(program(&root, "07_alias").is_err_and(|message| message.contains("07_aliasing")));
        assert!(program(&root, "../tape/src/kind").is_err());
    }

    #[test]
    fn half_a_crate_is_removed_and_what_was_there_is_not() {
        let scratch = Folder::new("half");
        let own = scratch.join("a/own");
        assert_eq!(make(&own, Path::new("/libtorch"), "fn main() {}"), Ok(()));
        assert!(own.join("src/main.rs").exists());
        assert!(make(&own, Path::new("/libtorch"), "").is_err() && own.join("src/main.rs").exists());
        let not_text = PathBuf::from(OsString::from_vec(vec![b'/', 0xff]));
        assert!(make(&scratch.join("b"), &not_text, "").is_err() && !scratch.join("b").exists());
    }

    #[test]
    fn a_path_is_quoted_where_a_shell_would_take_it_for_more() {
        for (path, quoted) in [("../mine", "../mine"), ("/tmp/n w", "'/tmp/n w'"), ("it's$(x)", r"'it'\''s$(x)'")] {
            assert_eq!(shell(path), quoted);
        }
    }

    #[test]
    fn the_crates_are_those_of_this_repository() {
        for (name, start) in [("anyhow", "anyhow = \""), ("tch", "tch = \"="), ("torch-sys", "torch-sys = \"=")] {
            assert!(dependency(name).starts_with(start) && dependency(name).lines().count() == 1, "{name}");
        }
    }

    #[test]
    fn the_name_is_one_that_cargo_takes() {
        for (folder, expected) in
            [("/a/own_crate", "own_crate"), ("/a/7", "mine"), ("/a/tch", "mine"), ("/a b/c d", "mine")]
        {
            assert_eq!(name(Path::new(folder)), expected);
        }
    }
}

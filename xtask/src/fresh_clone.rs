//! What plain cargo says where no libtorch was chosen: the work of xtask/libtorch-chosen.

use crate::scratch::{Folder, write};
use crate::{cargo, find, manifest, version};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

type Variables<'a> = &'a [(&'a str, &'a Path)];

/// A copy of the project without a set-up.
fn clone() -> Folder {
    let (root, copy) = (cargo::root(), Folder::new("fresh clone"));
    for name in ["Cargo.toml", "Cargo.lock", "build.rs", "benches", "notebooks-ported", "src", "tests", "xtask"] {
        symlink(root.join(name), copy.join(name)).expect("a link");
    }
    let config = std::fs::read_to_string(root.join(".cargo/config.toml")).expect("text");
    write(&copy.join(".cargo/config.toml"), &config);
    copy
}

/// Runs cargo in the copy, with these variables alone; whether it succeeded, and what it said.
fn cargo(copy: &Path, arguments: &[&str], variables: Variables) -> (bool, String) {
    let mut command = Command::new(cargo::program());
    cargo::without_our_variables(&mut command);
    for name in ["LIBTORCH_LIB", "LIBTORCH_USE_PYTORCH"] {
        command.env_remove(name);
    }
    command.args(arguments).arg("--locked").envs(variables.iter().copied());
    let output =
        command.env("CARGO_TARGET_DIR", copy.join("target")).current_dir(copy).output().expect("cargo to start");
    let said = [output.stderr, output.stdout].concat();
    (output.status.success(), String::from_utf8(said).expect("UTF-8"))
}

#[test]
fn plain_cargo_says_what_to_run_before_torch_sys_is_compiled() {
    let copy = clone();
    let old = copy.libtorch("old", "2.12.1+cpu");
    let empty = copy.join("empty");
    let guard: &[&str] = &["build", "--package", "libtorch-chosen"];
    let cases: [(&[&str], Variables, &str); 3] = [
        (&["run", "--bin", "reproduce"], &[], "no libtorch has been chosen yet"),
        (guard, &[("LIBTORCH", &old)], "holds libtorch 2.12.1+cpu"),
        (guard, &[("LIBTORCH", &empty)], "is no libtorch"),
    ];
    for (arguments, variables, problem) in cases {
        let (success, said) = cargo(&copy, arguments, variables);
        assert!(!success && !said.contains("Compiling torch-sys"), "{said}");
        let errors: Vec<_> = said.lines().filter(|line| line.contains("libtorch-chosen@")).collect();
        assert_eq!(errors.len(), 1, "{said}");
        for part in [problem, "`cargo xtask setup`", version::WANTED] {
            assert!(errors[0].contains(part), "no {part:?} in {said}");
        }
    }
    let right = copy.libtorch("right", version::WANTED);
    let chosen: [Variables; 3] = [
        &[("LIBTORCH", &right)],
        &[("LIBTORCH", &old), ("LIBTORCH_LIB", &right)],
        &[("LIBTORCH_USE_PYTORCH", Path::new("1"))],
    ];
    for variables in chosen {
        let (success, said) = cargo(&copy, guard, variables);
        assert!(success, "{said}");
    }
    // As the set-up leaves it; then damaged, and mended.
    let installed = copy.libtorch("packages/torch", version::WANTED);
    manifest::write(&copy.join("packages"), "lean").expect("stamped");
    let library = installed.join("lib").join(find::library());
    let build = || cargo(&copy, &["build", "--package", "libtorch-chosen", "--verbose"], &[("LIBTORCH", &installed)]);
    assert!(build().0);
    let (success, said) = build();
    assert!(success && said.contains("Fresh libtorch-chosen"), "{said}");
    for text in ["a librar", ""] {
        write(&library, text);
        let (success, said) = build();
        let problem = format!("{} is damaged: it has {} bytes. Run `cargo xtask setup`", find::library(), text.len());
        assert!(!success && said.contains(&problem), "{said}");
        write(&library, "a library");
        assert!(build().0);
    }
    let tree = ["tree", "--edges=normal,build,features", "--invert=libtorch-chosen", "--features=download-libtorch"];
    let (_, said) = cargo(&copy, &tree, &[]);
    assert!(said.contains("libtorch-chosen feature \"download\""), "{said}");
}

//! A project of its own for each test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Makes what uv would of PyTorch's wheel. It notes its requirements, and does what the file `mood` says.
pub const UV: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin:$PATH
[ "$1" = --version ] && exit
home=$(dirname "$0")/..
while [ $# -gt 0 ]; do
    case $1 in
        --target) packages=$2 ;;
        -r) cp "$2" "$home/requirements" ;;
        --require-hashes) hashes=yes ;;
    esac
    shift
done
[ "$hashes" = yes ] || exit 9
echo run >> "$home/runs"
mkdir -p "$packages/torch/lib" "$packages/torch/include/torch/csrc/api/include/torch"
echo "__version__ = 'VERSION'" > "$packages/torch/version.py"
. "$home/mood"
echo // > "$packages/torch/include/torch/csrc/api/include/torch/torch.h"
cp "$home/library" "$packages/torch/lib/LIBRARY"
"#;

pub struct Project {
    pub root: PathBuf,
    pub library: PathBuf,
}

impl Project {
    /// A project folder, and programs that the set-up finds: a Python without any package, and this uv.
    pub fn new(test: &str, uv: Option<&str>) -> Project {
        let root = std::env::temp_dir().join(format!("set-up {test} {}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for folder in ["bin", "here", "xtask", ".cargo", "tmp"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let name = format!("{}torch_cpu{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let project = Project { library: root.join(".libtorch/site-packages/torch/lib").join(&name), root };
        let venv = ["-I", "-m", "venv", "--without-pip"];
        assert!(Command::new(python()).args(venv).arg(project.root.join("venv")).status().unwrap().success());
        if let Some(uv) = uv {
            project.program("uv", &uv.replace("VERSION", version()).replace("LIBRARY", &name));
        }
        let mut compiler = Command::new("c++");
        compiler.args(["-shared", "-x", "c", "/dev/null", "-o"]).arg(project.root.join("library"));
        assert!(compiler.status().unwrap().success());
        project.mood("");
        project
    }

    pub fn program(&self, name: &str, text: &str) {
        let path = self.root.join("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn mood(&self, script: &str) {
        fs::write(self.root.join("mood"), script).unwrap();
    }

    pub fn runs(&self) -> usize {
        fs::read_to_string(self.root.join("runs")).map_or(0, |text| text.lines().count())
    }

    pub fn command(&self, options: &[&str]) -> Command {
        self.xtask(&[&["setup"], options].concat())
    }

    /// `cargo xtask`, started in the folder `here`.
    pub fn xtask(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).current_dir(self.root.join("here")).env_clear();
        command
            .env("PATH", std::env::join_paths(["bin", "venv/bin"].map(|folder| self.root.join(folder))).unwrap())
            .env("PIP_NO_INDEX", "1")
            .env("HOME", self.root.join("tmp"))
            .env("TMPDIR", self.root.join("tmp"));
        command.env("CARGO_MANIFEST_DIR", self.root.join("xtask")).env("CARGO", env!("CARGO")).env("CXX", "c++");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Its exit code, and what it said.
    pub fn set_up(&self, options: &[&str]) -> (Option<i32>, String) {
        ended(self.command(options).spawn().unwrap())
    }

    /// What there is in `.libtorch`, sorted.
    pub fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(".libtorch")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

pub fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

pub fn version() -> &'static str {
    include_str!("../../libtorch-version").trim_ascii()
}

/// The machine's python3, and not a script that chooses one.
pub fn python() -> PathBuf {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

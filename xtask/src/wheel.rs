//! What is installed out of PyTorch's wheel: a lean copy or a full one.

use crate::files::{at, change, delete, entries, keep};
use crate::pip::{Installer, Target};
use crate::python::{self, Python};
use crate::{Result, find, version};
use std::env;
use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The minor versions of Python 3 that the pinned PyTorch has wheels for.
const WHEELS: RangeInclusive<u32> = 10..=14;

/// Whether the pinned PyTorch has wheels for this system.
const HAS_WHEEL: bool = cfg!(any(
    all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"),
    all(target_os = "linux", target_env = "gnu", target_arch = "aarch64"),
    all(target_os = "macos", target_arch = "aarch64"),
));

/// Each wheel's version and SHA-256, as requirements; xtask/pins/make makes them.
const PINS: &str = include_str!("../pins/pytorch.txt");

/// The packages of a lean copy. libtorch_cpu is linked with two libraries of CUDA: the run time and the profiler's.
const LEAN: [&str; 3] = ["torch", "nvidia-cuda-runtime", "nvidia-cuda-cupti"];

/// The wheel for a lean copy where the machine's Python has none: Python won't run anything in it.
const ANY_WHEEL: u32 = 12;

/// What a Python must be able to do for `reproduce parity`.
pub const IMPORT: &str = "import torch, numpy";

/// How much of PyTorch is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// What compiling, linking and running need.
    Lean,
    /// Also what Python's `import torch` needs.
    Full,
}

impl Extent {
    /// The word in the stamp.
    pub fn word(self) -> &'static str {
        match self {
            Extent::Lean => "lean",
            Extent::Full => "full",
        }
    }

    /// The free space that installing takes, in MB: downloads, unpacked wheels and what is deleted again included.
    pub fn megabytes(self) -> u64 {
        match self {
            Extent::Lean => 2_000,
            Extent::Full => 9_000,
        }
    }
}

/// What can install such a copy with the help of a Python that is `allowed`, in the order to try.
pub fn installers(extent: Extent, allowed: impl Fn(&Python) -> bool) -> Result<Vec<Installer>> {
    if !HAS_WHEEL {
        let (os, architecture) = (env::consts::OS, env::consts::ARCH);
        return Err(format!(
            "PyTorch {} has no wheel for {os} on {architecture}, or for this C library",
            version::WANTED
        ));
    }
    match extent {
        Extent::Lean => Installer::all(allowed, "python3"),
        Extent::Full => {
            let wanted = format!("python3 of version 3.{} to 3.{}", WHEELS.start(), WHEELS.end());
            Installer::all(|python| WHEELS.contains(&python.version.1) && allowed(python), &wanted)
        }
    }
}

/// libtorch alone: the wheel and the libraries that libtorch_cpu is linked with, then less.
pub fn lean(installer: &Installer, target: &Target) -> Result<()> {
    let (_, minor) = installer.python.version;
    let minor = Some(if WHEELS.contains(&minor) { minor } else { ANY_WHEEL });
    installer.install(target, minor, &pins_of(&LEAN))?;
    prune(&target.packages)?;
    // A Python without ctypes can't tell.
    let load = "import sys\ntry: import ctypes\nexcept ImportError: sys.exit()\nctypes.CDLL(sys.argv[1])";
    let library = target.packages.join("torch/lib").join(find::library());
    python::run(python::command(&installer.python.program).args(["-I", "-c", load]).arg(library), python::WORK)
        .map_err(|problem| format!("libtorch {} was installed but can't be loaded: {problem}", version::WANTED))
}

/// The pins of these packages alone.
fn pins_of(names: &[&str]) -> String {
    let mut wanted = false;
    let lines = PINS.split_inclusive('\n').filter(|line| {
        // A requirement's other lines, one for each SHA-256, are indented.
        if let Some((name, _)) = line.split_once("==").filter(|_| !line.starts_with(' ')) {
            wanted = names.contains(&name);
        }
        wanted
    });
    lines.collect()
}

/// Deletes what neither compiling nor linking nor running needs: two thirds.
fn prune(packages: &Path) -> Result<()> {
    let kept = |name: &str| ["torch", "nvidia"].contains(&name) || name.ends_with(".dist-info");
    keep(packages, kept)?;
    let torch = packages.join("torch");
    keep(&torch, |name| ["include", "lib", "version.py"].contains(&name))?;
    let lib = torch.join("lib");
    // For CUDA and for Python. What else is there differs from system to system, and may be needed.
    let unneeded =
        ["torch_cuda", "c10_cuda", "torch_nvshmem", "caffe2_nvrtc", "torch_python", "shm", "torch_global_deps"];
    keep(&lib, |name| !unneeded.iter().any(|start| name.strip_prefix("lib").unwrap_or(name).starts_with(start)))?;
    if cfg!(target_os = "linux") {
        // libtorch.so has nothing but its needs: libtorch_cpu.so and CUDA. GNU ld, unlike LLVM's, keeps it in a program.
        let link = lib.join("libtorch.so");
        delete(&link)?;
        at(&link, symlink("libtorch_cpu.so", &link))?;
    }
    let nvidia = packages.join("nvidia");
    if nvidia.exists() {
        for part in at(&nvidia, entries(&nvidia))? {
            keep(&part, |name| name == "lib")?;
            for lib in at(&part, entries(&part))? {
                keep(&lib, |name| name.starts_with("libcudart.so") || name.starts_with("libcupti.so"))?;
            }
        }
    }
    Ok(())
}

/// All of PyTorch of this version, numpy, and a virtual environment that takes them as its packages. There are pins for the
/// wanted version alone.
pub fn full(version: &str, installer: &Installer, target: &Target, environment: &Path) -> Result<()> {
    if environment.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        // A link would have the folder that it leads to cleared.
        return change(environment, Err(io::Error::other("expected a folder or none")));
    }
    if version == version::WANTED {
        installer.install(target, None, PINS)?;
    } else {
        installer.install(target, None, &format!("numpy\ntorch=={version}\n"))?;
    }
    let Python { program, version: (major, minor), .. } = &installer.python;
    let venv = ["-I", "-m", "venv", "--without-pip", "--clear"];
    python::run(python::command(program).args(venv).arg(environment), python::WORK).map_err(|problem| {
        let program = program.display();
        format!("{program} can't make a virtual environment: {problem}. Debian, Ubuntu: apt install python3-venv")
    })?;
    // Relative, so that the project can be moved.
    let link = environment.join(format!("lib/python{major}.{minor}/site-packages/full-copy.pth"));
    at(&link, fs::write(&link, "../../../../site-packages\n"))?;
    // This also compiles the modules, once and for all.
    let mut import = python::command(&environment.join("bin/python3"));
    import.args(["-c", IMPORT]).env("PYTHONPATH", &target.packages).env_remove("PYTHONDONTWRITEBYTECODE");
    python::run(&mut import, python::WORK).map_err(|problem| {
        let program = program.display();
        format!("PyTorch {version} was installed, but {program} can't import it: {problem}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write};
    use std::fs;

    #[test]
    fn the_pins_are_of_the_wanted_version_and_have_a_sum_each() {
        let requirements = |pins: &str| -> Vec<String> {
            let lines = pins.lines().filter(|line| !line.starts_with(' '));
            lines.map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
        };
        let all = requirements(PINS);
        assert!(all.contains(&format!("torch=={}", version::WANTED)), "run xtask/pins/make: {all:?}");
        for name in ["numpy", "sympy", "nvidia-cublas"] {
            assert!(all.iter().any(|pin| pin.starts_with(&format!("{name}=="))), "{name}");
        }
        let lean = pins_of(&LEAN);
        let names: Vec<_> = requirements(&lean).iter().map(|pin| pin.split("==").next().map(str::to_owned)).collect();
        assert_eq!(names.len(), LEAN.len());
        assert!(LEAN.iter().all(|name| names.contains(&Some((*name).to_owned()))), "{names:?}");
        for line in PINS.lines().chain(lean.lines()) {
            let sum = line.trim_end_matches(" \\").strip_prefix("    --hash=sha256:");
            let is_sum = |sum: &str| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(sum.map_or(line.contains("==") && line.ends_with('\\'), is_sum), "{line}");
        }
    }

    #[test]
    fn pruning_keeps_what_compiling_linking_and_running_need() {
        let packages = Folder::new("prune");
        let kept = [
            "torch/version.py",
            "torch/include/ATen/ATen.h",
            "torch/lib/libc10.so",
            "torch/lib/libtorch_cpu.so",
            "torch/lib/libgomp.so.1",
            "torch/lib/libarm_compute.so",
            "torch-2.13.0.dist-info/METADATA",
            "nvidia/cu13/lib/libcudart.so.13",
            "nvidia/cu13/lib/libcupti.so.13",
        ];
        let deleted = [
            "torch/__init__.py",
            "torch/bin/protoc",
            "torch/lib/libtorch_cuda.so",
            "torch/lib/libtorch_cuda_linalg.so",
            "torch/lib/libc10_cuda.so",
            "torch/lib/libtorch_python.so",
            "torch/lib/libshm/alloc_info.h",
            "functorch/__init__.py",
            "bin/torchrun",
            "nvidia/cu13/include/cuda.h",
            "nvidia/cu13/lib/libnvperf_host.so",
        ];
        for file in kept.iter().chain(&deleted).chain(&["torch/lib/libtorch.so"]) {
            write(&packages.join(file), file);
        }
        prune(&packages).expect("pruned");
        for file in kept {
            assert_eq!(fs::read_to_string(packages.join(file)).ok().as_deref(), Some(file));
        }
        for file in deleted {
            assert!(!packages.join(file).exists(), "{file}");
        }
        assert!(!packages.join("nvidia/cu13/include").exists());
        if cfg!(target_os = "linux") {
            let link = fs::read_to_string(packages.join("torch/lib/libtorch.so"));
            assert_eq!(link.ok().as_deref(), Some("torch/lib/libtorch_cpu.so"));
        }
    }
}

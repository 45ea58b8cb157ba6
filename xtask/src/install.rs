//! libtorch as a Python wheel in `.libtorch`, a folder of the project that git ignores:
//!
//! ```text
//! .libtorch/site-packages/torch      libtorch: lib, include, version.py
//! .libtorch/site-packages/nvidia     the libraries of NVIDIA that libtorch_cpu.so is linked with
//! .libtorch/site-packages/complete   written last: `lean` or `full`
//! .libtorch/python/bin/python3       after `cargo xtask setup --pytorch`: a Python that imports torch
//! ```
//!
//! A *lean* copy has what compiling, linking and running need. A *full* one is also what Python imports. It takes the
//! lean one's place under the same path, so nothing that was compiled with that has to be compiled again, and Python
//! loads the very file that tch does. The Python is a virtual environment over one of the machine's own; the full copy
//! is made of the wheels for just that version, whatever version the lean copy's wheel was for.

use crate::pip::Installer;
use crate::python::{self, Python};
use crate::{Result, find, version};
use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::RangeInclusive;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The minor versions of Python 3 that the pinned PyTorch has wheels for.
const WHEELS: RangeInclusive<u32> = 10..=14;

/// The wheel for a lean copy where the machine's Python has none: Python won't run anything in it.
const ANY_WHEEL: u32 = 12;

/// How much of PyTorch is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// What compiling, linking and running need.
    Lean,
    /// Also what Python's `import torch` needs.
    Full,
}

impl Extent {
    /// The word in the stamp.
    fn word(self) -> &'static str {
        match self {
            Extent::Lean => "lean",
            Extent::Full => "full",
        }
    }

    /// The free space that installing takes, in MB: downloads, unpacked wheels and what is deleted again included.
    fn megabytes(self) -> u64 {
        match self {
            Extent::Lean => 2_000,
            Extent::Full => 9_000,
        }
    }
}

/// The folder that holds everything.
fn home(root: &Path) -> PathBuf {
    root.join(".libtorch")
}

/// The Python that imports the full copy.
pub fn python(root: &Path) -> PathBuf {
    home(root).join("python/bin/python3")
}

/// libtorch's folder, and how much of PyTorch is there, where an earlier set-up installed it to the end.
pub fn installed(root: &Path) -> Option<(PathBuf, Extent)> {
    let packages = home(root).join("site-packages");
    let stamp = fs::read_to_string(packages.join("complete")).ok()?;
    let extent = [Extent::Lean, Extent::Full]
        .into_iter()
        .find(|extent| extent.word() == stamp)?;
    let folder = packages.join("torch");
    find::check(&folder).ok().map(|_| (folder, extent))
}

/// Whether this Python imports what `reproduce parity` uses.
pub fn imports_torch(python: &Path) -> bool {
    python::runs(Command::new(python).args(["-c", "import torch, numpy"]))
}

/// Installs what is missing. One set-up installs at a time; another waits.
pub fn install(root: &Path, extent: Extent) -> Result<()> {
    let home = home(root);
    at(&home, fs::create_dir_all(&home))?;
    let lock = lock(&home.join("lock"))?;
    let enough =
        |(_, found)| found >= extent && (extent == Extent::Lean || imports_torch(&python(root)));
    if installed(root).is_some_and(enough) {
        return Ok(());
    }
    // What an interrupted set-up left is deleted first, and what a failed one leaves at once.
    let deleted = || {
        ["staging", "old", "tmp"]
            .iter()
            .try_for_each(|rest| delete(&home.join(rest)))
    };
    deleted()?;
    enough_space(&home, extent)?;
    let result = fill(&home, extent, &lock).and_then(|()| take_place(&home));
    result.and(deleted())
}

/// Makes a whole copy in `staging`, its stamp last.
fn fill(home: &Path, extent: Extent, lock: &File) -> Result<()> {
    // Our own virtual environment may be active, but can't be replaced with its own help.
    let canonical = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let other = |python: &Python| !python.program.starts_with(&canonical);
    let installers = match extent {
        Extent::Lean => Installer::all(other, "python3")?,
        Extent::Full => {
            let wanted = format!(
                "python3 of version 3.{} to 3.{}",
                WHEELS.start(),
                WHEELS.end()
            );
            Installer::all(
                |python| other(python) && WHEELS.contains(&python.version.1),
                &wanted,
            )?
        }
    };
    let (staging, temporary) = (home.join("staging"), home.join("tmp"));
    let mut result = Ok(());
    for installer in installers {
        eprintln!(
            "Installing PyTorch {} ({}) into {} with {installer}",
            version::WANTED,
            extent.word(),
            home.display()
        );
        delete(&staging)?;
        at(&temporary, fs::create_dir_all(&temporary))?;
        let install = |what: &[&str]| installer.install(&staging, &temporary, lock, what);
        result = match extent {
            Extent::Lean => lean(&staging, &installer, install),
            Extent::Full => full(home, &staging, &installer, install),
        };
        if result.is_ok() {
            break;
        }
    }
    result?;
    let stamp = staging.join("complete");
    at(&stamp, fs::write(&stamp, extent.word()))
}

/// libtorch alone: the wheel without its dependencies, then the libraries that libtorch_cpu is linked with, then less.
fn lean(
    staging: &Path,
    installer: &Installer,
    install: impl Fn(&[&str]) -> Result<()>,
) -> Result<()> {
    let (_, minor) = installer.python.version;
    let minor = if WHEELS.contains(&minor) {
        minor
    } else {
        ANY_WHEEL
    };
    let wheel = format!("--python-version=3.{minor}");
    let torch = format!("torch=={}", version::WANTED);
    install(&[&wheel, "--no-deps", &torch])?;
    if let Some(cuda) = linked_cuda(staging)? {
        install(&[&wheel, &cuda])?;
    }
    prune(staging)?;
    let library = staging.join("torch/lib").join(find::library());
    // A Python without ctypes can't tell.
    let load =
        "import sys\ntry: import ctypes\nexcept ImportError: sys.exit()\nctypes.CDLL(sys.argv[1])";
    if python::runs(
        Command::new(&installer.python.program)
            .args(["-c", load])
            .arg(&library),
    ) {
        return Ok(());
    }
    Err(format!(
        "the {} of torch {} can't be loaded on this system; set LIBTORCH to one that can",
        find::library(),
        version::WANTED
    ))
}

/// The requirement for the CUDA libraries that libtorch_cpu is linked with (the run time and the profiler's), out of
/// the wheel's own list, so that their versions are written nowhere else. None for a wheel without CUDA.
fn linked_cuda(packages: &Path) -> Result<Option<String>> {
    let metadata = packages
        .join(format!("torch-{}.dist-info", version::WANTED))
        .join("METADATA");
    let text = at(&metadata, fs::read_to_string(&metadata))?;
    Ok(if cfg!(target_os = "linux") {
        cuda_requirement(&text)
    } else {
        None
    })
}

/// `cuda-toolkit[cublas,cudart,…]==13.0.3; platform_system == "Linux"`, with the two extras that are needed.
fn cuda_requirement(metadata: &str) -> Option<String> {
    let (_, version) = metadata.lines().find_map(|line| {
        line.strip_prefix("Requires-Dist: cuda-toolkit[")?
            .split_once(']')
    })?;
    let version = version.split(';').next()?.trim();
    Some(format!("cuda-toolkit[cudart,cupti]{version}"))
}

/// Deletes what neither compiling nor linking nor running needs: two thirds.
fn prune(packages: &Path) -> Result<()> {
    let kept = |name: &str| ["torch", "nvidia"].contains(&name) || name.ends_with(".dist-info");
    keep(packages, kept)?;
    let torch = packages.join("torch");
    keep(&torch, |name| {
        ["include", "lib", "version.py"].contains(&name)
    })?;
    let lib = torch.join("lib");
    // For CUDA and for Python. What else is there differs from system to system, and may be needed.
    let unneeded = [
        "torch_cuda",
        "c10_cuda",
        "torch_nvshmem",
        "caffe2_nvrtc",
        "torch_python",
        "shm",
        "torch_global_deps",
    ];
    keep(&lib, |name| {
        !unneeded
            .iter()
            .any(|start| name.strip_prefix("lib").unwrap_or(name).starts_with(start))
    })?;
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
            keep(&part.join("lib"), |name| {
                name.starts_with("libcudart.so") || name.starts_with("libcupti.so")
            })?;
        }
    }
    Ok(())
}

/// All of PyTorch, numpy, and a virtual environment that has them as its packages.
fn full(
    home: &Path,
    staging: &Path,
    installer: &Installer,
    install: impl Fn(&[&str]) -> Result<()>,
) -> Result<()> {
    install(&[&format!("torch=={}", version::WANTED), "numpy"])?;
    let environment = home.join("python");
    let venv = ["-m", "venv", "--without-pip", "--clear"];
    if !python::runs(
        Command::new(&installer.python.program)
            .args(venv)
            .arg(&environment),
    ) {
        return Err(format!(
            "{} can't make a virtual environment; install its module venv (Debian, Ubuntu: apt install python3-venv)",
            installer.python.program.display()
        ));
    }
    let (major, minor) = installer.python.version;
    let link = environment.join(format!(
        "lib/python{major}.{minor}/site-packages/full-copy.pth"
    ));
    at(&link, fs::write(&link, "../../../../site-packages\n"))?;
    let python = environment.join("bin/python3");
    // This also compiles the modules, once and for all.
    let mut import = Command::new(&python);
    import
        .args(["-c", "import torch, numpy"])
        .env("PYTHONPATH", staging)
        .env_remove("PYTHONDONTWRITEBYTECODE");
    if python::runs(&mut import) {
        return Ok(());
    }
    Err(format!(
        "PyTorch {} was installed, but {} can't import it",
        version::WANTED,
        installer.python.program.display()
    ))
}

/// Puts the staged copy where the old one is.
fn take_place(home: &Path) -> Result<()> {
    let packages = home.join("site-packages");
    if packages.exists() {
        at(&packages, fs::rename(&packages, home.join("old")))?;
    }
    at(&packages, fs::rename(home.join("staging"), &packages))
}

/// Holds the lock as long as the file is open, in us or in a program that we hand it to.
fn lock(path: &Path) -> Result<File> {
    let file = at(path, File::create(path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("Waiting for another set-up to end ({})", path.display());
            at(path, file.lock())?;
        }
        // A file system without locks: two set-ups at once is the user's to avoid.
        Err(TryLockError::Error(_)) => {}
    }
    Ok(file)
}

/// Refuses to begin where the disk is too full; says nothing where `df` doesn't tell.
fn enough_space(home: &Path, extent: Extent) -> Result<()> {
    let output = Command::new("df").arg("-Pk").arg(home).output();
    let free = output
        .ok()
        .and_then(|output| free_megabytes(&String::from_utf8_lossy(&output.stdout)));
    match free {
        Some(free) if free < extent.megabytes() => Err(format!(
            "{} has {free} MB of free space, but installing PyTorch {} takes {} MB: make room, or set LIBTORCH to a libtorch elsewhere",
            home.display(),
            version::WANTED,
            extent.megabytes()
        )),
        _ => Ok(()),
    }
}

/// The free space in the answer of `df -Pk`: the number before the percentage.
fn free_megabytes(answer: &str) -> Option<u64> {
    let fields: Vec<&str> = answer.lines().last()?.split_whitespace().collect();
    let percentage = fields.iter().position(|field| field.ends_with('%'))?;
    let kilobytes: u64 = fields.get(percentage.checked_sub(1)?)?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// What a folder holds.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect()
}

/// Deletes from a folder what isn't to be kept, by name.
fn keep(folder: &Path, kept: impl Fn(&str) -> bool) -> Result<()> {
    for path in at(folder, entries(folder))? {
        if !path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(&kept)
        {
            delete(&path)?;
        }
    }
    Ok(())
}

/// Deletes a file or a folder that may be there.
fn delete(path: &Path) -> Result<()> {
    let deleted = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    at(path, deleted)
}

/// Says where a file operation failed.
fn at<T>(path: &Path, result: io::Result<T>) -> Result<T> {
    result.map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write};

    /// A project folder whose copy is whole but for the stamp.
    fn unstamped(test: &str) -> (Folder, PathBuf) {
        let root = Folder::new(test);
        root.libtorch(".libtorch/site-packages/torch", version::WANTED);
        let stamp = root.join(".libtorch/site-packages/complete");
        (root, stamp)
    }

    #[test]
    fn only_a_stamped_copy_counts() {
        let (root, stamp) = unstamped("stamp");
        assert_eq!(installed(&root), None);
        for (word, extent) in [
            ("lean", Some(Extent::Lean)),
            ("full", Some(Extent::Full)),
            ("le", None),
            ("", None),
        ] {
            write(&stamp, word);
            assert_eq!(installed(&root).map(|(_, extent)| extent), extent, "{word}");
        }
        write(&stamp, "lean");
        let (folder, _) = installed(&root).expect("a copy");
        fs::remove_file(folder.join("lib").join(find::library())).expect("a library");
        assert_eq!(installed(&root), None);
    }

    #[test]
    fn a_copy_of_another_version_does_not_count() {
        let (root, stamp) = unstamped("other version");
        write(&stamp, "full");
        assert!(installed(&root).is_some());
        root.libtorch(".libtorch/site-packages/torch", "2.12.0");
        assert_eq!(installed(&root), None);
    }

    #[test]
    fn a_whole_copy_is_not_installed_again() {
        let (root, stamp) = unstamped("again");
        write(&stamp, "full");
        let before = stamp
            .metadata()
            .and_then(|data| data.modified())
            .expect("a time");
        install(&root, Extent::Lean).expect("nothing to do");
        assert_eq!(
            stamp
                .metadata()
                .and_then(|data| data.modified())
                .expect("a time"),
            before
        );
        assert!(Extent::Full > Extent::Lean);
    }

    #[test]
    fn the_new_copy_takes_the_place_of_the_old_one() {
        let home = Folder::new("place");
        write(&home.join("staging/complete"), "lean");
        take_place(&home).expect("first");
        assert_eq!(
            fs::read_to_string(home.join("site-packages/complete")).expect("text"),
            "lean"
        );
        write(&home.join("staging/complete"), "full");
        take_place(&home).expect("second");
        assert_eq!(
            fs::read_to_string(home.join("site-packages/complete")).expect("text"),
            "full"
        );
        assert!(!home.join("staging").exists());
    }

    #[test]
    fn the_second_to_lock_waits_for_the_first() {
        let home = Folder::new("lock");
        let path = home.join("lock");
        let first = lock(&path).expect("free");
        let child = first
            .try_clone()
            .expect("a handle, as a child would hold it");
        let second = File::create(&path).expect("the file");
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(
            matches!(second.try_lock(), Err(TryLockError::WouldBlock)),
            "the child still holds it"
        );
        drop(child);
        assert!(second.try_lock().is_ok());
    }

    #[test]
    fn the_requirement_for_cuda_is_the_wheels_own() {
        let metadata = "Name: torch\nRequires-Dist: jinja2\n\
            Requires-Dist: cuda-toolkit[cublas,cudart,cupti,nvtx]==13.0.3; platform_system == \"Linux\"\n\
            Requires-Dist: cuda-bindings<14; platform_system == \"Linux\"\n";
        assert_eq!(
            cuda_requirement(metadata).as_deref(),
            Some("cuda-toolkit[cudart,cupti]==13.0.3")
        );
        assert_eq!(cuda_requirement("Requires-Dist: jinja2\n"), None);
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
        for file in kept
            .iter()
            .chain(&deleted)
            .chain(&["torch/lib/libtorch.so"])
        {
            write(&packages.join(file), file);
        }
        prune(&packages).expect("pruned");
        for file in kept {
            assert_eq!(
                fs::read_to_string(packages.join(file)).ok().as_deref(),
                Some(file)
            );
        }
        for file in deleted {
            assert!(!packages.join(file).exists(), "{file}");
        }
        if cfg!(target_os = "linux") {
            let link = fs::read_to_string(packages.join("torch/lib/libtorch.so"));
            assert_eq!(link.ok().as_deref(), Some("torch/lib/libtorch_cpu.so"));
        }
    }

    #[test]
    fn the_free_space_is_read_from_df() {
        let answer = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
            my disk          263174212 20971520  76546048      22% /a 50% folder\n";
        assert_eq!(free_megabytes(answer), Some(76546048 / 1024));
        assert_eq!(free_megabytes(""), None);
        assert_eq!(free_megabytes("df: no such file"), None);
    }
}

//! libtorch as a Python wheel in `.libtorch`, a folder of the project that git ignores:
//!
//! ```text
//! .libtorch/site-packages/torch      libtorch: lib, include, version.py
//! .libtorch/site-packages/nvidia     the libraries of NVIDIA that libtorch_cpu.so is linked with
//! .libtorch/site-packages/complete   written last: `lean` or `full`, and the list of what was installed
//! .libtorch/python/bin/python3       after `cargo xtask setup --pytorch`: a Python that imports torch
//! ```
//!
//! A *lean* copy has what compiling, linking and running need. A *full* one is also what Python imports. It takes the
//! lean one's place under the same path, so that Python loads the very file that tch does. Its libraries are newer, so the
//! next build compiles torch-sys again. The Python is a virtual environment over one of the machine's own; the full copy
//! is made of the wheels for just that version, whatever version the lean copy's wheel was for.

use crate::files::{Lock, at, change, delete, open_lock, sign};
use crate::manifest::{self, Hashes};
use crate::pip::{Installer, Target};
use crate::say::say;
use crate::wheel::{self, Extent};
use crate::{Result, find, python, version};
use std::fs::{self, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let extent = extent(&packages)?;
    let folder = packages.join("torch");
    find::check(&folder).ok().map(|_| (folder, extent))
}

/// How much of PyTorch a stamp says that there is.
fn extent(packages: &Path) -> Option<Extent> {
    let word = manifest::head(packages)?;
    [Extent::Lean, Extent::Full].into_iter().find(|extent| extent.word() == word)
}

/// Deletes the copy if it isn't as it was installed, and says so. How much of PyTorch it was, as far as it tells.
pub fn discard_damaged(root: &Path, hashes: Hashes) -> Result<Option<Extent>> {
    let home = home(root);
    let packages = home.join("site-packages");
    let damage = || is_there(&packages).then(|| manifest::damage(&packages, hashes)).flatten();
    if damage().is_none() {
        // Another set-up may be at work with what looks left over.
        if RESTS.iter().any(|rest| is_there(&home.join(rest)))
            && let Ok(lock) = open_lock(&home.join("lock"))
            && lock.try_lock().is_ok()
            && let Err(problem) = clean(&home)
        {
            say(&problem);
        }
        return Ok(None);
    }
    // Another set-up may just have put a new copy there.
    let _lock = lock(&home)?;
    let Some(damage) = damage() else { return Ok(None) };
    say(&format!("{damage}: this copy is deleted, and installed again if it is needed"));
    // A list that is damaged doesn't tell; a lean copy has nothing for Python.
    let has_python_half = packages.join("torch/__init__.py").exists();
    let extent = extent(&packages).or(has_python_half.then_some(Extent::Full));
    cleanly(&home, || change(&packages, fs::rename(&packages, home.join("old"))))?;
    Ok(extent)
}

/// Whether this Python imports what `reproduce parity` uses.
pub fn imports_torch(python: &Path) -> bool {
    python::run(python::command(python).args(["-c", wheel::IMPORT]), python::WORK).is_ok()
}

/// Installs what is missing. One set-up installs at a time; another waits.
pub fn install(root: &Path, extent: Extent) -> Result<()> {
    let home = home(root);
    let lock = lock(&home)?;
    if suffices(root, extent) {
        return Ok(());
    }
    let whole = || {
        let what = format!("PyTorch {}", version::WANTED);
        enough_space(&home, &what, extent.megabytes())
            .and_then(|()| fill(&home, extent, &lock))
            .and_then(|()| take_place(&home))
    };
    cleanly(&home, whole).map_err(|problem| match extent {
        Extent::Lean => format!("{problem}. Or set LIBTORCH to a libtorch {}", version::WANTED),
        Extent::Full => problem,
    })
}

/// Deletes what an interrupted set-up left before `work`, and what a failed one leaves after it.
pub fn cleanly(home: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let result = clean(home).and_then(|()| work());
    result.and(clean(home))
}

/// What there is in the folder only while something is installed.
const RESTS: [&str; 4] = ["staging", "old", "tmp", "pytorches"];

fn clean(home: &Path) -> Result<()> {
    RESTS.iter().try_for_each(|rest| delete(&home.join(rest)))
}

/// Whether a path is taken, if only by a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether what is there is enough; a full copy only with a Python that still imports it.
fn suffices(root: &Path, extent: Extent) -> bool {
    match (installed(root), extent) {
        (Some(_), Extent::Lean) => true,
        (Some((_, Extent::Full)), Extent::Full) => imports_torch(&python(root)),
        _ => false,
    }
}

/// Makes a whole copy in `staging`, its stamp last.
fn fill(home: &Path, extent: Extent, lock: &Lock) -> Result<()> {
    // Our own virtual environment may be active, but can't be replaced with its own help.
    let canonical = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let installers = wheel::installers(extent, |python| !python.program.starts_with(&canonical))?;
    let what = format!("PyTorch {} ({})", version::WANTED, extent.word());
    stage(home, lock, &what, installers, |installer, target| {
        match extent {
            Extent::Lean => wheel::lean(installer, target)?,
            Extent::Full => wheel::full(version::WANTED, installer, target, &home.join("python"))?,
        }
        Ok(extent.word().to_owned())
    })
}

/// Has the first installer that can make a whole copy in `staging`. `make` gives the first line of its stamp.
pub fn stage(
    home: &Path,
    lock: &Lock,
    what: &str,
    installers: Vec<Installer>,
    make: impl Fn(&Installer, &Target) -> Result<String>,
) -> Result<()> {
    let target =
        Target { packages: home.join("staging"), temporary: home.join("tmp"), lock: at(home, lock.0.try_clone())? };
    let mut result: Result<_> = Ok(String::new());
    for installer in installers {
        if let Err(problem) = &result {
            say(problem);
        }
        say(&format!("Installing {what} into {} with {installer}", home.display()));
        delete(&target.packages)?;
        change(&target.temporary, fs::create_dir_all(&target.temporary))?;
        result = make(&installer, &target);
        if result.is_ok() {
            break;
        }
    }
    manifest::write(&target.packages, &result?)
}

/// Puts the staged copy where the old one is.
pub fn take_place(home: &Path) -> Result<()> {
    let packages = home.join("site-packages");
    if is_there(&packages) {
        change(&packages, fs::rename(&packages, home.join("old")))?;
    }
    change(&packages, fs::rename(home.join("staging"), &packages))
}

/// Makes the folder `home` and locks it.
pub fn lock(home: &Path) -> Result<Lock> {
    change(home, fs::create_dir_all(home))?;
    let path = &home.join("lock");
    let file = open_lock(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = version::text(path, 100).filter(|holder| !holder.is_empty());
            let holder = holder.as_deref().unwrap_or("unknown process");
            say(&format!("Another set-up ({holder}) is installing; this one waits until it has ended"));
            at(path, file.lock())?;
        }
        // A file system without locks: two set-ups at once is the user's to avoid.
        Err(TryLockError::Error(_)) => {}
    }
    sign(&file, &format!("process {}", std::process::id()));
    Ok(Lock(file))
}

/// Refuses to begin where the disk is too full; says nothing where `df` doesn't tell.
pub fn enough_space(home: &Path, what: &str, megabytes: u64) -> Result<()> {
    let output = python::output(Command::new("df").arg("-Pk").arg(home), python::ANSWER);
    let free = output.ok().and_then(|output| free_megabytes(&String::from_utf8_lossy(&output.stdout)));
    match free {
        Some(free) if free < megabytes => Err(format!(
            "{} has {free} MB of free space, but installing {what} takes {megabytes} MB: make room",
            home.display()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Folder, write};
    use std::os::unix::fs::symlink;

    /// A project folder whose copy is whole but for the stamp, and what stamps it.
    fn unstamped(test: &str) -> (Folder, impl Fn(&str)) {
        let root = Folder::new(test);
        root.libtorch(".libtorch/site-packages/torch", version::WANTED);
        let packages = root.join(".libtorch/site-packages");
        (root, move |word: &str| manifest::write(&packages, word).expect("stamped"))
    }

    #[test]
    fn a_damaged_copy_goes_and_a_sound_one_stays() {
        let (root, stamp) = unstamped("damaged");
        let discarded = |hashes| discard_damaged(&root, hashes).expect("no error");
        let library = root.join(".libtorch/site-packages/torch/lib").join(find::library());
        stamp("full");
        assert_eq!(discarded(Hashes::All), None);
        assert!(library.exists());
        write(&library, "");
        assert_eq!(discarded(Hashes::OfChanged), Some(Extent::Full));
        let left: Vec<_> =
            fs::read_dir(home(&root)).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["lock"]);
        assert_eq!(discarded(Hashes::OfChanged), None, "there is none any more");
        // As set-ups left it before there were lists.
        root.libtorch(".libtorch/site-packages/torch", version::WANTED);
        write(&root.join(".libtorch/site-packages/torch/__init__.py"), "");
        write(&root.join(".libtorch/site-packages/complete"), "full");
        assert_eq!(discarded(Hashes::OfChanged), Some(Extent::Full));
        assert!(!library.exists());
        // A link that leads nowhere, and what was left beside no copy or a sound one.
        let packages = root.join(".libtorch/site-packages");
        symlink("/nowhere", &packages).expect("a link");
        write(&home(&root).join("staging/a"), "");
        assert_eq!(discarded(Hashes::OfChanged), None);
        assert!(packages.symlink_metadata().is_err() && !home(&root).join("staging").exists());
        root.libtorch(".libtorch/site-packages/torch", version::WANTED);
        stamp("lean");
        write(&home(&root).join("staging/a"), "");
        let lock = lock(&home(&root)).expect("free");
        assert_eq!(discarded(Hashes::OfChanged), None);
        assert!(home(&root).join("staging").exists(), "another set-up is at work");
        drop(lock);
        assert_eq!(discarded(Hashes::OfChanged), None);
        assert!(!home(&root).join("staging").exists());
    }

    #[test]
    fn what_is_in_the_way_is_named_with_what_to_do_and_left_as_it_is() {
        let home = Folder::new("in the way");
        let other = home.join("other");
        write(&other, "text");
        let path = home.join("lock");
        let refused = |home: &Path| {
            let problem = lock(home).expect_err("in the way");
            assert!(problem.contains("Make it writable or delete it, then repeat the command"), "{problem}");
        };
        symlink(&other, &path).expect("a link");
        refused(&home);
        assert_eq!(fs::read_to_string(&other).expect("text"), "text");
        fs::remove_file(&path).expect("a link");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        refused(&home);
        fs::remove_file(&path).expect("a pipe");
        fs::create_dir(&path).expect("a folder");
        refused(&home);
        refused(&other);
        symlink("/nowhere/folder", home.join("nowhere")).expect("a link");
        refused(&home.join("nowhere"));
    }

    #[test]
    fn what_an_interrupted_or_failed_set_up_leaves_is_deleted() {
        let home = Folder::new("left over");
        let rests = || ["staging", "old", "tmp"].map(|rest| home.join(rest).exists());
        for rest in ["staging/torch/a", "old/torch/a", "tmp/a", "site-packages/a"] {
            write(&home.join(rest), "");
        }
        cleanly(&home, || {
            assert_eq!(rests(), [false; 3]);
            Ok(())
        })
        .expect("no error");
        let failed = cleanly(&home, || {
            write(&home.join("staging/torch/a"), "");
            write(&home.join("tmp/a"), "");
            Err("the disk is full".to_owned())
        });
        assert_eq!((failed, rests()), (Err("the disk is full".to_owned()), [false; 3]));
        assert!(home.join("site-packages/a").exists());
    }

    #[test]
    fn only_a_stamped_copy_counts() {
        let (root, stamp) = unstamped("stamp");
        assert_eq!(installed(&root), None);
        for (word, extent) in [("lean", Some(Extent::Lean)), ("full", Some(Extent::Full)), ("le", None), ("", None)] {
            stamp(word);
            assert_eq!(installed(&root).map(|(_, extent)| extent), extent, "{word}");
        }
        stamp("lean");
        let (folder, _) = installed(&root).expect("a copy");
        fs::remove_file(folder.join("lib").join(find::library())).expect("a library");
        assert_eq!(installed(&root), None);
    }

    #[test]
    fn a_copy_of_another_version_does_not_count() {
        let (root, stamp) = unstamped("other version");
        stamp("full");
        assert!(installed(&root).is_some());
        root.libtorch(".libtorch/site-packages/torch", "2.12.0");
        assert_eq!(installed(&root), None);
    }

    #[test]
    fn what_suffices_is_not_installed_again() {
        let (root, stamp) = unstamped("again");
        let link = python(&root);
        // `true` imports anything.
        let program = python::programs("true").next().expect("true on the PATH");
        fs::create_dir_all(link.parent().expect("a parent")).expect("a folder");
        symlink(program, &link).expect("a link");
        let suffices = || [Extent::Lean, Extent::Full].map(|extent| suffices(&root, extent));
        assert_eq!(suffices(), [false, false]);
        stamp("lean");
        assert_eq!(suffices(), [true, false]);
        stamp("full");
        assert_eq!(suffices(), [true, true]);
        // The machine's Python has gone, and with it what its virtual environment links.
        fs::remove_file(&link).expect("a program");
        assert_eq!(suffices(), [true, false]);
    }

    #[test]
    fn the_new_copy_takes_the_place_of_the_old_one() {
        let home = Folder::new("place");
        write(&home.join("staging/complete"), "lean");
        take_place(&home).expect("first");
        assert_eq!(fs::read_to_string(home.join("site-packages/complete")).expect("text"), "lean");
        write(&home.join("staging/complete"), "full");
        take_place(&home).expect("second");
        assert_eq!(fs::read_to_string(home.join("site-packages/complete")).expect("text"), "full");
        assert!(!home.join("staging").exists());
        delete(&home.join("old")).expect("the old one");
        delete(&home.join("site-packages")).expect("the new one");
        symlink("/nowhere", home.join("site-packages")).expect("a link");
        write(&home.join("staging/complete"), "lean");
        take_place(&home).expect("in the place of a link that leads nowhere");
    }

    #[test]
    fn the_second_to_lock_waits_for_the_first() {
        let home = Folder::new("lock");
        let path = home.join("lock");
        let first = lock(&home).expect("free");
        let _left_behind = first.0.try_clone().expect("a handle, as a child would hold it");
        assert_eq!(fs::read_to_string(&path).ok(), Some(format!("process {}", std::process::id())));
        let second = open_lock(&path).expect("the file");
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(second.try_lock().is_ok());
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

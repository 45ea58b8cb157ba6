//! Where libtorch is looked for, and in which order.

use crate::Result;
use crate::python::Python;
use crate::version;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// A libtorch of the right version.
#[derive(Debug)]
pub struct Libtorch {
    /// The folder that holds `lib` and `include`.
    pub folder: PathBuf,
    /// With its build tag: `2.13.0+cu130`.
    pub version: String,
    /// The Python whose package torch it is, where that is how it was found.
    pub python: Option<PathBuf>,
    /// Why this one.
    pub source: Source,
}

/// How a libtorch was found.
#[derive(Debug, PartialEq)]
pub enum Source {
    /// The user set this variable.
    User(&'static str),
    /// It is the package torch of a Python on the PATH.
    Python,
    /// The set-up put it into the project's folder, now or earlier.
    Installed,
    /// An earlier set-up found it, in a Python that is no longer on the PATH.
    Earlier,
}

impl fmt::Display for Libtorch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "libtorch {} in {} (", self.version, self.folder.display())?;
        match (&self.source, &self.python) {
            (Source::User(variable), _) => write!(f, "your {variable})"),
            (Source::Python, Some(python)) => write!(f, "the torch of {})", python.display()),
            (Source::Python, None) => write!(f, "a Python's torch)"),
            (Source::Installed, _) => write!(f, "installed by the set-up)"),
            (Source::Earlier, _) => write!(f, "found by an earlier set-up)"),
        }
    }
}

/// What the search starts from. The Pythons are asked only when their turn comes.
pub struct Clues<Pythons> {
    /// `LIBTORCH`, from the user or from libtorch.toml.
    pub libtorch: Option<OsString>,
    /// The variable that says that libtorch.toml's `LIBTORCH` is the set-up's choice.
    pub chosen: Option<OsString>,
    /// Where `LIBTORCH_USE_PYTORCH` is set: the Python that torch-sys will then ask, if it starts.
    pub use_pytorch: Option<Option<Python>>,
    /// The Pythons on the PATH.
    pub pythons: Pythons,
    /// What an earlier set-up installed completely.
    pub installed: Option<PathBuf>,
}

/// The first libtorch that serves. What the user chose must serve; anything else is passed over if it doesn't.
pub fn search(clues: Clues<impl IntoIterator<Item = Python>>) -> Result<Option<Libtorch>> {
    // As in torch-sys, this variable comes before LIBTORCH.
    if let Some(python) = clues.use_pytorch {
        let name = "LIBTORCH_USE_PYTORCH";
        let Some(Python { program, torch, .. }) = python else {
            return Err(format!(
                "{name} is set, but there is no python3 on the PATH that starts; install one, or unset it"
            ));
        };
        let Some(torch) = torch else {
            let program = program.display();
            return Err(format!(
                "{name} is set, but {program} has no torch; install torch=={} there, or unset it",
                version::WANTED
            ));
        };
        return own(torch, Some(program), name).map(Some);
    }
    if let Some(folder) = &clues.libtorch
        && clues.chosen.as_ref() != Some(folder)
    {
        let folder = std::path::absolute(folder).map_err(|_| "LIBTORCH is set, but empty; unset it".to_owned())?;
        return own(folder, None, "LIBTORCH").map(Some);
    }
    let serves = |folder: PathBuf, python, source| {
        check(&folder).ok().map(|version| Libtorch { folder, version, python, source })
    };
    let mut pythons = clues.pythons.into_iter();
    let python = pythons.find_map(|python| serves(python.torch?, Some(python.program), Source::Python));
    let installed = || serves(clues.installed?, None, Source::Installed);
    let earlier = || serves(clues.libtorch?.into(), None, Source::Earlier);
    Ok(python.or_else(installed).or_else(earlier))
}

/// The libtorch that the user chose with `variable`, or what is wrong with it.
fn own(folder: PathBuf, python: Option<PathBuf>, variable: &'static str) -> Result<Libtorch> {
    match check(&folder) {
        Ok(version) => Ok(Libtorch { folder, version, python, source: Source::User(variable) }),
        Err(problem) => Err(format!(
            "{problem}. It was chosen with {variable} (set now, or kept in .cargo/libtorch.toml): \
             set it to a libtorch {}, or unset it and delete .cargo/libtorch.toml",
            version::WANTED
        )),
    }
}

/// The version of the libtorch in `folder`, if it is the right one and has what compiling and linking need.
pub fn check(folder: &Path) -> Result<String> {
    let version = version::check(folder)?;
    let header = Path::new("include/torch/csrc/api/include/torch/torch.h");
    for file in [header, &Path::new("lib").join(library())] {
        if !folder.join(file).metadata().is_ok_and(|found| found.len() > 0) {
            return Err(format!(
                "{} is not a whole libtorch: {} is missing or empty",
                folder.display(),
                file.display()
            ));
        }
    }
    Ok(version)
}

/// The name of libtorch's main library on this system.
pub fn library() -> String {
    format!("{}torch_cpu{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Folder;
    use std::fs;

    fn nothing() -> Clues<Vec<Python>> {
        Clues { libtorch: None, chosen: None, use_pytorch: None, pythons: Vec::new(), installed: None }
    }

    fn python(program: &str, torch: Option<PathBuf>) -> Python {
        Python { program: program.into(), version: (3, 11), torch }
    }

    fn right() -> String {
        format!("{}+cu130", version::WANTED)
    }

    fn found(clues: Clues<Vec<Python>>) -> Libtorch {
        search(clues).expect("no error").expect("a libtorch")
    }

    #[test]
    fn the_order_is_user_then_python_then_installed_then_earlier() {
        let folder = Folder::new("order");
        let [user, other, installed, earlier] =
            ["user", "python", "installed", "earlier"].map(|name| folder.libtorch(name, &right()));
        let all = || Clues {
            libtorch: Some(user.clone().into()),
            chosen: Some(earlier.clone().into()),
            use_pytorch: None,
            pythons: vec![python("p", Some(other.clone()))],
            installed: Some(installed.clone()),
        };
        let first = found(all());
        assert_eq!((&first.folder, first.source), (&user, Source::User("LIBTORCH")));
        assert_eq!(first.version, right());

        // The same value as the set-up's own choice: nobody's wish.
        let chosen = || Clues { libtorch: Some(earlier.clone().into()), ..all() };
        let second = found(chosen());
        assert_eq!((&second.folder, second.source), (&other, Source::Python));
        assert_eq!(second.python.as_deref(), Some(Path::new("p")));
        let third = found(Clues { pythons: vec![], ..chosen() });
        assert_eq!((&third.folder, third.source), (&installed, Source::Installed));
        let last = found(Clues { pythons: vec![], installed: None, ..chosen() });
        assert_eq!((&last.folder, last.source), (&earlier, Source::Earlier));
        assert!(search(nothing()).expect("no error").is_none());
    }

    #[test]
    fn what_does_not_serve_is_passed_over() {
        let folder = Folder::new("passed over");
        let old = folder.libtorch("old", "2.12.1+cpu");
        let longer = folder.libtorch("longer", &format!("{}.1", version::WANTED));
        let headless = folder.libtorch("headless", &right());
        fs::remove_dir_all(headless.join("include")).expect("an include folder");
        let good = folder.libtorch("good", version::WANTED);
        let pythons =
            [None, Some(old.clone()), Some(longer), Some(headless), Some(folder.join("gone")), Some(good.clone())];
        let pythons = pythons.into_iter().map(|torch| python("p", torch)).collect();
        let clues = Clues { pythons, installed: Some(old.clone()), ..nothing() };
        assert_eq!(found(clues).folder, good);
        let gone = folder.join("gone").into_os_string();
        let clues = Clues { libtorch: Some(gone.clone()), chosen: Some(gone), installed: Some(old), ..nothing() };
        assert!(search(clues).expect("no error").is_none());
    }

    #[test]
    fn what_the_user_chose_must_serve() {
        let folder = Folder::new("user");
        let old = folder.libtorch("old", "2.12.1+cpu");
        let good = folder.libtorch("good", &right());
        let error = |libtorch: PathBuf| {
            let pythons = vec![python("p", Some(good.clone()))];
            search(Clues { libtorch: Some(libtorch.into()), pythons, ..nothing() }).expect_err("an error")
        };
        let message = error(old.clone());
        for part in [old.to_str().expect("UTF-8"), "2.12.1+cpu", version::WANTED, "LIBTORCH"] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
        let halved = folder.libtorch("halved", &right());
        fs::remove_file(halved.join("lib").join(library())).expect("a library");
        assert!(error(halved).contains(&library()));
        assert!(error(folder.join("gone")).contains("version.py"));
        assert!(error(PathBuf::new()).contains("empty"));
    }

    #[test]
    fn libtorch_use_pytorch_comes_before_libtorch() {
        let folder = Folder::new("use pytorch");
        let [user, torch] = ["user", "torch"].map(|name| folder.libtorch(name, &right()));
        let clues = |python| Clues { libtorch: Some(user.clone().into()), use_pytorch: Some(python), ..nothing() };
        let libtorch = found(clues(Some(python("p", Some(torch.clone())))));
        assert_eq!((&libtorch.folder, libtorch.source), (&torch, Source::User("LIBTORCH_USE_PYTORCH")));
        assert!(search(clues(Some(python("/bin/snake", None)))).expect_err("an error").contains("/bin/snake"));
        assert!(search(clues(None)).expect_err("an error").contains("LIBTORCH_USE_PYTORCH"));
    }

    #[test]
    fn no_python_is_started_for_a_user_who_chose() {
        let folder = Folder::new("lazy");
        let libtorch = folder.libtorch("user", &right());
        let pythons = std::iter::from_fn(|| -> Option<Python> { panic!("a Python was asked") });
        let Clues { chosen, use_pytorch, installed, .. } = nothing();
        let clues = Clues { libtorch: Some(libtorch.into()), chosen, use_pytorch, pythons, installed };
        assert!(search(clues).is_ok_and(|found| found.is_some()));
    }
}

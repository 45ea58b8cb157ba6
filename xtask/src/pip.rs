//! The programs that install Python wheels: uv where there is one, and pip.

use crate::Result;
use crate::files::{at, entries, sign};
use crate::python::{self, ANSWER, Python};
use crate::say::say;
use std::env;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How the names of the settings begin, after `PIP_` or `UV_`, that say from where and how is downloaded. Any other could
/// change what is installed, or where.
const DOWNLOAD: &str = "\
    CACHE_DIR CERT CLIENT_CERT CONCURRENT_ CONFIG_FILE CREDENTIALS_DIR DEFAULT_INDEX DEFAULT_TIMEOUT \
    EXTRA_INDEX_URL FIND_LINKS HTTP_ INDEX INSECURE_HOST KEYRING_PROVIDER NATIVE_TLS \
    NO_CACHE NO_CONFIG NO_INDEX NO_PROGRESS OFFLINE PROGRESS_BAR PROXY REQUEST_TIMEOUT RETRIES S3_ SYSTEM_CERTS \
    TIMEOUT TRUSTED_HOST USE_";

/// Where wheels are installed.
pub struct Target {
    /// The folder that they are unpacked into.
    pub packages: PathBuf,
    /// For downloads; on the same disk, so that they can be moved. `/tmp` is often too small.
    pub temporary: PathBuf,
    /// Handed to the program, so that it stays locked until the program ends, even if we are killed before.
    pub lock: File,
}

/// uv or pip, for one Python.
pub struct Installer {
    /// The Python whose wheels are taken where no other version is asked for.
    pub python: Python,
    /// The uv; without one it is that Python's pip.
    pub uv: Option<PathBuf>,
}

impl fmt::Display for Installer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.uv {
            Some(uv) => write!(f, "{}", uv.display()),
            None => write!(f, "{} -m pip", self.python.program.display()),
        }
    }
}

impl Installer {
    /// What can install for a Python on the PATH that is `suitable`, in the order to try; `wanted` describes that.
    pub fn all(suitable: impl Fn(&Python) -> bool, wanted: &str) -> Result<Vec<Installer>> {
        let mut pythons: Vec<Python> = python::on_path("python3").collect();
        if pythons.is_empty()
            && let Some(program) = python::programs("python3").next()
            && let Err(problem) = python::run(python::command(&program).args(["-c", ""]), ANSWER)
        {
            let program = program.display();
            return Err(format!(
                "{program} doesn't start: {problem}. Mend it or its settings, such as the variable PYTHONHOME, or put another \
                 python3 on the PATH before it"
            ));
        }
        pythons.retain(suitable);
        let Some(first) = pythons.first() else {
            return Err(format!(
                "there is no {wanted} on the PATH. Install one with pip (Debian, Ubuntu: apt install python3 python3-pip; \
                 Fedora: dnf install python3 python3-pip; macOS: brew install python)"
            ));
        };
        let works = |program: &Path, arguments: &[&str]| python::run(python::command(program).args(arguments), ANSWER);
        let uv = python::programs("uv").find(|uv| works(uv, &["--version"]).is_ok());
        let uv = uv.map(|uv| Installer { python: first.clone(), uv: Some(uv) });
        let mut problems = vec![];
        let pip = |python: &&Python| match works(&python.program, &["-m", "pip", "--version"]) {
            Ok(()) => true,
            Err(problem) => {
                problems.push(problem);
                false
            }
        };
        let pip = pythons.iter().find(pip).map(|python| Installer { python: python.clone(), uv: None });
        let found: Vec<Installer> = uv.into_iter().chain(pip).collect();
        match problems.first() {
            Some(problem) if found.is_empty() => Err(format!(
                "{} can't run pip: {problem}; and there is no uv. Install pip (Debian, Ubuntu: apt install python3-pip; \
                 Fedora: dnf install python3-pip; elsewhere: python3 -m ensurepip)",
                first.program.display()
            )),
            _ => Ok(found),
        }
    }

    /// Installs the wheels of a text of requirements, for Python 3.`minor` or for the Python at hand. Where it has SHA-256s, a
    /// wheel with another is refused, and nothing that it doesn't name comes. Progress goes to standard error as it comes.
    pub fn install(&self, target: &Target, minor: Option<u32>, requirements: &str) -> Result<()> {
        let pinned = requirements.contains("--hash=sha256:");
        let list = target.temporary.join("requirements.txt");
        at(&list, fs::write(&list, requirements))?;
        // The lock stays open in the program, but not as its standard input: nobody would answer what it asks there.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", r#"exec "$@" 3<&0 </dev/null"#, "sh"]);
        match &self.uv {
            Some(uv) => {
                command.arg(uv).args(["pip", "install", "--python"]).arg(&self.python.program);
                // Its cache holds unpacked wheels, whose sums it doesn't compare again, and shares their files with what it
                // installs: damage would come back.
                command.args(["--no-cache", "--link-mode=hardlink", "-r"]).arg(&list)
            }
            None => command.arg(&self.python.program).args(["-m", "pip", "install", "--no-compile"]),
        };
        for (name, _) in env::vars_os().filter(|(name, _)| is_foreign_setting(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        if let Some(minor) = minor {
            command.arg(format!("--python-version=3.{minor}"));
            if self.uv.is_none() {
                // pip would still ask whether the Python that it runs in suits the wheel.
                command.arg("--ignore-requires-python");
            }
        }
        if pinned {
            command.args(["--require-hashes", "--no-deps"]);
        }
        command.arg("--only-binary=:all:").arg("--target").arg(&target.packages);
        // A folder called `pip` in the user's current folder would be taken for pip.
        command.current_dir(&target.temporary).env("TMPDIR", &target.temporary);
        // A folder of our own is neither the user's site nor their virtual environment, whatever their settings are.
        command.envs([("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_ROOT_USER_ACTION", "ignore")]);
        // pip adds an option `-r` to the requirements of a configuration file, but a variable replaces them. It is relative,
        // since a space in it would end it.
        command.envs([("PIP_DRY_RUN", "0"), ("PIP_REQUIREMENT", "requirements.txt")]);
        // No question, and no advertisement behind the error. Why an index gives nothing is said in the log alone.
        command.envs([("PIP_NO_INPUT", "1"), ("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_LOG", "log")]);
        let io = |error: io::Error| format!("{self} doesn't start: {error}");
        let (said, says) = io::pipe().map_err(io)?;
        let error = python::beside(|| error_in(BufReader::new(said))).map_err(io)?;
        command.stdin(target.lock.try_clone().map_err(io)?).stdout(says.try_clone().map_err(io)?).stderr(says);
        let mut child = command.spawn().map_err(io)?;
        sign(&target.lock, &format!("process {}, installer {}", std::process::id(), child.id()));
        // It holds the pipe open, which is read to its end.
        drop(command);
        let status = child.wait().map_err(io)?;
        let mut error = python::heard(&error);
        if status.success() && entries(&target.packages).unwrap_or_default().is_empty() {
            return Err(format!(
                "{self} ended without an error, but installed nothing. Mend it, or put another before it on the PATH"
            ));
        }
        if status.success() {
            let foreign = if pinned { foreign(&target.packages, requirements)? } else { None };
            return foreign.map_or(Ok(()), |name| {
                Err(format!(
                    "{self} installed a {name} that the set-up didn't ask for. Settings of pip or uv name it, such as pip.conf, \
                     uv.toml or a pyproject.toml around the project: take it out there, then repeat the command"
                ))
            });
        }
        if error.is_empty() {
            error.push(status.to_string());
        }
        Err(match error.as_slice() {
            [first, second, .., sum] if [first, second].iter().any(|line| line.to_lowercase().contains("hash")) => {
                format!(
                    "{self} refused a wheel, since its SHA-256 isn't the one in xtask/pins: {second} {sum}. See where it \
                     comes from: your settings name the package index and the folders of wheels"
                )
            }
            lines => {
                let log = fs::read_to_string(target.temporary.join("log")).unwrap_or_default();
                let why = log.lines().find_map(|line| line.find("Could not fetch URL").map(|at| &line[at..]));
                let lines = lines.join(" ") + &why.map(|why| format!(". {why}")).unwrap_or_default();
                format!(
                    "{self} failed: {lines}. Check the network, the login of your package index and the free disk space, then \
                     repeat the command"
                )
            }
        })
    }
}

/// Whether an environment variable is a setting of pip or uv that could change what is installed.
fn is_foreign_setting(name: &str) -> bool {
    let setting = name.strip_prefix("PIP_").or(name.strip_prefix("UV_"));
    setting.is_some_and(|setting| !DOWNLOAD.split(' ').any(|start| setting.starts_with(start)))
}

/// A package that was installed though the text of requirements doesn't name it, or from a URL, whose own SHA-256 counts then:
/// pip and uv note it in a file.
fn foreign(packages: &Path, requirements: &str) -> Result<Option<String>> {
    // As the package index compares names.
    let plain = |name: &str| {
        name.to_lowercase().split(['-', '_', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    let named: Vec<String> = requirements.lines().filter_map(|line| Some(plain(line.split_once("==")?.0))).collect();
    let folders = at(packages, entries(packages))?;
    let foreign = folders.iter().find_map(|folder| {
        let name = folder.file_name()?.to_str()?.strip_suffix(".dist-info")?.rsplit_once('-')?.0;
        (!named.contains(&plain(name)) || folder.join("direct_url.json").exists()).then(|| name.to_owned())
    });
    Ok(foreign)
}

/// What uv or pip says is wrong, in at most three lines: the first two and the last, since a list of every SHA-256 that would
/// do is between them. What it says before goes to standard error as it comes.
fn error_in(mut said: impl BufRead) -> Vec<String> {
    let mut error: Vec<String> = vec![];
    let mut line = vec![];
    // What has no line break for long is cut.
    while said.by_ref().take(1 << 12).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let bytes = std::mem::take(&mut line);
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\n', '\r']);
        let text = line.trim_matches(|c: char| c.is_whitespace() || "×│├╰─▶".contains(c));
        if error.is_empty() && !["ERROR:", "error:", "  ×"].iter().any(|start| line.starts_with(start)) {
            say(line);
        } else if !text.is_empty() {
            error.truncate(2);
            error.push(text.to_owned());
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::delete;
    use crate::scratch::{Folder, write};

    #[test]
    fn an_error_is_the_first_two_lines_and_the_last() {
        let uv = "Resolved 3 packages\n  × Failed to download `torch==2.13.0`\n  ├─▶ Hash mismatch for `torch==2.13.0`\n  │\n  \
            │   Expected:\n  │     sha256:aa\n  │     sha256:bb\n  │\n  │   Computed:\n  │     sha256:cc\n";
        let lines = ["Failed to download `torch==2.13.0`", "Hash mismatch for `torch==2.13.0`", "sha256:cc"];
        assert_eq!(error_in(uv.as_bytes()), lines);
        assert_eq!(error_in("WARNING: slow\nERROR: one\nERROR: two\n".as_bytes()), ["ERROR: one", "ERROR: two"]);
        assert!(error_in("Downloading\n".as_bytes()).is_empty());
        let endless = io::repeat(b'x').take(1 << 24);
        let lengths: Vec<_> =
            error_in(BufReader::new("error: ".as_bytes().chain(endless))).iter().map(String::len).collect();
        assert_eq!((lengths.len(), lengths.iter().max()), (3, Some(&4096)));
    }

    #[test]
    fn settings_of_the_download_are_handed_on_and_no_others() {
        for name in
            ["PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONFIG_FILE", "UV_DEFAULT_INDEX", "UV_INDEX_OWN_PASSWORD", "PATH"]
        {
            assert!(!is_foreign_setting(name), "{name}");
        }
        for name in
            ["PIP_REQUIREMENT", "PIP_requirement", "PIP_PYTHON", "PIP_NO_BINARY", "UV_OVERRIDE", "UV_TORCH_BACKEND"]
        {
            assert!(is_foreign_setting(name), "{name}");
        }
    }

    #[test]
    fn a_package_that_no_requirement_names_or_that_comes_from_a_url_is_found() {
        let folder = Folder::new("foreign");
        write(&folder.join("Typing.Extensions-4.1.dist-info/METADATA"), "");
        write(&folder.join("torch/version.py"), "");
        let pins = "typing-extensions==4.1 \\\n    --hash=sha256:aa\n";
        assert_eq!(foreign(&folder, pins), Ok(None));
        write(&folder.join("Typing.Extensions-4.1.dist-info/direct_url.json"), "");
        assert_eq!(foreign(&folder, pins), Ok(Some("Typing.Extensions".to_owned())));
        write(&folder.join("typing_extensions-4.1.dist-info/METADATA"), "");
        delete(&folder.join("Typing.Extensions-4.1.dist-info")).expect("gone");
        assert_eq!(foreign(&folder, pins), Ok(None));
        write(&folder.join("evil-1.dist-info/METADATA"), "");
        assert_eq!(foreign(&folder, pins), Ok(Some("evil".to_owned())));
    }
}

//! `cargo xtask python FILE`: a Python file, such as the Python half of an idiom pair, run with PyTorch.

use crate::manifest::Hashes;
use crate::{Result, cargo, install, test, version};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Becomes the Python that runs `file`. Returns only if that fails.
pub fn run(file: &str, handed_on: &[OsString]) -> Result<()> {
    if !Path::new(file).is_file() {
        return Err(format!(
            "there is no file {file}; the pairs' Python halves are in notebooks-ported/autograd, such as \
             notebooks-ported/autograd/03_backward.py"
        ));
    }
    install::discard_damaged(&cargo::root(), Hashes::OfChanged)?;
    let python = test::pytorch(&cargo::root()).ok_or_else(|| {
        let wanted = version::WANTED;
        format!("there is no Python with PyTorch {wanted}; `cargo xtask setup --pytorch` installs one (about 5 GB)")
    })?;
    let mut command = Command::new(python);
    // Python would take `-V` for an option. What begins with a slash stays as it is.
    command.arg(Path::new(".").join(file)).args(handed_on);
    cargo::replace_us(command)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_file_that_is_missing_is_named() {
        assert!(super::run("nowhere.py", &[]).is_err_and(|message| message.contains("nowhere.py")));
    }
}

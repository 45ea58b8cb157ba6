//! What a Python is, in its own words. The library includes this file, so that the set-up and `reproduce parity` take the
//! same Python for the same name.

use std::env;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// A Python 3 that starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Python {
    /// The program itself; what is on the PATH may be a script that chooses by the current folder.
    pub program: PathBuf,
    /// Major and minor version.
    pub version: (u32, u32),
    /// The folder of its package torch. Its files tell the rest, since `import torch` takes seconds.
    pub torch: Option<PathBuf>,
}

/// Run by [`command`] with the file that the answer is written to, from a new line on. Standard output may hold more than the
/// answer.
pub const SCRIPT: &str = "
import sys
from importlib.util import find_spec
spec = find_spec('torch')
with open(sys.argv[1], 'w', encoding='utf-8') as file:
    print('\\n%d %d' % sys.version_info[:2], file=file)
    print(sys.executable, file=file)
    print(spec.submodule_search_locations[0] if spec and spec.origin else '', file=file)
";

/// Python runs `script`, and takes no module out of the current folder, whose files aren't the machine's. It stays there,
/// since a `python3` may be a script that chooses by the folder. PYTHONPATH and the user's own packages count, since torch
/// may be there: this is why it isn't `-I`.
pub fn command(program: &Path, script: &str) -> Command {
    let mut command = Command::new(program);
    // What `-c` puts there for the current folder.
    command.arg("-c").arg(format!("import sys; sys.path = [entry for entry in sys.path if entry]\n{script}"));
    if let Some(list) = env::var_os("PYTHONPATH") {
        let is_named = |entry: &PathBuf| entry.components().any(|part| part != Component::CurDir);
        // What was split can be joined.
        command.env("PYTHONPATH", env::join_paths(env::split_paths(&list).filter(is_named)).unwrap_or_default());
    }
    command
}

/// Finds the answer among other lines; `None` if it isn't there.
pub fn parse(answer: &str) -> Option<Python> {
    let lines: Vec<_> = answer.lines().collect();
    lines.array_windows().find_map(|[version, program, torch]| {
        let (major, minor) = version.split_once(' ')?;
        let program = program.starts_with('/').then(|| PathBuf::from(program))?;
        let torch = (!torch.is_empty()).then(|| PathBuf::from(torch));
        Some(Python { program, version: (major.parse().ok()?, minor.parse().ok()?), torch })
    })
}

//! What a Python is, in its own words. The library includes this file, so that the set-up and `reproduce parity` take the
//! same Python for the same name.

use std::path::PathBuf;

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

/// Run with `-c` and the file that the answer is written to. Standard output may hold more than the answer.
// The empty entry is the current folder, which isn't the machine's.
pub const SCRIPT: &str = "
import sys
sys.path = [entry for entry in sys.path if entry]
from importlib.util import find_spec
spec = find_spec('torch')
with open(sys.argv[1], 'w', encoding='utf-8') as file:
    print(*sys.version_info[:2], file=file)
    print(sys.executable, file=file)
    print(spec.submodule_search_locations[0] if spec and spec.origin else '', file=file)
";

/// Reads the answer; `None` if it isn't one.
pub fn parse(answer: &str) -> Option<Python> {
    let mut lines = answer.lines();
    let (major, minor) = lines.next()?.split_once(' ')?;
    let program = PathBuf::from(lines.next().filter(|line| line.starts_with('/'))?);
    let torch = lines.next().filter(|line| !line.is_empty()).map(PathBuf::from);
    Some(Python { program, version: (major.parse().ok()?, minor.parse().ok()?), torch })
}

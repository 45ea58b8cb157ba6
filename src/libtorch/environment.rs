//! What a run was computed with: versions, processor, threads, arithmetic.

use crate::libtorch::loaded;
use crate::libtorch::{Arithmetic, Libtorch};
use serde::Serialize;

/// The environment of a run, as reports quote it.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    pub torch: String,
    pub libtorch_cpu: String,
    pub tch: &'static str,
    /// MKL's own words about its version, or "none".
    pub mkl: String,
    /// The instruction set that ATen's kernels were chosen for.
    pub cpu_capability: String,
    /// The threads that one operation may use.
    pub threads: i32,
    pub arithmetic: Arithmetic,
    /// The variables that chose kernels for it, as a shell takes them: `MKL_CBWR=COMPATIBLE`.
    pub kernels: String,
}

/// The variables that choose MKL's and ATen's kernels, but in notebook arithmetic.
const CHOICES: [&str; 3] = ["MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY"];

/// The version of the `tch` crate, which Cargo.toml pins.
pub const TCH_VERSION: &str = "0.26.0";

impl Environment {
    /// Reads the environment of this process, in which `libtorch` was settled.
    pub fn of_this_process(libtorch: Libtorch) -> Environment {
        let unknown = || "unknown".to_string();
        let choice = |name| Some(format!("{name}={}", shlex::try_quote(&std::env::var(name).ok()?).ok()?));
        let choices = CHOICES.into_iter().filter(|_| libtorch.arithmetic() == Arithmetic::Native).filter_map(choice);
        Environment {
            torch: loaded::version().unwrap_or_else(|_| unknown()),
            libtorch_cpu: loaded::path().map_or_else(unknown, |path| path.display().to_string()),
            tch: TCH_VERSION,
            mkl: loaded::mkl_version().unwrap_or_else(|| "none".to_string()),
            cpu_capability: loaded::cpu_capability().unwrap_or_else(unknown),
            threads: tch::get_num_threads(),
            arithmetic: libtorch.arithmetic(),
            kernels: choices.collect::<Vec<_>>().join(" "),
        }
    }
}

#[cfg(test)]
#[test]
fn tch_is_of_the_version_that_is_pinned() {
    let pinned = format!("tch = \"={TCH_VERSION}\"\n");
    assert!(include_str!("../../Cargo.toml").contains(&pinned), "no {pinned}");
}

//! The kernels that libtorch can be made to take on this processor. They are chosen once in a process, by its environment.

use crate::parity::pytorch::in_notebook_arithmetic;
use anyhow::Result;
use std::fmt;
use std::process::Command;

/// One choice.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// `ATEN_CPU_CAPABILITY`.
    pub aten: &'static str,
    /// `MKL_CBWR`, or none.
    pub branch: Option<&'static str>,
    /// Whether MKL is told that the processor is one of Intel's.
    pub as_intel: bool,
}

/// Every choice: ATen's kernels up to those of this processor, each of MKL's branches, with and without the claim.
pub fn choices() -> Vec<Choice> {
    #[cfg(target_arch = "x86_64")]
    let avx512 = is_x86_feature_detected!("avx512vl");
    #[cfg(not(target_arch = "x86_64"))]
    let avx512 = false;
    let mut choices = vec![];
    for aten in ["default", "avx2", "avx512"].into_iter().take(if avx512 { 3 } else { 2 }) {
        for branch in ["", "AVX512", "AVX2", "AVX2,STRICT", "SSE4_2", "COMPATIBLE"] {
            let branch = Some(branch).filter(|branch| !branch.is_empty());
            choices.extend([false, true].map(|as_intel| Choice { aten, branch, as_intel }));
        }
    }
    choices
}

impl Choice {
    /// Has the program that `command` will start take these kernels. An error: see [`in_notebook_arithmetic`].
    pub fn set(&self, command: &mut Command) -> Result<()> {
        if self.as_intel {
            in_notebook_arithmetic(command)?;
        }
        command.env("ATEN_CPU_CAPABILITY", self.aten).env_remove("MKL_ENABLE_INSTRUCTIONS").env_remove("MKL_CBWR");
        self.branch.map(|branch| command.env("MKL_CBWR", branch));
        Ok(())
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "ATEN_CPU_CAPABILITY={}", self.aten)?;
        self.branch.map_or(Ok(()), |branch| write!(f, " MKL_CBWR={branch}"))?;
        f.write_str(if self.as_intel { " on a processor of Intel's, or one that MKL takes for it" } else { "" })
    }
}

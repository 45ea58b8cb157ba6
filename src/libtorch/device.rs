//! The device that a run is computed on.

use crate::libtorch::loaded;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Where tensors live: the CPU, or a GPU by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The CPU.
    Cpu,
    /// The GPU that CUDA counts as this one, from 0.
    Cuda(usize),
}

impl FromStr for Device {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Device> {
        match text.strip_prefix("cuda").map(|rest| rest.strip_prefix(':').unwrap_or(rest)) {
            None if text == "cpu" => Ok(Device::Cpu),
            Some("") if text == "cuda" => Ok(Device::Cuda(0)),
            Some(index) => index.parse().map(Device::Cuda).context("expected cpu or cuda:N, such as cuda:0"),
            None => bail!("expected cpu or cuda:N, such as cuda:0"),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

impl Serialize for Device {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Device {
    /// The device as libtorch knows it. For a GPU this loads libtorch's CUDA library first, which takes time and memory
    /// that nobody else should pay, so it must come before libtorch's first operation.
    ///
    /// Not run by us with a GPU; the messages without one are tested.
    ///
    /// # Errors
    /// When libtorch has no CUDA library, or CUDA doesn't see the GPU.
    pub fn open(self) -> Result<tch::Device> {
        let Device::Cuda(index) = self else {
            return Ok(tch::Device::Cpu);
        };
        const INSTEAD: &str = "use --device cpu";
        loaded::load_cuda().with_context(|| format!("--device {self}: this libtorch can't use CUDA; {INSTEAD}"))?;
        match usize::try_from(tch::Cuda::device_count()).unwrap_or(0) {
            0 => bail!("--device {self}: CUDA finds no GPU here (is there one, and its driver?); {INSTEAD}"),
            count if index >= count => {
                bail!("--device {self}: CUDA finds {count} GPUs here, cuda:0 to cuda:{}; {INSTEAD}", count - 1)
            }
            _ => Ok(tch::Device::Cuda(index)),
        }
    }
}

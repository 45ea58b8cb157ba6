//! The device that a run is computed on.

use crate::libtorch::{Libtorch, loaded};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Where tensors live: the CPU, or a GPU by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    Cpu,
    Cuda(usize),
}

impl FromStr for Device {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Device> {
        match text {
            "cpu" => Ok(Device::Cpu),
            "cuda" => Ok(Device::Cuda(0)),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|index| index.parse().ok())
                .map(Device::Cuda)
                .context("expected cpu or cuda:N, such as cuda:0"),
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
    /// The device as libtorch knows it. For a GPU this loads libtorch's CUDA library, which takes time and memory; it must
    /// come before libtorch's first operation.
    ///
    /// Not tried on a GPU; what it says without one is tested.
    pub fn open(self, _: Libtorch) -> Result<tch::Device> {
        let Device::Cuda(index) = self else {
            return Ok(tch::Device::Cpu);
        };
        loaded::load_cuda().with_context(|| format!("{self}: this libtorch can't use CUDA; use the cpu"))?;
        match usize::try_from(tch::Cuda::device_count()).unwrap_or(0) {
            0 => bail!("{self}: CUDA finds no GPU here; install its driver if there is one, or use the cpu"),
            count if index >= count => {
                bail!("{self}: CUDA finds {count} GPUs here, cuda:0 to cuda:{}; use one of them, or the cpu", count - 1)
            }
            _ => Ok(tch::Device::Cuda(index)),
        }
    }
}

//! How products are summed: as libtorch chooses on this machine, or as the notebook's machine did in 2020.

use crate::libtorch::loaded;
use anyhow::{Result, bail, ensure};
use rustix::process::{Resource, getrlimit};
use serde::Serialize;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How libtorch sums the products of a matrix multiplication. One process computes in one arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// As the library chooses on this processor.
    Native,
    /// MKL's strict AVX2 kernels: in sequence, each step a fused multiply-add. These give the notebook's digits.
    Notebook,
}

impl std::fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Arithmetic::Native => "native",
            Arithmetic::Notebook => "notebook",
        })
    }
}

impl FromStr for Arithmetic {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Arithmetic> {
        match text {
            "native" => Ok(Arithmetic::Native),
            "notebook" => Ok(Arithmetic::Notebook),
            _ => bail!("expected native or notebook"),
        }
    }
}

/// libtorch with its arithmetic settled. What computes with libtorch asks for this value, so that nothing computes too
/// early. Only [`Libtorch::settle`] makes one:
///
/// ```compile_fail,E0451
/// use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
/// let libtorch = Libtorch { arithmetic: Arithmetic::Native };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Libtorch {
    arithmetic: Arithmetic,
}

impl Libtorch {
    /// Settles the arithmetic of this process, before libtorch's first operation: the one asked for, else the one already
    /// settled, else the notebook's where this machine has it, else native.
    ///
    /// # Errors
    /// When the notebook's is asked for and this machine doesn't have it, when this process has settled on the other one,
    /// and when MKL or ATen has taken other kernels all the same, because something computed before.
    pub fn settle(asked: Option<Arithmetic>) -> Result<Libtorch> {
        static SETTLED: OnceLock<Arithmetic> = OnceLock::new();
        let wanted = match (asked.or(SETTLED.get().copied()), notebook_arithmetic_lacks()) {
            (Some(Arithmetic::Notebook), Some(lack)) => bail!(
                "this machine has no notebook arithmetic: {lack}. It needs an x86-64 Linux, a processor with AVX2 and \
                 FMA, and a libtorch with MKL; use native arithmetic"
            ),
            (Some(asked), _) => asked,
            (None, None) => Arithmetic::Notebook,
            (None, Some(_)) => Arithmetic::Native,
        };
        let arithmetic = *SETTLED.get_or_init(|| {
            if wanted == Arithmetic::Notebook {
                loaded::set_notebook_arithmetic();
            }
            limit_threads(tch::get_num_threads());
            wanted
        });
        ensure!(
            arithmetic == wanted,
            "this process computes in {arithmetic} arithmetic already; {wanted} arithmetic needs a process of its own"
        );
        if arithmetic == Arithmetic::Notebook {
            let (branch, kernels) = (loaded::mkl_branch(), loaded::cpu_capability());
            ensure!(
                branch == Some(loaded::STRICT_AVX2) && kernels.as_deref() == Some("AVX2"),
                "notebook arithmetic needs MKL's strict AVX2 kernels, branch {}, and ATen's AVX2 kernels, but MKL took \
                 branch {branch:?} and ATen {kernels:?}. Either something computed with libtorch before, or another \
                 library prevents it (is LD_PRELOAD set?); use native arithmetic",
                loaded::STRICT_AVX2
            );
        }
        Ok(Libtorch { arithmetic })
    }

    /// How products are summed.
    pub fn arithmetic(self) -> Arithmetic {
        self.arithmetic
    }

    /// Lets one operation use so many threads, or fewer where the system or OpenMP's variables refuse some.
    pub fn set_threads(self, threads: u16) {
        limit_threads(threads.into());
    }

    /// The right to draw random numbers: libtorch has one generator for the whole process, so seeding and drawing must not
    /// be interleaved with another thread's. Hold the guard from the seed to the last draw. A thread that asks for a second
    /// one while it holds the first waits for ever.
    pub fn generator(self) -> MutexGuard<'static, ()> {
        static GENERATOR: Mutex<()> = Mutex::new(());
        GENERATOR.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// libtorch ends the process where the system refuses it a thread, and fails where OpenMP gives it fewer than it counts on:
/// it is told to use no more than are to be had.
fn limit_threads(wanted: i32) {
    let wanted = wanted.min(openmp_allows());
    let is_new = wanted != tch::get_num_threads();
    // To be told a number, libtorch starts as many threads for a pool of its own as OpenMP does later.
    let probed = (wanted - 1) * if is_new { 2 } else { 1 };
    let gate = Mutex::new(());
    let (now, stack) = (tasks(), openmp_stack());
    let others = std::thread::scope(|scope| {
        let _closed = gate.lock();
        let thread = || Builder::new().stack_size(stack).spawn_scoped(scope, || drop(gate.lock()));
        (0..probed).take_while(|_| thread().is_ok()).count()
    });
    // A thread that has ended counts until the system has put it away.
    let patience = Instant::now() + Duration::from_secs(1);
    while tasks() > now && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    let others = others as i32;
    if is_new || others < probed {
        tch::set_num_threads(others / 2 + 1);
    }
}

/// The bytes of stack that OpenMP gives a thread.
fn openmp_stack() -> usize {
    let asked = ["OMP_STACKSIZE", "GOMP_STACKSIZE"].into_iter().find_map(|name| {
        let text = std::env::var(name).ok()?.trim().to_lowercase();
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let unit =
            ["b", "k", "m", "g"].iter().position(|&known| known == unit.trim() || (unit.is_empty() && known == "k"))?;
        digits.parse::<u64>().ok()?.checked_mul(1 << (10 * unit))
    });
    let bytes = asked.or(getrlimit(Resource::Stack).current).unwrap_or(2 << 20);
    // More than any system has, and not so much that no system counts it.
    bytes.min(1 << 50) as usize
}

/// How many threads this process has; 0 where the system can't tell.
fn tasks() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// The most threads that OpenMP's variables leave to one operation.
fn openmp_allows() -> i32 {
    let value = |name| std::env::var(name).unwrap_or_default().trim().to_lowercase();
    if value("OMP_DYNAMIC") == "true" || value("OMP_MAX_ACTIVE_LEVELS") == "0" {
        return 1;
    }
    value("OMP_THREAD_LIMIT").parse().unwrap_or(i32::MAX).max(1)
}

/// What this machine lacks for notebook arithmetic, in words; `None` if nothing.
pub fn notebook_arithmetic_lacks() -> Option<&'static str> {
    let without_mkl = || (!tch::utils::has_mkl()).then_some("this libtorch was built without MKL");
    processor_lacks().or_else(without_mkl)
}

/// What lacks for notebook arithmetic with any libtorch.
pub(crate) fn processor_lacks() -> Option<&'static str> {
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    {
        use std::arch::is_x86_feature_detected as has;
        (!has!("avx2") || !has!("fma")).then_some("this processor has no AVX2 with FMA")
    }
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
    Some("this isn't an x86-64 Linux")
}

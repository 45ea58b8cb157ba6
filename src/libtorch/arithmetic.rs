//! How products are summed: as libtorch chooses on this machine, or as the notebook's machine did in 2020.

use crate::libtorch::loaded;
use anyhow::{Result, bail, ensure};
use serde::Serialize;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Builder;

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
            limit_threads();
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

    /// Lets one operation use so many threads.
    pub fn set_threads(self, threads: u16) {
        tch::set_num_threads(threads.into());
    }

    /// The right to draw random numbers: libtorch has one generator for the whole process, so seeding and drawing must not
    /// be interleaved with another thread's. Hold the guard from the seed to the last draw. A thread that asks for a second
    /// one while it holds the first waits for ever.
    pub fn generator(self) -> MutexGuard<'static, ()> {
        static GENERATOR: Mutex<()> = Mutex::new(());
        GENERATOR.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// libtorch ends the process where the system refuses it a thread: it is told to use no more than are to be had.
fn limit_threads() {
    let wanted = tch::get_num_threads();
    let gate = Mutex::new(());
    let others = std::thread::scope(|scope| {
        let _closed = gate.lock();
        (1..wanted).take_while(|_| Builder::new().spawn_scoped(scope, || drop(gate.lock())).is_ok()).count()
    });
    if others as i32 + 1 < wanted {
        tch::set_num_threads(others as i32 + 1);
    }
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

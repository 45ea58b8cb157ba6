//! Who is measured, and how each is built and called.

use anyhow::{Context, Result, bail};
use inverse_by_descent::libtorch::loaded;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What computes the step.
pub struct Peer {
    pub name: &'static str,
    program: Program,
    variant: &'static str,
    /// Whether it may use as many threads as it likes, and not one.
    pub all_threads: bool,
    /// The greatest n at which it makes sense.
    pub largest: usize,
}

enum Program {
    Ours,
    Python(&'static str),
    Cpp,
    Rust(&'static str),
}
use Program::{Cpp, Ours, Python, Rust};

pub const PEERS: [Peer; 14] = [
    peer("by hand", Ours, "by_hand", 64),
    peer("descend", Ours, "descend", 1024),
    peer("descend, notebook arithmetic", Ours, "notebook", 1024),
    peer("the port, on tch", Ours, "port", 1024),
    peer("the port, on the tape", Ours, "tape", 64),
    peer("C++ libtorch", Cpp, "plain", 1024),
    peer("PyTorch", Python("with_pytorch.py"), "plain", 1024),
    peer("PyTorch, optim.SGD", Python("with_pytorch.py"), "sgd", 1024),
    peer("JAX, compiled step", Python("with_jax.py"), "step", 1024),
    peer("JAX, compiled loop (scan)", Python("with_jax.py"), "scan", 1024),
    peer("NumPy, gradient by hand", Python("with_numpy.py"), "by_hand", 1024),
    peer("candle", Rust("candle"), "plain", 1024),
    Peer { all_threads: true, ..peer("candle, all threads", Rust("candle"), "plain", 1024) },
    peer("burn, backend flex", Rust("burn"), "plain", 1024),
];

const fn peer(name: &'static str, program: Program, variant: &'static str, largest: usize) -> Peer {
    Peer { name, program, variant, all_threads: false, largest }
}

/// What holds a library to one thread.
const ONE_THREAD: [(&str, &str); 6] = [
    ("OMP_NUM_THREADS", "1"),
    ("MKL_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("RAYON_NUM_THREADS", "1"),
    ("NPROC", "1"), // JAX's pool
    ("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false"),
];

/// The folder of the peers' sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

/// Where the peer in C++ is compiled to.
fn compiled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".bench/libtorch")
}

impl Peer {
    /// Whether it is this project's.
    pub fn is_ours(&self) -> bool {
        matches!(self.program, Ours)
    }

    /// Compiles what has to be.
    pub fn build(&self) -> Result<()> {
        let mut command = match self.program {
            Ours | Python(_) => return Ok(()),
            Cpp => {
                let library = loaded::path().context("libtorch's folder isn't known on this system")?;
                let lib = library.parent().context("libtorch has no folder")?;
                let include = lib.with_file_name("include");
                let mut command = Command::new(std::env::var_os("CXX").unwrap_or("c++".into()));
                command.args(["-O3", "-std=c++20", "-o"]).arg(compiled()).arg(sources().join("libtorch.cpp"));
                command.arg("-isystem").arg(&include);
                command.arg("-isystem").arg(include.join("torch/csrc/api/include"));
                command.arg("-L").arg(lib).args(["-ltorch", "-ltorch_cpu", "-lc10", "-Xlinker", "-rpath", "-Xlinker"]);
                command.arg(lib);
                command
            }
            Rust(name) => {
                let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
                command.args(["build", "--release", "--locked", "--features", name, "--bin", name]);
                // A target folder that the user chose for this project isn't the peers'.
                command.env_remove("CARGO_TARGET_DIR").current_dir(sources());
                command
            }
        };
        output(&mut command).map(drop)
    }

    /// What measures the peer at these sizes, `N:STEPS`, each of which has a file in `folder`.
    pub fn command(&self, folder: &Path, sizes: &[String]) -> Result<Command> {
        let mut command = match self.program {
            Ours => Command::new(std::env::current_exe()?),
            Python(script) => python(script)?,
            Cpp => Command::new(compiled()),
            Rust(name) => Command::new(sources().join("target/release").join(name)),
        };
        command.arg(self.variant).arg(folder).args(sizes);
        if !self.all_threads {
            command.envs(ONE_THREAD);
        }
        Ok(command)
    }
}

/// The Python that imports torch, with a script of the peers'.
pub fn python(script: &str) -> Result<Command> {
    let mut command = Command::new(std::env::var_os("BENCH_PYTHON").context("`cargo xtask bench` names the Python")?);
    command.env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join(".bench/site-packages"));
    command.env("JAX_PLATFORMS", "cpu").arg(sources().join(script));
    Ok(command)
}

/// What a program prints. The error is the last line that it wrote to standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().display().to_string();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} doesn't start"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        bail!("{name}: {}", last.map_or(output.status.to_string(), str::to_owned));
    }
    Ok(String::from_utf8(output.stdout)?)
}

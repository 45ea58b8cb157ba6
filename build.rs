//! Gives every target of this package a run path to the libtorch that torch-sys links,
//! so that nothing needs `LD_LIBRARY_PATH`.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
        println!("cargo::rerun-if-changed={}", Path::new(&lib).display());
    }
    // MKL asks this function whether it may use its AVX2 kernels; src/arithmetic.rs answers.
    if os == "linux" && arch == "x86_64" {
        println!("cargo::rustc-link-arg=-Wl,--export-dynamic-symbol=mkl_serv_intel_cpu_true");
    }
}

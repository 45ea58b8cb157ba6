//! Compiles shim.cpp with the headers of the libtorch that torch-sys links, and lets the program find that libtorch.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=shim.cpp");
    let lib = std::env::var("DEP_TCH_LIBTORCH_LIB").expect("torch-sys found libtorch");
    let include = Path::new(&lib).with_file_name("include");
    // The standard is torch-sys's. Warnings would be about libtorch's headers, whose debug information takes long to write.
    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").warnings(false).debug(false);
    build.include(include).file("shim.cpp").compile("shim");
    for argument in ["-Xlinker", "-rpath", "-Xlinker", &lib] {
        println!("cargo::rustc-link-arg={argument}");
    }
}

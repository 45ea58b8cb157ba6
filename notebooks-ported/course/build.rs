//! Lets each program find libtorch when it runs, without `LD_LIBRARY_PATH`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // torch-sys says where its libtorch is. cargo hands this only to a package that names torch-sys itself.
    let lib = std::env::var("DEP_TCH_LIBTORCH_LIB").expect("torch-sys found libtorch");
    for argument in ["-Xlinker", "-rpath", "-Xlinker", &lib] {
        println!("cargo::rustc-link-arg={argument}");
    }
}

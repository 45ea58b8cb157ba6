//! Gives every target of this package a run path to the libtorch that torch-sys links, so that nothing
//! needs `LD_LIBRARY_PATH`, and tells the library its version as `env!("LIBTORCH_VERSION")`.
//! Compiles the small library that src/parity/pytorch/arithmetic.rs hands to Python.
//! Lists the idiom pairs of notebooks-ported/autograd for src/notebook/idioms.rs.

#[path = "xtask/src/version.rs"]
mod version;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    // By these functions MKL asks whether it may use its AVX2 kernels, and ATen which it should; src/libtorch/loaded.rs
    // answers.
    if os == "linux" && arch == "x86_64" {
        for function in ["mkl_serv_intel_cpu_true", "_ZN3c105utils7get_envB5cxx11EPKc"] {
            println!("cargo::rustc-link-arg=-Wl,--export-dynamic-symbol={function}");
        }
    }
    build_intel_claim(os == "linux" && arch == "x86_64");
    list_idioms();
    // Absent where torch-sys links nothing: its feature `doc-only`.
    let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") else {
        println!("cargo::rustc-env=LIBTORCH_VERSION=unknown");
        return;
    };
    // `-Xlinker` hands on a path as it is; `-Wl,` would split it at a comma.
    for argument in ["-Xlinker", "-rpath", "-Xlinker", &lib] {
        println!("cargo::rustc-link-arg={argument}");
    }
    let folder = Path::new(&lib).parent().unwrap_or(Path::new(&lib));
    for file in version::FILES {
        let file = folder.join(file);
        // A file that is missing would run this script, and so rebuild the package, every time.
        if file.exists() {
            println!("cargo::rerun-if-changed={}", file.display());
        }
    }
    match version::check(folder) {
        Ok(version) => println!("cargo::rustc-env=LIBTORCH_VERSION={version}"),
        // cargo prints this and stops; a failing exit code would only add the lines above to it.
        Err(problem) => println!("cargo::error={problem}"),
    }
}

/// Compiles src/parity/pytorch/intel_cpu_true.c; leaves an empty file where it isn't wanted or can't be had.
fn build_intel_claim(wanted: bool) {
    let source = "src/parity/pytorch/intel_cpu_true.c";
    println!("cargo::rerun-if-changed={source}");
    let out = Path::new(&std::env::var_os("OUT_DIR").unwrap_or_default()).join("intel_cpu_true.so");
    let compiled = wanted
        && cc::Build::new().try_get_compiler().is_ok_and(|compiler| {
            let mut command = compiler.to_command();
            command.args(["-shared", "-fPIC", "-nostdlib", "-o"]);
            let status = command.arg(&out).arg(source).status();
            status.is_ok_and(|status| status.success())
        });
    if !compiled {
        if wanted {
            println!("cargo::warning={source} didn't compile: no notebook arithmetic in Python");
        }
        std::fs::write(&out, []).expect("OUT_DIR can be written to");
    }
}

/// Writes idioms.rs, an array with the texts of every pair: a new pair needs no other mention.
fn list_idioms() {
    let programs = Path::new("notebooks-ported/autograd");
    println!("cargo::rerun-if-changed={}", programs.display());
    let mut names: Vec<String> = std::fs::read_dir(programs)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    let mut list = String::from("[\n");
    for name in names {
        let records = format!("notebooks-ported/autograd/printed/{name}");
        // A file without a twin or a record is somebody's own trial.
        let whole = [format!("{}/{name}.py", programs.display()), format!("{records}.txt")];
        if !whole.iter().all(|path| Path::new(path).exists()) {
            continue;
        }
        let text = |path: String| {
            println!("cargo::rerun-if-changed={path}");
            format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{path}\"))")
        };
        let (python, rust) =
            (text(format!("{}/{name}.py", programs.display())), text(format!("{}/{name}.rs", programs.display())));
        let printed = text(format!("{records}.txt"));
        let own = format!("{records}.rs.txt");
        let own = if Path::new(&own).exists() { format!("Some({})", text(own)) } else { "None".to_owned() };
        list += &format!(
            "Idiom {{ name: {name:?}, python: {python}, rust: {rust}, printed: {printed}, printed_by_rust: {own} }},\n"
        );
    }
    list.push(']');
    let out = Path::new(&std::env::var_os("OUT_DIR").unwrap_or_default()).join("idioms.rs");
    std::fs::write(&out, list).expect("OUT_DIR can be written to");
}

//! What the foreign-function edge (src/libtorch/loaded.rs) asks of libtorch and MKL, and what it answers them.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

mod common;

use inverse_by_descent::libtorch::loaded;
use serde_json::Value;
use std::fs;

/// What is said of libtorch under these variables: the order in which it sums a product, ATen's kernels, MKL's version, and
/// the variables that chose kernels.
fn said(arithmetic: &str, variables: &[(&str, &str)]) -> [String; 4] {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["arithmetic", "--steps=50", "--dtype=f32", "--json", "--arithmetic", arithmetic];
    let ran = common::run(common::reproduce(folder.path(), &arguments).envs(variables.iter().copied()));
    ran.assert_ended(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let environment = &report["environment"];
    let product = &report["dtypes"][0]["sums"][0]["trees"][0]["words"];
    [product, &environment["cpu_capability"], &environment["mkl"], &environment["kernels"]]
        .map(|words| words.as_str().unwrap().to_owned())
}

/// Those of notebook arithmetic, in which products are summed in no other way.
const NOTEBOOKS: &str = "in sequence, fused";

#[test]
fn no_variable_overrules_notebook_arithmetic() {
    let others =
        [("MKL_CBWR", "COMPATIBLE"), ("MKL_ENABLE_INSTRUCTIONS", "SSE4_2"), ("ATEN_CPU_CAPABILITY", "default")];
    let [product, kernels, _, choices] = said("notebook", &others);
    assert_eq!([&*product, &*kernels, &*choices], [NOTEBOOKS, "AVX2", ""]);
}

/// MKL and ATen get their own answers: the kernels that a variable names are taken, MKL's if the processor is Intel's.
#[test]
fn native_arithmetic_is_told_nothing() {
    let is_intel = fs::read_to_string("/proc/cpuinfo").unwrap().contains("GenuineIntel");
    for (aten, kernels) in [("default", "DEFAULT"), ("avx2", "AVX2")] {
        let [product, told, _, choices] = said("native", &[("MKL_CBWR", "AVX2,STRICT"), ("ATEN_CPU_CAPABILITY", aten)]);
        assert_eq!((product == NOTEBOOKS, &*told), (is_intel, kernels));
        assert_eq!(choices, format!("MKL_CBWR='AVX2,STRICT' ATEN_CPU_CAPABILITY={aten}"));
    }
}

#[test]
fn mkl_tells_its_version() {
    let [.., mkl, choices] = said("native", &[]);
    assert_eq!(choices, "");
    let expected = if tch::utils::has_mkl() { "Math Kernel Library Version 20" } else { "none" };
    assert!(mkl.contains(expected) && mkl == mkl.trim(), "{mkl:?}");
}

/// The loader and the system name the same file.
#[test]
fn the_file_of_libtorch_is_told() {
    let path = loaded::path().unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    assert!(maps.lines().any(|line| line.ends_with(path.to_str().unwrap())), "{}", path.display());
    assert!(path.ends_with("libtorch_cpu.so") && loaded::version().unwrap() == env!("LIBTORCH_VERSION"));
}

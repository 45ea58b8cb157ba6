//! What libtorch is told of its kernels: after an operation it is too late, and the environment counts for nothing. The
//! first test needs a process of its own: MKL has chosen its kernels after it.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

mod common;

use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use serde_json::Value;
use tch::{Device, Kind, Tensor};

#[test]
fn arithmetic_that_comes_too_late_is_refused() {
    let ones = Tensor::ones([4, 4], (Kind::Float, Device::Cpu));
    let _ = ones.matmul(&ones);
    let environment = || std::env::vars_os().collect::<Vec<_>>();
    let before = environment();
    let late = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap_err().to_string();
    assert!(late.contains("strict AVX2") && late.contains("computed"), "{late}");
    let other = Libtorch::settle(Some(Arithmetic::Native)).unwrap_err().to_string();
    assert!(other.contains("a process of its own"), "{other}");
    assert_eq!(environment(), before);
}

/// ATen chooses at its first sum, MKL at its first product. This test calls itself in a process where ATen is told to take
/// other kernels than those of notebook arithmetic, which it does on any processor.
#[test]
fn a_sum_is_an_operation_that_comes_before() {
    const TOLD: (&str, &str) = ("ATEN_CPU_CAPABILITY", "default");
    if std::env::var(TOLD.0).as_deref() != Ok(TOLD.1) {
        let mut itself = std::process::Command::new(std::env::current_exe().unwrap());
        let itself = itself.args(["--exact", "a_sum_is_an_operation_that_comes_before", "--nocapture"]);
        let ran = itself.env(TOLD.0, TOLD.1).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        return;
    }
    let _ = Tensor::ones([4, 4], (Kind::Float, Device::Cpu)).sum(Kind::Float);
    let late = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap_err().to_string();
    assert!(late.contains("ATen Some(\"DEFAULT\")"), "{late}");
}

#[test]
fn no_variable_overrules_notebook_arithmetic() {
    let folder = tempfile::tempdir().unwrap();
    let kernels = |arithmetic| {
        let arguments = ["arithmetic", "--steps=50", "--dtype=f32", "--json", "--arithmetic", arithmetic];
        let mut command = common::reproduce(folder.path(), &arguments);
        let told =
            [("MKL_CBWR", "COMPATIBLE"), ("MKL_ENABLE_INSTRUCTIONS", "SSE4_2"), ("ATEN_CPU_CAPABILITY", "default")];
        let ran = common::run(command.envs(told));
        ran.assert_ended(0);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let product = &report["dtypes"][0]["sums"][0]["trees"][0]["words"];
        [product, &report["environment"]["cpu_capability"]].map(|words| words.as_str().unwrap().to_owned())
    };
    assert_eq!(kernels("notebook"), ["in sequence, fused", "AVX2"]);
    let [product, capability] = kernels("native");
    assert!(product != "in sequence, fused" && capability == "DEFAULT", "{product}, {capability}");
}

//! Arithmetic that is settled after an operation: libtorch has chosen its kernels by then. A process of its own.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
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

//! Arithmetic that is settled after an operation: MKL has chosen its kernels by then. A process of its own.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch};
use tch::{Device, Kind, Tensor};

#[test]
fn arithmetic_that_comes_too_late_is_refused() {
    let ones = Tensor::ones([4, 4], (Kind::Float, Device::Cpu));
    let _ = ones.matmul(&ones);
    let late = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap_err().to_string();
    assert!(late.contains("strict AVX2") && late.contains("computed"), "{late}");
    let other = Libtorch::settle(Some(Arithmetic::Native)).unwrap_err().to_string();
    assert!(other.contains("a process of its own"), "{other}");
}

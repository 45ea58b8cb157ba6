//! Arithmetic that is settled after an operation: MKL has chosen its kernels by then. A process of its own.

use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch, notebook_arithmetic_lacks};
use tch::{Device, Kind, Tensor};

#[test]
fn arithmetic_that_comes_too_late_is_refused() {
    if notebook_arithmetic_lacks().is_some() {
        return eprintln!("not run: this machine has no notebook arithmetic");
    }
    let ones = Tensor::ones([4, 4], (Kind::Float, Device::Cpu));
    let _ = ones.matmul(&ones);
    let late = Libtorch::settle(Some(Arithmetic::Notebook)).unwrap_err().to_string();
    assert!(late.contains("strict AVX2") && late.contains("computed"), "{late}");
    let other = Libtorch::settle(Some(Arithmetic::Native)).unwrap_err().to_string();
    assert!(other.contains("a process of its own"), "{other}");
}

//! A backward that looks at the incoming gradient, and a hook: what tch lacks, through shim.cpp. main.py is its twin.
#![allow(non_snake_case)] // the notebook's names
use anyhow::{Result, bail};
use std::ffi::{CStr, c_char};
use std::mem::ManuallyDrop;
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};
use torch_sys::C_tensor;

type Hook = extern "C" fn(*mut C_tensor) -> *mut C_tensor;
// No compiler compares these lines with shim.cpp: a wrong type here is undefined behaviour, not an error.
unsafe extern "C" {
    fn shim_through(x: *const C_tensor, most: f64, result: *mut *mut C_tensor) -> *const c_char;
    fn shim_register_hook(x: *const C_tensor, hook: Hook) -> *const c_char;
}

/// The text of an exception that shim.cpp caught, as an error.
fn checked(message: *const c_char) -> Result<()> {
    if message.is_null() {
        return Ok(());
    }
    // SAFETY: not null, so it is a C string of this thread, which its next call overwrites. It is copied before.
    bail!("{}", unsafe { CStr::from_ptr(message) }.to_string_lossy())
}

/// Rounds. Backward passes the gradient on as if it hadn't, but no entry larger than `most`.
fn through(x: &Tensor, most: f64) -> Result<Tensor> {
    let mut result = std::ptr::null_mut();
    // SAFETY: both pointers are valid during the call, and C++ keeps neither. It only reads `x`.
    checked(unsafe { shim_through(x.as_ptr(), most, &mut result) })?;
    // SAFETY: there was no exception, so it is a tensor made by `new`, as tch's own are. Nobody else owns it.
    Ok(unsafe { Tensor::from_ptr(result) })
}

fn register_hook(x: &Tensor, hook: Hook) -> Result<()> {
    // SAFETY: `x` is valid during the call. The hook is kept as long as the graph; a function lives for ever.
    checked(unsafe { shim_register_hook(x.as_ptr(), hook) })
}

/// libtorch calls it in the middle of backward. A panic here ends the process.
extern "C" fn halve(gradient: *mut C_tensor) -> *mut C_tensor {
    // SAFETY: the gradient is valid during the call, and this is a handle of its own on it.
    let gradient = unsafe { Tensor::clone_from_ptr(gradient) };
    println!("in the hook: {:.4}", gradient.double_value(&[0, 2]));
    ManuallyDrop::new(gradient / 2).as_mut_ptr() // given away: C++ deletes it
}

fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

fn main() -> Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    let Y_true = Tensor::eye(4, FLOAT_CPU);
    manual_seed(314);
    let mut random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    for most in [2.5, 0.3] {
        random_inverse.zero_grad();
        mse(&Y_true, &through(&random_inverse, most)?.matmul(&M1234)).backward();
        println!("at most {most}: {:.4}", random_inverse.grad().double_value(&[0, 2]));
    }
    random_inverse.zero_grad();
    let Y_hat = random_inverse.matmul(&M1234);
    register_hook(&Y_hat, halve)?;
    mse(&Y_true, &Y_hat).backward();
    println!("halved: {:.4}", random_inverse.grad().double_value(&[0, 2]));
    if let Err(error) = through(&Y_hat.gt(0), 0.3) {
        println!("error: {error}");
    }
    Ok(())
}

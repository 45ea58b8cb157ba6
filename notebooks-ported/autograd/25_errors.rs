//! Title: Errors and panics
//! Idea: Python raises; tch has most calls twice: one panics, one (`f_...`) gives the error.
//! tch: `x.f_matmul(&y)?`, `f64::try_from(&x)?`
//! Differs: behind libtorch's message stands a C++ backtrace: print the first line. An `f_` call
//!   that takes a number panics all the same, in tch's `Scalar`: pass a tensor where it can fail.
#![allow(non_snake_case)] // the notebook's names
use std::panic::catch_unwind;
use tch::{Kind, Reduction, TchError, Tensor, kind::FLOAT_CPU, manual_seed};

fn loss_of(random_inverse: &Tensor, M: &Tensor) -> Result<f64, TchError> {
    let Y_hat = random_inverse.f_matmul(M)?;
    let loss = Y_hat.f_mse_loss(&Tensor::eye(4, FLOAT_CPU), Reduction::Mean)?;
    f64::try_from(&loss)
}

fn report<T>(result: Result<T, TchError>) {
    match result {
        Ok(_) => println!("no error"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }
}

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU);
    println!("{:.4}", loss_of(&random_inverse, &M1234)?);

    // the wrong programs: shape, dtype, sixteen numbers for one, no inverse, 0.5 into an integer
    report(loss_of(&random_inverse, &Tensor::eye(3, FLOAT_CPU)));
    report(loss_of(&random_inverse, &M1234.to_kind(Kind::Double)));
    report(f64::try_from(&random_inverse));
    report(Tensor::zeros([4, 4], FLOAT_CPU).f_inverse());
    report(Tensor::from(1i64).f_mul_(&Tensor::from(0.5f32)));
    // a panic prints its message to stderr; `catch_unwind` stops it as `except` would
    let panicked = catch_unwind(|| Tensor::from(1i64).f_mul_scalar_(0.5)).is_err();
    println!("f_mul_scalar_ panicked: {panicked}");
    Ok(())
}

//! Title: Which dtype comes out
//! Idea: A number takes the dtype of the tensor that it meets; only a float that meets integers
//!   changes it. Two tensors with dimensions give the wider of their dtypes.
//! tch: `Tensor::from_slice(&[1f32, 2.])`, `Tensor::from_slice(&[1i64, 2])`
//! Differs: a Rust literal is an f64 or an i32: `from_slice(&[1., 2.])` and `Tensor::from(0.1)` are
//!   float64, `from_slice(&[1, 2])` is int32. Right of a tensor, `x * 0.1f32` doesn't compile.
use tch::{Kind, Tensor};

fn show(expression: &str, x: &Tensor) {
    let dtype = match x.kind() {
        Kind::Float => "float32",
        Kind::Double => "float64",
        _ => "int64",
    };
    println!("{expression}: {dtype}");
}
fn main() {
    let floats = Tensor::from_slice(&[1f32, 2.]);
    let doubles = Tensor::from_slice(&[1., 2.]);
    let counts = Tensor::from_slice(&[1i64, 2]);
    show("floats * 0.1", &(&floats * 0.1));
    show("floats * 0-dim float64", &(&floats * Tensor::from(0.1)));
    show("floats * doubles", &(&floats * &doubles));
    show("counts * 2", &(&counts * 2));
    show("counts * 0.5", &(&counts * 0.5));
    show("counts / 2", &(&counts / 2));
    show("counts + floats", &(&counts + &floats));
    // 0.1 isn't the same number in both
    println!("{:.12}", Tensor::from(0.1f32).double_value(&[]));
    println!("{:.12}", Tensor::from(0.1).double_value(&[]));

    // the wrong program: a product of two dtypes
    match floats.f_matmul(&doubles) {
        Ok(x) => show("floats @ doubles", &x),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }
}

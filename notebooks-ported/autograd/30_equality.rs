//! Title: Equal, equal entry by entry, nearly equal
//! Idea: Equal in one truth, equal entry by entry, and nearly equal are three different calls.
//! tch: `x == y` or `x.equal(&y)`, `x.eq_tensor(&y)`, `x.allclose(&y, 1e-5, 1e-8, false)`
//! Differs: `==` gives one `bool`, as `torch.equal` does, not a tensor. Python's `x == y` is
//!   `eq_tensor`. `allclose` has no defaults. `==` answers false where shapes differ.
use tch::Tensor;

fn truths(x: &Tensor) -> String {
    let truths = Vec::<bool>::try_from(x).unwrap_or_default();
    truths.iter().map(|truth| format!(" {truth}")).collect()
}

fn main() {
    let x = Tensor::from_slice(&[0.1f32, 0.2, 0.3]);
    let y = Tensor::from_slice(&[0.1f32, 0.2, 0.30000004]);
    println!("x and x: {}", x == x.shallow_clone());
    println!("x and y: {}", x == y);
    println!("entry by entry:{}", truths(&x.eq_tensor(&y)));
    println!("nearly: {}", x.allclose(&y, 1e-5, 1e-8, false));
    println!("nearly, with no tolerance: {}", x.allclose(&y, 0., 0., false));

    // the wrong program can't be written: `==` is one truth. A tensor isn't one:
    match bool::try_from(x.eq_tensor(&y)) {
        Ok(_) => println!("no error"),
        Err(error) => println!("error: {error}"),
    }
    // other shapes: not equal, but an entry by entry comparison stretches the smaller one
    let one = Tensor::from_slice(&[0.1f32]);
    println!("x and one: {}", x == one);
    println!("entry by entry:{}", truths(&x.eq_tensor(&one)));
    // NaN
    let n = Tensor::from_slice(&[f32::NAN, 1.]);
    let close = [false, true].map(|equal_nan| n.allclose(&n, 1e-5, 1e-8, equal_nan));
    println!("NaN: {} {} {}", n.equal(&n), close[0], close[1]);
    // two dtypes with the same numbers
    println!("one and one: {}", Tensor::from_slice(&[1i64, 2]) == Tensor::from_slice(&[1f32, 2.]));
}

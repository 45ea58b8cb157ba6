//! Title: A tensor that was moved
//! Idea: In Python a name goes on after its use; in Rust a tensor that was given away is gone.
//! tch: `let y = &x * 2;`, `x.shallow_clone()`
//! Differs: `x * 2` and `total(x)` would take `x`, and the next use of `x` wouldn't compile. Lend it
//!   with `&`, or make a second handle with `shallow_clone`, which copies no numbers.
use tch::Tensor;

fn total(x: &Tensor) -> f64 {
    x.sum(None).double_value(&[])
}

fn main() {
    let x = Tensor::from_slice(&[1f32, 2., 3.]);
    // with `let y = x * 2;` the line after it doesn't compile:
    // error[E0382]: borrow of moved value: `x`
    let y = &x * 2;
    let z = &x + &y;
    println!("z: {:.1}", total(&z));

    // a function is lent the tensor; x is still there
    println!("x: {:.1} {:.1}", total(&x), total(&x));

    // a second handle on one tensor
    let mut second = x.shallow_clone();
    second += 1;
    println!("x: {:.1}", total(&x));

    // a copy of its own
    let mut third = x.copy();
    third += 1;
    println!("x: {:.1}, third: {:.1}", total(&x), total(&third));

    // a list owns its tensors: give it a handle, or `[&x, &y]` to lend them
    let several = [x.shallow_clone(), y];
    println!("first in the list: {:.1}", total(&several[0]));
    println!("x: {:.1}", total(&x));
}

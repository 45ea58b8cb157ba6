//! Task: Write the comparison on which this project stands: the first place at which two lists of f32 differ in a
//!   bit, and the lowest bit that differs there. `==` isn't enough.
//! Fails with: 0.0 and -0.0 differ in bit 31, and yours says None
//! Hint 1: `==` takes 0.0 and -0.0 for equal, and a NaN for unequal to itself. `to_bits` gives the 32 bits as an
//!   integer.
//! Hint 2: At the first place where `x.to_bits() != y.to_bits()`, the lowest bit that differs is `(x.to_bits() ^
//!   y.to_bits()).trailing_zeros()`.
use anyhow::ensure;
use tch::Tensor;

fn first_difference(a: &[f32], b: &[f32]) -> Option<(usize, u32)> {
    // YOUR TURN: place and bit
    a.iter().zip(b).position(|(x, y)| x != y).map(|place| (place, 0))
}

fn main() -> anyhow::Result<()> {
    let found = first_difference(&[1., 0.], &[1., -0.]);
    ensure!(found == Some((1, 31)), "0.0 and -0.0 differ in bit 31, and yours says {found:?}");
    let found = first_difference(&[f32::NAN], &[f32::NAN]);
    ensure!(found.is_none(), "a NaN has the same bits as itself, and yours says {found:?}");
    let found = first_difference(&[1., 1.5], &[1., 2.5]);
    ensure!(found == Some((1, 21)), "1.5 and 2.5 differ first in bit 21, and yours says {found:?}");

    // the order of a sum: three numbers, added from the left and from the right
    let [x, y, z] = [0.1f32, 0.1, 0.5].map(Tensor::from);
    let (left, right) = ((&x + &y) + &z, x + (y + z));
    let found = first_difference(&[left.double_value(&[]) as f32], &[right.double_value(&[]) as f32]);
    ensure!(found == Some((0, 0)), "the two sums differ in the last bit, and yours says {found:?}");
    println!("solved");
    Ok(())
}

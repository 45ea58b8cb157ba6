//! Solution: Bits are compared as integers; `^` leaves a 1 where they differ.
use anyhow::ensure;
use tch::Tensor;

fn first_difference(a: &[f32], b: &[f32]) -> Option<(usize, u32)> {
    // place and bit
    let differences = a.iter().zip(b).map(|(x, y)| x.to_bits() ^ y.to_bits());
    differences.enumerate().find(|(_, bits)| *bits != 0).map(|(place, bits)| (place, bits.trailing_zeros()))
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

//! Solution: `&M1234` is lent to the operator, so the name can be used again.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    // this line
    let doubled = &M1234 * 2;
    let squared = M1234.matmul(&M1234);
    let (last, square) = (doubled.double_value(&[3, 3]), squared.double_value(&[3, 3]));
    ensure!(last == 8. && square == 16., "the last entries are {last} and {square}; expected are 8 and 16");
    println!("solved");
    Ok(())
}

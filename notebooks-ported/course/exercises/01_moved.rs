//! Task: The compiler refuses this program. Read its message, then lend the matrix instead of giving it away.
//!   Change one line.
//! Fails with: error[E0382]: borrow of moved value: `M1234`
//! Hint 1: An operator takes what stands beside it. After `M1234 * 2` there is no `M1234` any more.
//! Hint 2: A `&` before a tensor lends it: the line becomes `let doubled = &M1234 * 2;`.
#![allow(non_snake_case)] // the notebook's names
use anyhow::ensure;
use tch::Tensor;

fn main() -> anyhow::Result<()> {
    let M1234 = Tensor::from_slice(&[1f32, 2., 3., 4.]).diag(0);
    // YOUR TURN: this line
    let doubled = M1234 * 2;
    let squared = M1234.matmul(&M1234);
    let (last, square) = (doubled.double_value(&[3, 3]), squared.double_value(&[3, 3]));
    ensure!(last == 8. && square == 16., "the last entries are {last} and {square}; expected are 8 and 16");
    println!("solved");
    Ok(())
}

//! Task: The port's `update` takes `plot: Option<&mut Page>`: somewhere to draw, or `None`. Here `run` hands its
//!   own `plot` on in a loop, and the second turn has none left. Lend it anew in each turn.
//! Fails with: error[E0382]: use of moved value: `plot`
//! Hint 1: A `&mut` isn't copied when it is handed on, because only one at a time may exist. `Option` has a method
//!   that lends its content again.
//! Hint 2: `update(t, plot.as_deref_mut())`; and since this changes what `plot` lends out, the argument is written
//!   `mut plot: …`.
use anyhow::ensure;

fn update(t: usize, plot: Option<&mut Vec<usize>>) {
    if t % 2 == 0
        && let Some(page) = plot
    {
        page.push(t);
    }
}

// YOUR TURN: this function
fn run(plot: Option<&mut Vec<usize>>) {
    for t in 0..6 {
        update(t, plot);
    }
}

fn main() -> anyhow::Result<()> {
    let mut page = vec![];
    run(Some(&mut page));
    run(None);
    ensure!(page == [0, 2, 4], "drawn at the steps {page:?}; expected are 0, 2 and 4");
    println!("solved");
    Ok(())
}

//! Solution: `as_deref_mut` gives an `Option` that is lent for one call and comes back after it.
use anyhow::ensure;

fn update(t: usize, plot: Option<&mut Vec<usize>>) {
    if t.is_multiple_of(2)
        && let Some(page) = plot
    {
        page.push(t);
    }
}

// this function
fn run(mut plot: Option<&mut Vec<usize>>) {
    for t in 0..6 {
        update(t, plot.as_deref_mut());
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

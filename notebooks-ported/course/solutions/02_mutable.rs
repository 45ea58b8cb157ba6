//! Solution: `&mut self` lends the struct for changing, and `let mut` allows to lend it so.
use anyhow::ensure;

struct Descent {
    position: f64,
    t: usize,
}

impl Descent {
    // this method has to change the struct
    fn step(&mut self, learning_rate: f64) {
        self.position -= learning_rate * 2. * self.position;
        self.t += 1;
    }
}

fn main() -> anyhow::Result<()> {
    let mut descent = Descent { position: 1., t: 0 };
    for _ in 0..3 {
        descent.step(0.25);
    }
    let Descent { position, t } = descent;
    ensure!(position == 0.125 && t == 3, "position {position} after {t} steps; expected is 0.125 after 3");
    println!("solved");
    Ok(())
}

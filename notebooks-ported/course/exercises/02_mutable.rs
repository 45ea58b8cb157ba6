//! Task: A struct keeps the state of a descent, as the port's `Globals` does. Its method `step` has to change this
//!   state, but it only borrows it for reading. Mend the method and the line that makes the struct.
//! Fails with: error[E0594]: cannot assign to `self.t`, which is behind a `&` reference
//! Hint 1: `&self` lends the struct for reading. A method that changes it asks for `&mut self`.
//! Hint 2: Then the variable in `main` must allow changes too: `let mut descent = …`.
use anyhow::ensure;

struct Descent {
    position: f64,
    t: usize,
}

impl Descent {
    // YOUR TURN: this method has to change the struct
    fn step(&self, learning_rate: f64) {
        self.position -= learning_rate * 2. * self.position;
        self.t += 1;
    }
}

fn main() -> anyhow::Result<()> {
    let descent = Descent { position: 1., t: 0 };
    for _ in 0..3 {
        descent.step(0.25);
    }
    let Descent { position, t } = descent;
    ensure!(position == 0.125 && t == 3, "position {position} after {t} steps; expected is 0.125 after 3");
    println!("solved");
    Ok(())
}

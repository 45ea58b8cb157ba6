//! The one generator of the process: MT19937, as in libtorch.
//!
//! Source: M. Matsumoto and T. Nishimura, "Mersenne Twister", 1998; PyTorch's `aten/src/ATen/core/MT19937RNGEngine.h`.

use crate::Kind;
use std::sync::{Mutex, PoisonError};

const SIZE: usize = 624;

struct Generator {
    state: [u32; SIZE],
    drawn: usize,
}

/// libtorch's seed until another is set.
static GENERATOR: Mutex<Generator> = Mutex::new(Generator::new(67280421310721_u64 as u32));

/// Seeds the generator with the low 32 bits of `seed`.
pub fn manual_seed(seed: i64) {
    *GENERATOR.lock().unwrap_or_else(PoisonError::into_inner) = Generator::new(seed as u32);
}

/// So many numbers from 0 up to 1: of a float the low 24 bits of one draw, of a double the low 53 of two.
pub(crate) fn uniform(count: usize, kind: Kind) -> Vec<f64> {
    let mut generator = GENERATOR.lock().unwrap_or_else(PoisonError::into_inner);
    let mut draw = || match kind {
        Kind::Float => f64::from(generator.draw() % (1 << 24)) / f64::from(1 << 24),
        _ => {
            let (high, low) = (u64::from(generator.draw()), u64::from(generator.draw()));
            ((high << 32 | low) % (1 << 53)) as f64 / (1_u64 << 53) as f64
        }
    };
    (0..count).map(|_| draw()).collect()
}

impl Generator {
    const fn new(seed: u32) -> Generator {
        let mut state = [seed; SIZE];
        let mut i = 1;
        while i < SIZE {
            let last = state[i - 1];
            state[i] = 1812433253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
            i += 1;
        }
        Generator { state, drawn: SIZE }
    }

    fn draw(&mut self) -> u32 {
        if self.drawn == SIZE {
            self.drawn = 0;
            for i in 0..SIZE {
                let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
                self.state[i] = self.state[(i + 397) % SIZE] ^ (y >> 1) ^ (y % 2 * 0x9908_b0df);
            }
        }
        let mut y = self.state[self.drawn];
        self.drawn += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }
}

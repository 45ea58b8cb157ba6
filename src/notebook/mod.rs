//! The notebook: the port itself, the page that it writes on, the numbers that were printed in 2020 and the check against
//! them, and the idiom pairs.
//! May import `theory`, `experiment`, `libtorch` and `output`.

pub mod idioms;
#[path = "../../notebooks-ported/matrix_inverse.rs"]
mod matrix_inverse;
pub mod page;
pub mod printed;
pub mod printing;

// Not the port's `notebook`, which draws without a lock: `Page::run` is the one way to run it.
pub use matrix_inverse::{Globals, mse};

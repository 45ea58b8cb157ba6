//! The notebook: the port itself, the page that it writes on, the numbers that were printed in 2020 and the check against
//! them, and the idiom pairs.
//! May import `theory`, `experiment`, `libtorch` and `output`.

pub mod idioms;
#[path = "../../notebooks-ported/matrix_inverse.rs"]
pub mod matrix_inverse;
pub mod page;
pub mod printed;
pub mod printing;

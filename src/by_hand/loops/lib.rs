//! The loops over numbers that take the time: the notebook's loop by hand, for one run or many side by side, and what is
//! measured of its losses. A package of its own, so that the development profile compiles it with optimisation and the
//! rest without. Generic code is compiled where its types are known, so [`Scalar`] names what is compiled here.

pub mod contraction;
mod lanes;
mod number;
pub mod reduce;
mod side_by_side;
mod step;

pub use number::{Number, Scalar};
pub use side_by_side::{Observe, SideBySide, Take};
pub use step::{Run, Update, square_and_upstream};

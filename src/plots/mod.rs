//! The pictures: the notebook's heat maps of `R·M − I` and its chart of losses, each as SVG and as PNG.
//! May import `descent`, `notebook`, `theory` and `experiment`.
//!
//! A picture is plain data with one drawing function for both formats. Text needs no font of the system: PNG letters are
//! drawn from the DejaVu fonts that are built in; SVG names DejaVu Sans and lets any sans-serif font take its place.

mod canvas;
mod colours;
pub mod evcxr;
mod heat_map;
mod landscape;
mod loss_chart;
mod png;
mod thinning;
mod tiles;

pub(crate) use canvas::stroke;
pub use canvas::{Backend, Canvas, Picture, text_style, units};
pub use colours::{NOT_A_NUMBER, PLASMA, colour};
pub use heat_map::HeatMap;
pub use landscape::{DIVERGED, Landscape, Surface};
pub use loss_chart::{Curve, LossChart};
pub use tiles::Tiles;

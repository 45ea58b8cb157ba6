//! The pictures hold what they should: colours, titles, labels, cells and every loss that can be seen.

mod axes;
mod heat_map;
mod landscape;
mod loss_chart;
mod reader;
mod tiles;

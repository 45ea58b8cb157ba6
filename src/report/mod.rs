//! The report of a reproduction: one plain value, rendered as text, JSON and pictures.

pub mod against;
pub mod arithmetic;
pub mod descend;
pub mod html;
pub mod json;
pub mod landscape;
pub mod parity;
pub mod pictures;
pub mod text;
mod tree_picture;

use crate::descent::lesson::Lesson;
use crate::libtorch::environment::Environment;
use crate::notebook::page::Page;
use crate::notebook::printed::Check;
use crate::notebook::printing::python;
use crate::parity::pytorch::AgainstRecorded;
use crate::plots::{Curve, LossChart, Picture};
use anyhow::Result;

/// Everything that a reproduction found out.
#[derive(Debug)]
pub struct Report {
    /// The cells and the runs.
    pub page: Page,
    /// How they compare with what the notebook printed.
    pub check: Check,
    /// How the losses compare with PyTorch's recorded ones; `None` in native arithmetic, in which none were recorded.
    pub pytorch: Option<AgainstRecorded>,
    /// What the page shows besides.
    pub lesson: Lesson,
    /// What they were computed with.
    pub environment: Environment,
}

/// A number with its thousands apart: `40,000`.
pub(crate) fn count(number: usize) -> String {
    indicatif::HumanCount(number as u64).to_string()
}

/// A number with six significant digits.
pub(crate) fn short(number: f64) -> String {
    python::general(number, 6)
}

/// A name that a picture has room for: of a long one, both ends.
fn brief(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    if characters.len() <= 32 {
        return name.to_string();
    }
    let (start, end) = (&characters[..15], &characters[characters.len() - 16..]);
    start.iter().chain(&['…']).chain(end).collect()
}

/// Distances in ULP over the steps, a curve for each name, as SVG and PNG.
fn ulp_chart(curves: &[(&str, &[u64])]) -> Result<[Vec<u8>; 2]> {
    let distances: Vec<Vec<f64>> =
        curves.iter().map(|(_, distances)| distances.iter().map(|&ulp| ulp as f64).collect()).collect();
    let curves: Vec<_> = curves.iter().zip(&distances).map(|((name, _), losses)| Curve { name, losses }).collect();
    let note = Some("Steps where both sides are equal have no place on a log axis.");
    let chart = LossChart { curves: &curves, quantity: "distance (ULP)", note };
    Ok([chart.svg()?.into_bytes(), chart.png()?])
}

//! What each command found out, as plain data, and its renderers. Here: the reproduction of the notebook.
//! May import everything but `cli`.

pub(crate) mod against;
pub(crate) mod arithmetic;
pub(crate) mod descend;
pub(crate) mod digest;
pub(crate) mod html;
pub(crate) mod landscape;
mod orders;
pub(crate) mod parity;
pub(crate) mod pictures;
pub(crate) mod text;
mod tree_picture;

use crate::by_hand::Trees;
use crate::experiment::digest::Digest;
use crate::libtorch::environment::Environment;
use crate::notebook::page::{Cell, Page, Run};
use crate::notebook::printed::{Check, Difference, Printed};
use crate::notebook::printing::python;
use crate::output::folder::Pictures;
use crate::parity::compare::Series;
use crate::parity::pytorch::AgainstRecorded;
use crate::plots::{Curve, LossChart};
use anyhow::Result;
use serde::Serialize;
use std::fmt;

/// Everything that running the notebook found out.
#[derive(Debug)]
pub struct Reproduction {
    /// The cells and the runs.
    pub page: Page,
    /// Whether they are what they should be.
    pub verdict: Verdict,
    /// What explains digits that differ; `None` in notebook arithmetic.
    pub orders: Option<Orders>,
    /// What they were computed with.
    pub environment: Environment,
}

/// The orders of a step's three sums, at n = 4 in f32.
#[derive(Debug, Serialize)]
pub struct Orders {
    notebook: [arithmetic::Sum; 3],
    here: [arithmetic::Sum; 3],
}

impl Orders {
    /// Those of the notebook's machine, and those that were read off this libtorch.
    pub fn new(notebook: Trees, here: Trees) -> Orders {
        Orders { notebook: arithmetic::sums(notebook), here: arithmetic::sums(here) }
    }

    /// Each sum's name, then its orders in the notebook and here.
    fn both(&self) -> impl Iterator<Item = (&'static str, [&[arithmetic::Named]; 2])> {
        self.notebook.iter().zip(&self.here).map(|(notebook, here)| {
            let name = match notebook.sum {
                "forward" => "The forward product R·M",
                "backward" => "The backward product G·Mᵀ",
                _ => "The loss's sum of 16 squares",
            };
            (name, [&notebook.trees[..], &here.trees])
        })
    }
}

/// The verdict on a reproduction: the words, the exit code, the JSON and the page take it from here.
#[derive(Debug)]
pub struct Verdict {
    /// The numbers of the cells against those that the notebook printed.
    pub notebook: Check,
    /// The losses against those that PyTorch's runs left; `None` in native arithmetic, in which none were recorded.
    pub pytorch: Option<AgainstRecorded>,
}

impl Verdict {
    /// Whether everything that was compared holds.
    pub fn holds(&self) -> bool {
        self.notebook.holds() && self.pytorch.as_ref().is_none_or(AgainstRecorded::holds)
    }
}

/// `266 of 266 numbers equal in value, 263 as printed; 40,000 of 40,000 losses equal to PyTorch's recorded ones`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Check { numbers, equal_in_value, equal_as_printed, explained, missing, .. } = &self.notebook;
        write!(f, "{equal_in_value} of {numbers} numbers equal in value, {equal_as_printed} as printed")?;
        if *explained > 0 {
            write!(f, ", {explained} explained by the order of summation")?;
        }
        if !missing.is_empty() {
            write!(f, ", {} shown by no cell", missing.len())?;
        }
        match &self.pytorch {
            Some(AgainstRecorded { losses, equal, .. }) => {
                write!(f, "; {} of {} losses equal to PyTorch's recorded ones", count(*equal), count(*losses))
            }
            None => f.write_str("; losses not compared: PyTorch's were recorded in notebook arithmetic"),
        }
    }
}

impl Reproduction {
    /// `report.json`, ended by a newline. An error: it can't be serialised.
    pub fn json(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Json<'a> {
            holds: bool,
            notebook: &'a Check,
            differences: &'a [Difference],
            missing: &'a [Printed],
            cells: &'a [Cell],
            runs: &'a [Run],
            orders: &'a Option<Orders>,
            pytorch: &'a Option<AgainstRecorded>,
            environment: &'a Environment,
        }
        let Reproduction { page: Page { cells, runs }, verdict, orders, environment } = self;
        let Verdict { notebook, pytorch } = verdict;
        let Check { differences, missing, .. } = notebook;
        let holds = verdict.holds();
        let json = Json { holds, notebook, differences, missing, cells, runs, orders, pytorch, environment };
        Ok(serde_json::to_string(&json)? + "\n")
    }
}

/// A report as JSON with indentation, ended by a newline.
pub(crate) fn json(report: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// A number with its thousands apart: `40,000`.
pub(crate) fn count(number: usize) -> String {
    let mut text = number.to_string();
    // Behind each digit that has three, six, … behind it, from the last on.
    for at in (1..text.len()).rev().skip(2).step_by(3) {
        text.insert(at, ',');
    }
    text
}

/// A number with six significant digits.
pub(crate) fn short(number: f64) -> String {
    python::general(number, 6)
}

/// A name that a picture has room for: of a long one, both ends.
fn brief(name: &str) -> String {
    let mut characters: Vec<char> = name.chars().collect();
    if characters.len() > 32 {
        characters.splice(15..characters.len() - 16, ['…']);
    }
    characters.into_iter().collect()
}

/// The places where two series differ first and most, as a line; empty if they don't. `what` is `loss`, for instance, and
/// `place` is `step`.
pub(crate) fn differences(series: &Series, what: &str, place: &str) -> String {
    let (Some(first), Some(largest)) = (&series.first, &series.largest) else {
        return String::new();
    };
    let distance = match largest.ulp {
        u64::MAX => "where only one side has a number".to_owned(),
        ulp => format!("{ulp} ULP"),
    };
    format!(
        "    {what}: first differs at {place} {}, {} here and {} there; largest distance at {place} {}, {distance}\n",
        first.at, first.ours, first.theirs, largest.at
    )
}

/// `losses sha256:0123456789abcdef`, once if both sides have the same.
pub(crate) fn digests([ours, theirs]: &[Digest; 2]) -> String {
    if ours == theirs { format!("losses {ours}") } else { format!("losses {ours} here, {theirs} there") }
}

/// Draws `parity.svg` and `parity.png`: distances in ULP over the steps, a curve for each name.
fn draw_distances(pictures: &mut Pictures, curves: &[(&str, &[u64])]) {
    let distances: Vec<Vec<f64>> =
        curves.iter().map(|(_, distances)| distances.iter().map(|&ulp| ulp as f64).collect()).collect();
    let curves: Vec<_> = curves.iter().zip(&distances).map(|((name, _), losses)| Curve { name, losses }).collect();
    let note = Some("Steps where both sides are equal have no place on a log axis.");
    let chart = LossChart { curves: &curves, quantity: "distance (ULP)", note };
    pictures::draw_both(pictures, "parity", &chart);
}

#[cfg(test)]
#[test]
fn digests_are_told_once_if_equal() {
    let [one, two] = [1.0_f32, 2.0].map(|loss| Digest::of(&[loss]));
    assert_eq!(digests(&[one, one]), format!("losses {one}"));
    assert_eq!(digests(&[one, two]), format!("losses {one} here, {two} there"));
}

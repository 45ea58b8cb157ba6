//! The page that the port writes on, without pictures, and the check of what it shows against the numbers of 2020 and
//! against PyTorch's recorded bits.

use super::printing::{numpy, torch};
use super::recorded::{difference, runs};
use crate::Tensor;
use anyhow::Result;
use std::fmt;

/// The page: every cell that ran, in order, with what it showed, and the runs that were kept.
#[derive(Default)]
pub struct Page {
    pub cells: Vec<Cell>,
    pub runs: Vec<Run>,
}

/// One cell: the notebook's label, and what it showed.
pub struct Cell {
    pub label: &'static str,
    pub outputs: Vec<Output>,
}

/// Printed text, and each number in it. The name is the one in the list of printed numbers: `difference 2000`.
#[derive(Default)]
pub struct Output {
    pub name: String,
    pub text: String,
    pub numbers: Vec<String>,
    pub columns: usize,
}

/// A run's losses, and its parameter and gradient after the last step, row by row.
pub struct Run(pub [Vec<f64>; 3]);

/// The chart of the losses. Only its note is shown.
#[derive(Default)]
pub struct LineChart {
    pub note: &'static str,
}

impl LineChart {
    pub fn line(&mut self, _name: &'static str, _losses: &[f64]) {}
}

impl Page {
    pub fn cell(&mut self, label: &'static str) {
        self.cells.push(Cell { label, outputs: vec![] });
    }

    pub fn show(&mut self, tensor: &Tensor) -> Result<()> {
        self.push("tensor".to_owned(), torch::tensor(tensor)?, torch::elements(tensor)?, tensor)
    }

    pub fn print_loss(&mut self, t: usize, loss: &Tensor) -> Result<()> {
        self.push(format!("loss {t}"), format!("{t} : {}", torch::tensor(loss)?), torch::elements(loss)?, loss)
    }

    /// A picture, left out. The array that is printed next is known by its step, the one of the loss before.
    pub fn imshow(&mut self, _difference: &Tensor, _t: usize, _loss: &Tensor) -> Result<()> {
        Ok(())
    }

    pub fn print_array(&mut self, difference: &Tensor) -> Result<()> {
        let loss = self.cells.last().and_then(|cell| cell.outputs.last());
        let name = loss.map_or(String::new(), |loss| loss.name.replace("loss", "difference"));
        self.push(name, numpy::array(difference)?, numpy::elements(difference)?, difference)
    }

    pub fn show_chart(&mut self, chart: LineChart) {
        self.add(Output { text: chart.note.to_owned(), ..Output::default() });
    }

    #[rustfmt::skip]
    pub fn keep(&mut self, _: &str, _: &str, _: f64, _: f64, losses: &[f64], random_inverse: &Tensor) -> Result<()> {
        let numbers = |tensor: &Tensor| Vec::try_from(tensor.f_reshape([-1])?);
        self.runs.push(Run([losses.to_vec(), numbers(random_inverse)?, numbers(&random_inverse.f_grad()?)?]));
        Ok(())
    }

    fn push(&mut self, name: String, text: String, numbers: Vec<String>, tensor: &Tensor) -> Result<()> {
        let columns = tensor.size().last().map_or(1, |&columns| columns as usize);
        self.add(Output { name, text, numbers, columns });
        Ok(())
    }

    fn add(&mut self, output: Output) {
        if let Some(cell) = self.cells.last_mut() {
            cell.outputs.push(output);
        }
    }
}

/// How many numbers were compared, and how many are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count(pub usize, pub usize);

/// How a page compares with what was printed and recorded.
#[derive(Default)]
pub struct Check {
    pub in_value: Count,
    pub as_printed: Count,
    /// Losses, entries of parameters and entries of gradients, against PyTorch's, to the bit.
    pub to_the_bit: [Count; 3],
    /// Every number that isn't as printed: its cell, the text, and whether it's equal in value.
    pub differences: Vec<(&'static str, String, bool)>,
}

impl Count {
    fn add(&mut self, is_equal: bool) {
        *self = Count(self.0 + 1, self.1 + usize::from(is_equal));
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        // With the thousands apart: 40,000.
        let text = |n: usize| if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) };
        write!(f, "{} of {}", text(self.1), text(self.0))
    }
}

impl Check {
    /// Whether every number is equal in value, and every bit is PyTorch's.
    pub fn holds(&self) -> bool {
        [self.in_value].iter().chain(&self.to_the_bit).all(|Count(all, equal)| all == equal)
    }

    pub fn of(page: &Page) -> Check {
        let mut check = Check::default();
        for line in include_str!("../../../src/notebook/printed_numbers.csv").lines().skip(1) {
            let [cell, output, row, column, printed] = line.split(',').collect::<Vec<_>>()[..] else { continue };
            let place = |text: &str| text.parse().unwrap_or(usize::MAX);
            let found = page.cells.iter().filter(|found| found.label == cell).find_map(|cell| {
                let Output { numbers, columns, .. } = cell.outputs.iter().find(|found| found.name == output)?;
                Some((cell.label, numbers.chunks(*columns).nth(place(row))?.get(place(column))?.as_str()))
            });
            let (label, computed) = found.unwrap_or(("", "nothing"));
            let [was, is] = [printed, computed].map(|text| text.parse().unwrap_or(f64::NAN));
            check.in_value.add(was == is);
            check.as_printed.add(computed == printed);
            if computed != printed {
                let why = if was == is { " (the sign of a zero)" } else { "" };
                let text = format!("{output}, row {row}, column {column}: printed {printed}, computed {computed}{why}");
                check.differences.push((label, format!("{cell} {text}"), was == is));
            }
        }
        for (k, recorded) in runs().into_iter().take(4).enumerate() {
            for (at, name) in ["losses", "parameter", "gradient"].into_iter().enumerate() {
                let theirs = recorded.numbers(name);
                let ours = page.runs.get(k).map_or(&[][..], |run| &run.0[at]);
                for place in 0..theirs.len() {
                    let same =
                        ours.get(place).is_some_and(|&ours| difference(&[ours], &theirs[place..=place]).is_none());
                    check.to_the_bit[at].add(same);
                }
            }
        }
        check
    }

    /// The page as `reproduce` prints it, and the verdict.
    pub fn report(&self, page: &Page) -> String {
        let mut report = String::new();
        for Cell { label, outputs } in page.cells.iter().filter(|cell| !cell.outputs.is_empty()) {
            let different: Vec<_> = self.differences.iter().filter(|(cell, ..)| cell == label).collect();
            let (differ, numbers) = (different.len(), outputs.iter().map(|output| output.numbers.len()).sum::<usize>());
            report += &match differ {
                _ if numbers == 0 => format!("{label}:  a picture, nothing printed\n"),
                0 => format!("{label}:  = as printed ({numbers} numbers)\n"),
                _ if different.iter().all(|(.., is_equal)| *is_equal) => {
                    format!("{label}:  ≈ equal in value; {differ} of {numbers} numbers printed differently\n")
                }
                _ => format!("{label}:  ≠ {differ} of {numbers} numbers differ\n"),
            };
            different.iter().for_each(|(_, text, _)| report += &format!("    {text}\n"));
            outputs.iter().for_each(|output| report += &format!("{}\n", output.text));
            report.push('\n');
        }
        let [losses, parameter, gradient] = self.to_the_bit;
        report
            + &format!(
                "Left out: the pictures, and the notebook's `grad_fn=<…>`.\n\
                 {} numbers equal in value, {} as printed; {losses} losses, {parameter} parameter and {gradient} gradient \
                 entries equal to PyTorch's recorded ones to the bit",
                self.in_value, self.as_printed.1
            )
    }
}

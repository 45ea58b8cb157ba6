//! What the cells showed: the page that the port writes on, without pictures, and the check against the numbers of 2020.

use super::printing::{numpy, torch};
use crate::Tensor;
use anyhow::{Context, Result};
use std::fmt;

/// The page: every cell that ran, in order, with what it showed, and the runs that were kept.
#[derive(Default)]
pub struct Page {
    pub cells: Vec<Cell>,
    pub runs: Vec<Run>,
}

/// One cell: its label, and what it showed.
pub struct Cell {
    pub label: &'static str,
    pub outputs: Vec<Output>,
}

/// Printed text, and each number in it.
pub struct Output {
    /// `tensor`, `loss 2000` or `difference 2000`, as the list of printed numbers has it.
    pub name: String,
    pub text: String,
    numbers: Vec<String>,
    columns: usize,
}

/// One run of the descent: its losses, and parameter and gradient after the last step, row by row.
pub struct Run {
    pub losses: Vec<f64>,
    pub parameter: Vec<f64>,
    pub gradient: Vec<f64>,
}

/// The chart of the losses: not drawn here, its note is printed.
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

    /// Shows a cell's last value.
    pub fn show(&mut self, tensor: &Tensor) -> Result<()> {
        self.push("tensor".to_owned(), torch::tensor(tensor)?, torch::elements(tensor)?, tensor);
        Ok(())
    }

    /// `print(t, ':', loss)`.
    pub fn print_loss(&mut self, t: usize, loss: &Tensor) -> Result<()> {
        self.push(format!("loss {t}"), format!("{t} : {}", torch::tensor(loss)?), torch::elements(loss)?, loss);
        Ok(())
    }

    /// The picture of the difference, left out; the array is printed after it.
    pub fn imshow(&mut self, _difference: &Tensor, t: usize, _loss: &Tensor) -> Result<()> {
        self.push(format!("difference {t}"), String::new(), vec![], &Tensor::from(0.0));
        Ok(())
    }

    /// `print(Diff)`.
    pub fn print_array(&mut self, difference: &Tensor) -> Result<()> {
        let picture = self.cells.last_mut().and_then(|cell| cell.outputs.pop());
        let name = picture.context("print_array without imshow before it")?.name;
        self.push(name, numpy::array(difference)?, numpy::elements(difference)?, difference);
        Ok(())
    }

    /// The chart, left out but for its note.
    pub fn show_chart(&mut self, chart: LineChart) {
        self.push("chart".to_owned(), chart.note.to_owned(), vec![], &Tensor::from(0.0));
    }

    /// Keeps a run.
    pub fn keep(
        &mut self,
        _name: &'static str,
        _matrix: &'static str,
        _learning_rate: f64,
        _momentum: f64,
        losses: &[f64],
        random_inverse: &Tensor,
    ) -> Result<()> {
        let numbers = |tensor: &Tensor| Vec::try_from(tensor.f_reshape([-1])?);
        let (parameter, gradient) = (numbers(random_inverse)?, numbers(&random_inverse.f_grad()?)?);
        self.runs.push(Run { losses: losses.to_vec(), parameter, gradient });
        Ok(())
    }

    fn push(&mut self, name: String, text: String, numbers: Vec<String>, tensor: &Tensor) {
        let columns = tensor.size().last().map_or(1, |&columns| columns as usize);
        if let Some(cell) = self.cells.last_mut() {
            cell.outputs.push(Output { name, text, numbers, columns });
        }
    }
}

/// How a page compares with what was printed in 2020.
#[derive(Default)]
pub struct Check {
    /// How many numbers were printed.
    pub numbers: usize,
    /// How many are equal when the texts are read as numbers.
    pub equal_in_value: usize,
    /// How many are equal character by character.
    pub equal_as_printed: usize,
    /// The others, each with the label of its cell.
    pub differences: Vec<(&'static str, String)>,
}

/// Compares the page with the 266 printed numbers.
pub fn check(page: &Page) -> Check {
    let mut check = Check::default();
    for line in include_str!("../../../src/notebook/printed_numbers.csv").lines().skip(1) {
        let [cell, output, row, column, printed] = line.split(',').collect::<Vec<_>>()[..] else { continue };
        let place = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX);
        let found = page.cells.iter().filter(|found| found.label == cell).find_map(|cell| {
            let found = cell.outputs.iter().find(|found| found.name == output)?;
            Some((cell.label, found.numbers.chunks(found.columns).nth(place(row))?.get(place(column))?))
        });
        let value = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        check.numbers += 1;
        let (label, computed) = found.map_or(("", "nothing"), |(label, computed)| (label, computed));
        check.equal_in_value += usize::from(value(computed) == value(printed));
        check.equal_as_printed += usize::from(computed == printed);
        if computed != printed {
            let text = format!("{cell} {output}, row {row}, column {column}: printed {printed}, computed {computed}");
            check.differences.push((label, text));
        }
    }
    check
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.outputs.iter().try_for_each(|output| writeln!(f, "{}", output.text))
    }
}

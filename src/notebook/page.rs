//! What the cells showed: the page that the port writes on, as plain values with their text.

use crate::experiment::digest::Digest;
use crate::libtorch::Libtorch;
use crate::notebook::matrix_inverse::notebook;
use crate::notebook::printing::{numpy, torch};
use anyhow::Result;
use serde::Serialize;
use std::panic::Location;
use tch::Tensor;

/// The page: every cell that ran, in order, with what it showed, and the runs that were kept. A tensor that can't be read
/// is an error.
#[derive(Debug)]
pub struct Page {
    /// The cells, in the notebook's order.
    pub cells: Vec<Cell>,
    /// The runs of 10,000 steps, `losses1` to `losses4`.
    pub runs: Vec<Run>,
}

/// One cell.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// The notebook's own label, such as `In [106]`. Several cells are `In [0]`.
    pub cell: &'static str,
    /// The line of the port on which the cell begins.
    pub source_line: u32,
    /// What the cell showed, in order.
    pub outputs: Vec<Output>,
}

/// One thing that a cell showed.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Output {
    /// Text with numbers in it: a tensor, a loss or an array.
    Text(Text),
    /// The picture of a residual.
    HeatMap(HeatMap),
    /// The chart of the losses.
    LineChart(LineChart),
}

/// Printed text, and each number in it as it was printed.
#[derive(Debug, Serialize)]
pub struct Text {
    /// Which output of its cell this is: `tensor`, `loss 2000` or `difference 2000`.
    pub name: String,
    /// The text, as the notebook prints it.
    pub text: String,
    /// The numbers in the text, row by row, without padding.
    #[serde(skip)]
    pub numbers: Vec<String>,
    /// How many numbers stand in a row.
    #[serde(skip)]
    pub columns: usize,
}

/// A picture of the residual R·M − I, the notebook's "difference".
#[derive(Debug, Serialize)]
pub struct HeatMap {
    /// The step before which it was taken.
    pub t: usize,
    /// The loss at that step.
    pub loss: f32,
    /// The residual, n×n, row by row.
    #[serde(skip)]
    pub difference: Vec<f32>,
}

/// A chart of curves over the steps, on a logarithmic axis.
#[derive(Debug, Default, Serialize)]
pub struct LineChart {
    /// The curves' names, in the order in which they were added.
    pub names: Vec<&'static str>,
    /// The curves, one value a step.
    #[serde(skip)]
    pub curves: Vec<Vec<f32>>,
    /// What a reader of the names should know.
    pub note: &'static str,
}

impl Output {
    /// Of a picture that the cell `cell` shows: the name of its files, without extension.
    pub fn file(&self, cell: &str) -> Option<String> {
        let cell = cell.to_lowercase().replace(' ', "-").replace(['[', ']'], "");
        match self {
            Output::Text(_) => None,
            Output::HeatMap(map) => Some(format!("{cell}-difference-{}", map.t)),
            Output::LineChart(_) => Some(format!("{cell}-losses")),
        }
    }
}

impl LineChart {
    /// Adds a curve.
    pub fn line(&mut self, name: &'static str, y: &[f64]) {
        self.names.push(name);
        self.curves.push(y.iter().map(|&loss| loss as f32).collect());
    }
}

/// One run of the descent with its settings. In JSON each number is the shortest decimal that reads back to the same bits.
#[derive(Debug, Serialize)]
pub struct Run {
    /// The notebook's name for its losses: `losses1` to `losses4`.
    pub name: &'static str,
    /// `diagonal` (M1234) or `random` (M_random).
    pub matrix: &'static str,
    /// The seed of the first parameter, which every run draws anew.
    pub seed: i64,
    /// The learning rate.
    pub learning_rate: f64,
    /// The momentum.
    pub momentum: f64,
    /// How many steps were taken.
    pub steps: usize,
    /// The loss at the start of each step.
    pub losses: Vec<f32>,
    /// Their digest.
    pub losses_sha256: Digest,
    /// The rows of the parameter after the last step.
    pub parameter: Vec<Vec<f32>>,
    /// The rows of its gradient after the last step, already scaled by the momentum.
    pub gradient: Vec<Vec<f32>>,
}

impl Page {
    /// Runs all cells in order. `range` is Python's: the steps from 0 up to a number. The cells seed libtorch's generator
    /// and draw from it again and again, so the run holds [`Libtorch::generator`] from the first to the last; `range` must
    /// not ask for it.
    ///
    /// # Errors
    /// When a cell fails: the determinant is zero, or a value can't be read back.
    pub fn run<R: Iterator<Item = usize>>(libtorch: Libtorch, range: impl Fn(usize) -> R) -> Result<Page> {
        let _drawing = libtorch.generator();
        let mut page = Page { cells: vec![], runs: vec![] };
        notebook(&mut page, range)?;
        Ok(page)
    }

    /// Begins the next cell, at the caller's line.
    #[track_caller]
    pub fn cell(&mut self, cell: &'static str) {
        self.cells.push(Cell { cell, source_line: Location::caller().line(), outputs: vec![] });
    }

    /// Shows a cell's last value, as a notebook does.
    pub fn show(&mut self, tensor: &Tensor) -> Result<()> {
        self.text("tensor".to_owned(), torch::tensor(tensor)?, torch::elements(tensor)?, tensor);
        Ok(())
    }

    /// `print(t, ':', loss)`.
    pub fn print_loss(&mut self, t: usize, loss: &Tensor) -> Result<()> {
        let text = format!("{t} : {}", torch::tensor(loss)?);
        self.text(format!("loss {t}"), text, torch::elements(loss)?, loss);
        Ok(())
    }

    /// `print(Diff)` of a NumPy array with the notebook's print options.
    pub fn print_array(&mut self, difference: &Tensor) -> Result<()> {
        let name = match self.cells.last().and_then(|cell| cell.outputs.last()) {
            Some(Output::HeatMap(map)) => format!("difference {}", map.t),
            _ => "difference".to_owned(),
        };
        self.text(name, numpy::array(difference)?, numpy::elements(difference)?, difference);
        Ok(())
    }

    /// `px.imshow(Diff, range_color=[-1,1])` with the notebook's title.
    pub fn imshow(&mut self, difference: &Tensor, t: usize, loss: &Tensor) -> Result<()> {
        let (loss, difference) = (f32::try_from(loss.f_detach()?)?, Vec::try_from(difference.f_flatten(0, -1)?)?);
        self.push(Output::HeatMap(HeatMap { t, loss, difference }));
        Ok(())
    }

    /// `fig.show()`.
    pub fn show_chart(&mut self, chart: LineChart) {
        self.push(Output::LineChart(chart));
    }

    /// Keeps a run for the report: its settings, its losses and where it ended.
    pub fn keep(
        &mut self,
        name: &'static str,
        matrix: &'static str,
        learning_rate: f64,
        momentum: f64,
        losses: &[f64],
        random_inverse: &Tensor,
    ) -> Result<()> {
        let losses: Vec<f32> = losses.iter().map(|&loss| loss as f32).collect();
        self.runs.push(Run {
            name,
            matrix,
            seed: 314,
            learning_rate,
            momentum,
            steps: losses.len(),
            losses_sha256: Digest::of(&losses),
            losses,
            parameter: Vec::try_from(random_inverse.f_detach()?)?,
            gradient: Vec::try_from(random_inverse.f_grad()?)?,
        });
        Ok(())
    }

    fn text(&mut self, name: String, text: String, numbers: Vec<String>, tensor: &Tensor) {
        let columns = tensor.size().last().map_or(1, |&columns| columns as usize);
        self.push(Output::Text(Text { name, text, numbers, columns }));
    }

    fn push(&mut self, output: Output) {
        if let Some(cell) = self.cells.last_mut() {
            cell.outputs.push(output);
        }
    }
}

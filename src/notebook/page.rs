//! What the cells showed: the page that the port writes on, as plain values with their text.

use crate::experiment::trajectory::Trajectory;
use crate::libtorch::Libtorch;
use crate::notebook::printing::{numpy, torch};
use anyhow::Result;
use indicatif::ProgressBar;
use serde::Serialize;
use std::panic::Location;
use tch::Tensor;

/// The page: every cell that ran, in order, with what it showed, and the runs that were kept.
#[derive(Debug)]
pub struct Page {
    /// The cells, in the notebook's order.
    pub cells: Vec<Cell>,
    /// The runs of 10,000 steps, `losses1` to `losses4`.
    pub runs: Vec<Run>,
    progress: ProgressBar,
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
}

impl HeatMap {
    /// The name of the picture's files, without extension.
    pub fn file(&self, cell: &str) -> String {
        format!("{}-difference-{}", file_prefix(cell), self.t)
    }
}

impl LineChart {
    /// The name of the picture's files, without extension.
    pub fn file(&self, cell: &str) -> String {
        format!("{}-losses", file_prefix(cell))
    }

    /// An empty chart.
    pub fn new() -> LineChart {
        LineChart::default()
    }

    /// Adds a curve.
    pub fn line(&mut self, name: &'static str, y: &[f64]) {
        self.names.push(name);
        self.curves.push(y.iter().map(|&loss| loss as f32).collect());
    }
}

/// One run of the descent with its settings.
#[derive(Debug)]
pub struct Run {
    /// The notebook's name for its losses: `losses1` to `losses4`.
    pub name: &'static str,
    /// `diagonal` (M1234) or `random` (M_random).
    pub matrix: &'static str,
    /// The learning rate.
    pub learning_rate: f64,
    /// The momentum.
    pub momentum: f64,
    /// Losses, final parameter and gradient.
    pub trajectory: Trajectory<f32>,
}

impl Page {
    /// An empty page; its runs move `progress` on by one a step.
    pub fn new(_: Libtorch, progress: ProgressBar) -> Page {
        Page { cells: vec![], runs: vec![], progress }
    }

    /// Begins the next cell, at the caller's line.
    #[track_caller]
    pub fn cell(&mut self, cell: &'static str) {
        self.progress.set_message(cell);
        self.cells.push(Cell { cell, source_line: Location::caller().line(), outputs: vec![] });
    }

    /// The steps `0..steps`, shown as progress.
    pub fn steps(&self, steps: usize) -> impl Iterator<Item = usize> + use<> {
        let progress = self.progress.clone();
        (0..steps).inspect(move |_| progress.inc(1))
    }

    /// Shows a cell's last value, as a notebook does.
    ///
    /// # Errors
    /// When the tensor can't be read.
    pub fn show(&mut self, tensor: &Tensor) -> Result<()> {
        let text = torch::tensor(tensor)?;
        self.text("tensor".to_string(), text, torch::elements(tensor)?, columns(tensor))
    }

    /// `print(t, ':', loss)`.
    ///
    /// # Errors
    /// When the tensor can't be read.
    pub fn print_loss(&mut self, t: usize, loss: &Tensor) -> Result<()> {
        let text = format!("{t} : {}", torch::tensor(loss)?);
        self.text(format!("loss {t}"), text, torch::elements(loss)?, 1)
    }

    /// `print(Diff)` of a NumPy array with the notebook's print options.
    ///
    /// # Errors
    /// When the tensor isn't an n×n array that can be read.
    pub fn print_array(&mut self, difference: &Tensor) -> Result<()> {
        let name = match self.cells.last().and_then(|cell| cell.outputs.last()) {
            Some(Output::HeatMap(map)) => format!("difference {}", map.t),
            _ => "difference".to_string(),
        };
        let text = numpy::array(difference)?;
        self.text(name, text, numpy::elements(difference)?, columns(difference))
    }

    /// `px.imshow(Diff, range_color=[-1,1])` with the notebook's title.
    ///
    /// # Errors
    /// When the tensors can't be read.
    pub fn imshow(&mut self, difference: &Tensor, t: usize, loss: &Tensor) -> Result<()> {
        let loss = f32::try_from(loss.f_detach()?)?;
        let difference = Vec::<f32>::try_from(difference.f_flatten(0, -1)?)?;
        self.push(Output::HeatMap(HeatMap { t, loss, difference }));
        Ok(())
    }

    /// `fig.show()`.
    pub fn show_chart(&mut self, chart: LineChart) {
        self.push(Output::LineChart(chart));
    }

    /// Keeps a run for the report: its settings, its losses and where it ended.
    ///
    /// # Errors
    /// When the parameter or its gradient can't be read.
    pub fn keep(
        &mut self,
        name: &'static str,
        matrix: &'static str,
        learning_rate: f64,
        momentum: f64,
        losses: &[f64],
        random_inverse: &Tensor,
    ) -> Result<()> {
        let trajectory = Trajectory {
            losses: losses.iter().map(|&loss| loss as f32).collect(),
            parameter: Vec::try_from(random_inverse.f_detach()?.f_flatten(0, -1)?)?,
            gradient: Vec::try_from(random_inverse.f_grad()?.f_flatten(0, -1)?)?,
        };
        self.runs.push(Run { name, matrix, learning_rate, momentum, trajectory });
        Ok(())
    }

    fn text(&mut self, name: String, text: String, numbers: Vec<String>, columns: usize) -> Result<()> {
        self.push(Output::Text(Text { name, text, numbers, columns }));
        Ok(())
    }

    fn push(&mut self, output: Output) {
        if let Some(cell) = self.cells.last_mut() {
            cell.outputs.push(output);
        }
    }
}

fn columns(tensor: &Tensor) -> usize {
    tensor.size().last().map_or(1, |&columns| columns as usize)
}

/// `In [106]` as the beginning of a file's name: `in-106`.
fn file_prefix(cell: &str) -> String {
    cell.to_lowercase().replace(' ', "-").replace(['[', ']'], "")
}

//! The report as the terminal shows it: each cell's output in the notebook's format, with a mark.

use crate::notebook::page::{Cell, Output};
use crate::notebook::printed::{Check, Difference};
use crate::report::Report;
use clap::builder::styling::{AnsiColor, Style};
use std::fmt::Write;

const AS_PRINTED: Style = AnsiColor::Green.on_default();
const IN_VALUE: Style = AnsiColor::Yellow.on_default();
const DIFFERENT: Style = AnsiColor::Red.on_default().bold();

/// All cells that showed something, each under its mark; colours as ANSI escapes.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for cell in report.page.cells.iter().filter(|cell| !cell.outputs.is_empty()) {
        let differences: Vec<_> = report.check.of_cell(cell.cell).collect();
        let _ = writeln!(text, "{}:  {}", cell.cell, mark(cell, &differences));
        for difference in differences {
            let _ = writeln!(text, "    {}", describe(difference));
        }
        for output in &cell.outputs {
            let _ = match output {
                Output::Text(output) => writeln!(text, "{}", output.text),
                Output::HeatMap(map) => writeln!(text, "[picture: {}.png]", map.file(cell.cell)),
                Output::LineChart(chart) => {
                    writeln!(text, "[picture: {}.png]", chart.file(cell.cell))
                }
            };
        }
        text.push('\n');
    }
    text.push_str("tch can't name the function behind a tensor: the notebook's `grad_fn=<…>` is left out.\n");
    text
}

/// The verdict: `266 of 266 numbers equal in value, 263 as printed`.
pub fn verdict(check: &Check) -> String {
    let mut text = format!(
        "{} of {} numbers equal in value, {} as printed",
        check.equal_in_value, check.numbers, check.equal_as_printed
    );
    if check.explained > 0 {
        let _ = write!(text, ", {} explained by the order of summation", check.explained);
    }
    text
}

/// One difference in a line: where, printed, computed, why.
pub fn describe(difference: &Difference) -> String {
    let Difference { cell, output, row, column, printed, computed, why, .. } = difference;
    let computed = if computed.is_empty() { "nothing" } else { computed };
    format!("{cell} {output}, row {row}, column {column}: printed {printed}, computed {computed} ({why})")
}

fn mark(cell: &Cell, differences: &[&Difference]) -> String {
    let numbers: usize =
        cell.outputs.iter().map(|output| if let Output::Text(text) = output { text.numbers.len() } else { 0 }).sum();
    let (style, words) = if numbers == 0 {
        (Style::new(), "a picture, nothing printed".to_string())
    } else if differences.is_empty() {
        (AS_PRINTED, format!("= as printed ({numbers} numbers)"))
    } else if differences.iter().all(|difference| difference.equal_in_value) {
        (IN_VALUE, format!("≈ equal in value; {} of {numbers} numbers printed differently", differences.len()))
    } else {
        (DIFFERENT, format!("≠ {} of {numbers} numbers differ", differences.len()))
    };
    format!("{style}{words}{style:#}")
}

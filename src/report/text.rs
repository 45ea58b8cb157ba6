//! A reproduction as the terminal shows it: each cell's output in the notebook's format, with a mark.

use crate::notebook::page::{Cell, Output, Run};
use crate::notebook::printed::Difference;
use crate::report::arithmetic::Named;
use crate::report::{Orders, Reproduction};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

const AS_PRINTED: Style = AnsiColor::Green.on_default();
const IN_VALUE: Style = AnsiColor::Yellow.on_default();
const DIFFERENT: Style = AnsiColor::Red.on_default().bold();

/// All cells that showed something, each under its mark, then the expected numbers that none showed, and the digests of the
/// runs; colours as ANSI escapes.
pub fn render(reproduction: &Reproduction) -> String {
    let mut text = String::new();
    let check = &reproduction.verdict.notebook;
    for cell in reproduction.page.cells.iter().filter(|cell| !cell.outputs.is_empty()) {
        let differences: Vec<_> = check.of_cell(cell.cell).collect();
        let _ = writeln!(text, "{}:  {}", cell.cell, mark(cell, &differences));
        for same in differences.chunk_by(|a, b| a.why == b.why) {
            for Difference { expected, computed, .. } in same {
                let _ = writeln!(text, "    {expected}, computed {computed}");
            }
            let _ = writeln!(text, "        {}", same[0].why);
            if let Some(both) = reproduction.orders.as_ref().filter(|_| same[0].is_explained()) {
                text += &orders(both);
            }
        }
        for output in &cell.outputs {
            if let Output::Text(output) = output {
                let _ = writeln!(text, "{}", output.text);
            }
            if let Some(file) = output.file(cell.cell) {
                let _ = writeln!(text, "[picture: {file}.png]");
            }
            if let Output::LineChart(chart) = output {
                let _ = writeln!(text, "{}", chart.note);
            }
        }
        text.push('\n');
    }
    if !check.missing.is_empty() {
        let _ = writeln!(text, "{DIFFERENT}≠ expected, but no cell shows it{DIFFERENT:#}");
        for missing in &check.missing {
            let _ = writeln!(text, "    {missing}");
        }
        text.push('\n');
    }
    text += "tch can't name the function behind a tensor: the notebook's `grad_fn=<…>` is left out.\n\n";
    for Run { name, matrix, momentum, losses_sha256, .. } in &reproduction.page.runs {
        let _ = writeln!(text, "{name}: {matrix} matrix, momentum {momentum}: losses {losses_sha256}");
    }
    text
}

/// What the two orders are, a line for each sum.
fn orders(orders: &Orders) -> String {
    let words = |trees: &[Named]| trees.iter().map(|tree| &*tree.words).collect::<Vec<_>>().join(" / ");
    let mut text = String::new();
    for (name, [notebook, here]) in orders.both() {
        let _ = match notebook == here {
            true => writeln!(text, "        {name}, in 2020 and here: {}", words(here)),
            false => writeln!(text, "        {name}, in 2020: {}; here: {}", words(notebook), words(here)),
        };
    }
    text
}

fn mark(cell: &Cell, differences: &[&Difference]) -> String {
    let shown = cell.outputs.iter().map(|output| match output {
        Output::Text(text) => text.numbers.len(),
        _ => 0,
    });
    let (numbers, differ) = (shown.sum::<usize>(), differences.len());
    let (style, words) = if numbers == 0 {
        (Style::new(), "a picture, nothing printed".to_owned())
    } else if differences.is_empty() {
        (AS_PRINTED, format!("= as printed ({numbers} numbers)"))
    } else if differences.iter().all(|difference| difference.equal_in_value) {
        (IN_VALUE, format!("≈ equal in value; {differ} of {numbers} numbers printed differently"))
    } else if differences.iter().all(|difference| !difference.fails) {
        (IN_VALUE, format!("≈ {differ} of {numbers} numbers differ, explained by the order of summation"))
    } else {
        (DIFFERENT, format!("≠ {differ} of {numbers} numbers differ"))
    };
    format!("{style}{words}{style:#}")
}

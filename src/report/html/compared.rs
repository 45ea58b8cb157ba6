//! A cell's text as the notebook printed it and as it is printed now, with the numbers that differ marked.

use crate::notebook::page::{Cell, Output};
use crate::notebook::printed::Check;
use serde::Serialize;

/// A piece of text. Only the notebook's numbers are known: what stands between them is taken from now.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// As the notebook printed it.
    pub printed: String,
    /// As it is printed now.
    pub computed: String,
    /// Why the two differ; empty if they don't.
    pub why: String,
}

/// All texts of `cell`, one below the other.
pub fn compared(cell: &Cell, check: &Check) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec![];
    let mut add = |printed: &str, computed: &str, why: &str| match pieces.last_mut() {
        Some(last) if last.why.is_empty() && why.is_empty() => {
            last.printed += printed;
            last.computed += computed;
        }
        _ => pieces.push(Piece { printed: printed.to_owned(), computed: computed.to_owned(), why: why.to_owned() }),
    };
    for output in &cell.outputs {
        let Output::Text(text) = output else { continue };
        let mut rest = text.text.as_str();
        for (index, number) in text.numbers.iter().enumerate() {
            let Some((before, after)) = rest.split_once(number.as_str()) else { break };
            let place = (text.name.as_str(), index / text.columns, index % text.columns);
            let mut differences = check.of_cell(cell.cell);
            let found = differences.find(|it| {
                let it = &it.expected;
                (it.output.as_str(), it.row, it.column) == place
            });
            add(before, before, "");
            match found {
                None => add(number, number, ""),
                Some(difference) => add(&difference.expected.printed, number, &difference.why),
            }
            rest = after;
        }
        add(rest, rest, "");
        add("\n", "\n", "");
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::page::Text;
    use crate::notebook::printed::Difference;

    #[test]
    fn a_number_that_differs_is_marked_on_both_sides() {
        let text = |name: &str, text: &str, numbers: &[&str], columns| {
            Output::Text(Text {
                name: name.to_owned(),
                text: text.to_owned(),
                numbers: numbers.iter().map(|number| number.to_string()).collect(),
                columns,
            })
        };
        let cell = Cell {
            cell: "In [121]",
            source_line: 1,
            outputs: vec![
                text("loss 0", "0 : tensor(0.5)", &["0.5"], 1),
                text("tensor", "[[1., 0.],\n [0., 2.]]", &["1.", "0.", "0.", "2."], 2),
            ],
        };
        let difference = Difference {
            expected: crate::notebook::printed::Printed {
                cell: "In [121]".to_owned(),
                output: "tensor".to_owned(),
                row: 1,
                column: 0,
                printed: "-0.".to_owned(),
            },
            computed: "0.".to_owned(),
            equal_in_value: true,
            why: "a sign".to_owned(),
            fails: false,
        };
        let check = Check {
            numbers: 5,
            equal_in_value: 5,
            equal_as_printed: 4,
            within_bound: 0,
            differences: vec![difference],
            missing: vec![],
        };
        let piece = |printed: &str, computed: &str, why: &str| Piece {
            printed: printed.to_owned(),
            computed: computed.to_owned(),
            why: why.to_owned(),
        };
        let (before, after) = ("0 : tensor(0.5)\n[[1., 0.],\n [", ", 2.]]\n");
        let expected = [piece(before, before, ""), piece("-0.", "0.", "a sign"), piece(after, after, "")];
        assert_eq!(compared(&cell, &check), expected);
    }
}

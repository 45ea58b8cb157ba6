//! A cell's text as the notebook printed it and as it is printed now, with the numbers that differ marked.

use crate::notebook::page::{Cell, Output, Text};
use crate::notebook::printed::{Check, Difference};

/// A piece of text; marked where the other side has another one in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Why it differs; empty if it doesn't.
    pub why: String,
}

/// Both texts of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// As the notebook printed it. Only its numbers are known: what stands between them is taken from now.
    pub printed: Vec<Piece>,
    /// As it is printed now.
    pub computed: Vec<Piece>,
}

/// All texts of `cell`, one below the other.
pub fn compared(cell: &Cell, check: &Check) -> Compared {
    let differences: Vec<&Difference> = check.of_cell(cell.cell).collect();
    let mut compared = Compared::default();
    for output in &cell.outputs {
        if let Output::Text(text) = output {
            if !compared.printed.is_empty() {
                compared.both("\n");
            }
            compared.add(text, &differences);
        }
    }
    compared
}

impl Compared {
    fn add(&mut self, text: &Text, differences: &[&Difference]) {
        let mut rest = text.text.as_str();
        for (index, number) in text.numbers.iter().enumerate() {
            let (row, column) = (index / text.columns, index % text.columns);
            let Some((before, after)) = rest.split_once(number.as_str()) else {
                break;
            };
            self.both(before);
            rest = after;
            let difference = differences.iter().find(|difference| {
                (&difference.output, difference.row, difference.column) == (&text.name, row, column)
            });
            match difference {
                None => self.both(number),
                Some(difference) => {
                    let piece = |text: &str| Piece { text: text.to_owned(), why: difference.why.clone() };
                    self.printed.push(piece(&difference.printed));
                    self.computed.push(piece(&difference.computed));
                }
            }
        }
        self.both(rest);
    }

    /// Adds text that both sides share.
    fn both(&mut self, text: &str) {
        for side in [&mut self.printed, &mut self.computed] {
            match side.last_mut() {
                Some(last) if last.why.is_empty() => last.text.push_str(text),
                _ => side.push(Piece { text: text.to_owned(), why: String::new() }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            cell: "In [121]".to_owned(),
            output: "tensor".to_owned(),
            row: 1,
            column: 0,
            printed: "-0.".to_owned(),
            computed: "0.".to_owned(),
            equal_in_value: true,
            why: "a sign".to_owned(),
            fails: false,
        };
        let check =
            Check { numbers: 5, equal_in_value: 5, equal_as_printed: 4, explained: 0, differences: vec![difference] };
        let side = |number: &str| {
            [("0 : tensor(0.5)\n[[1., 0.],\n [", ""), (number, "a sign"), (", 2.]]", "")]
                .map(|(text, why)| Piece { text: text.to_owned(), why: why.to_owned() })
        };
        let compared = compared(&cell, &check);
        assert_eq!(compared.printed, side("-0."));
        assert_eq!(compared.computed, side("0."));
    }
}

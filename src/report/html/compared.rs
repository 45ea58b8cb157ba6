//! A cell's text as the notebook printed it and as it is printed now, with the numbers that differ marked.

use crate::notebook::page::{Cell, Output};
use crate::notebook::printed::Check;
use serde::Serialize;

/// A piece of text. Only the notebook's numbers are known: what stands between them is taken from now.
#[derive(Serialize)]
pub struct Piece {
    printed: String,
    computed: String,
    /// Why the two differ; empty if they don't.
    why: String,
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
        let mut rest = &*text.text;
        for (index, number) in text.numbers.iter().enumerate() {
            let Some((before, after)) = rest.split_once(&**number) else { break };
            let place = (&*text.name, index / text.columns, index % text.columns);
            add(before, before, "");
            match check
                .of_cell(cell.cell)
                .find(|it| (&*it.expected.output, it.expected.row, it.expected.column) == place)
            {
                None => add(number, number, ""),
                Some(difference) => add(&difference.expected.printed, number, &difference.why),
            }
            rest = after;
        }
        let rest = format!("{rest}\n");
        add(&rest, &rest, "");
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::page::Text;
    use crate::notebook::printed::{Difference, Printed};

    #[test]
    fn a_number_that_differs_is_marked_on_both_sides() {
        let text = |name: &str, text: &str, numbers: &str, columns| {
            let numbers = numbers.split(' ').map(str::to_owned).collect();
            Output::Text(Text { name: name.to_owned(), text: text.to_owned(), numbers, columns })
        };
        let outputs = vec![
            text("loss 0", "0 : tensor(0.5)", "0.5", 1),
            text("tensor", "[[1., 0.],\n [0., 2.]]", "1. 0. 0. 2.", 2),
        ];
        let [cell, output, printed, computed, why] = ["In [121]", "tensor", "-0.", "0.", "a sign"].map(str::to_owned);
        let expected = Printed { cell, output, row: 1, column: 0, printed };
        let difference = Difference { expected, computed, equal_in_value: true, why, fails: false };
        let check = Check { differences: vec![difference], ..Check::default() };
        let pieces = compared(&Cell { cell: "In [121]", source_line: 1, outputs }, &check);
        let pieces: Vec<_> = pieces.iter().map(|it| (&*it.printed, &*it.computed, &*it.why)).collect();
        let (before, after) = ("0 : tensor(0.5)\n[[1., 0.],\n [", ", 2.]]\n");
        assert_eq!(pieces, [(before, before, ""), ("-0.", "0.", "a sign"), (after, after, "")]);
    }
}

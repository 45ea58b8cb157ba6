//! The numbers that the notebook printed in 2020, and the check of a page against them.

use crate::experiment::limited::{self, TEXT, quoted};
use crate::notebook::page::{Output, Page, Text};
use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The most bytes of a file of printed numbers: the notebook's take 7,000.
const MAX_BYTES: u64 = 1 << 20;

/// One number as the notebook printed it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Printed {
    /// The notebook's label of the cell, such as `In [106]`.
    pub cell: String,
    /// Which output of the cell: `tensor`, `loss 2000` or `difference 2000`.
    pub output: String,
    /// The row within the output, from 0.
    pub row: usize,
    /// The column within the row, from 0.
    pub column: usize,
    /// The printed text, such as `-0.0000` or `2.6224e-12`.
    pub printed: String,
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Printed { cell, output, row, column, printed } = self;
        write!(f, "{cell} {output}, row {row}, column {column}: printed {printed}")
    }
}

impl Printed {
    /// The step of a loss of the random-matrix run, whose late digits depend on the order of summation.
    fn late_step(&self) -> Option<usize> {
        let step = self.output.strip_prefix("loss ")?.parse().ok()?;
        (self.cell == "In [116]").then_some(step)
    }
}

/// All 266 numbers of the notebook, transcribed into `src/notebook/printed_numbers.csv`.
pub fn of_the_notebook() -> Result<Vec<Printed>> {
    parse(include_bytes!("printed_numbers.csv"), "src/notebook/printed_numbers.csv")
}

/// Printed numbers from a file of the same form: CSV with the columns cell, output, row, column and printed.
pub fn read(path: &Path) -> Result<Vec<Printed>> {
    let name = path.display().to_string();
    parse(&limited::read(path, MAX_BYTES, TEXT).with_context(|| name.clone())?, &name)
}

fn parse(bytes: &[u8], name: &str) -> Result<Vec<Printed>> {
    const EXPECTED: &str = "expected a CSV file with the columns cell,output,row,column,printed";
    let mut printed = vec![];
    for (index, row) in csv::Reader::from_reader(bytes).deserialize().enumerate() {
        let record = index + 1;
        let row: Printed = row.map_err(|error| anyhow!("{name}: record {record}{}; {EXPECTED}", at_column(&error)))?;
        let is_number = row.printed.parse::<f64>().is_ok();
        ensure!(is_number, "{name}: {} in record {record} isn't a number; {EXPECTED}", quoted(&row.printed));
        let labels = row.cell.chars().chain(row.output.chars());
        ensure!(!labels.into_iter().any(limited::steers), "{name}: a control character in record {record}; {EXPECTED}");
        printed.push(row);
    }
    ensure!(!printed.is_empty(), "{name}: no printed numbers; {EXPECTED}");
    Ok(printed)
}

/// Which value of a record can't be read, and why.
fn at_column(error: &csv::Error) -> String {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return format!(": {error}") };
    let column = err.field().and_then(|at| ["cell", "output", "row", "column", "printed"].get(at as usize));
    format!(", column {}: {}", column.unwrap_or(&"unknown"), err.kind())
}

/// How a page compares with what was printed.
#[derive(Debug, Default, Serialize)]
pub struct Check {
    /// How many numbers were compared.
    pub numbers: usize,
    /// How many are equal when the printed texts are read as numbers; -0 equals 0.
    pub equal_in_value: usize,
    /// How many are equal character by character.
    pub equal_as_printed: usize,
    /// How many differ in value, and the order of summation accounts for every digit.
    pub explained: usize,
    /// Every number that isn't equal as printed.
    #[serde(skip)]
    pub differences: Vec<Difference>,
    /// Every expected number that has no place on the page: it has no such cell, output, row or column.
    #[serde(skip)]
    pub missing: Vec<Printed>,
}

/// One number that isn't equal as printed.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// What the notebook printed, and where.
    #[serde(flatten)]
    pub expected: Printed,
    /// What was computed now, printed by the same rules.
    pub computed: String,
    /// Whether the two texts are equal as numbers.
    pub equal_in_value: bool,
    /// The reason.
    pub why: String,
    /// Whether it fails the check: it differs in value, by more than another order of summation explains.
    #[serde(skip)]
    pub fails: bool,
}

impl Difference {
    /// Whether it differs in value, and the order of summation accounts for every digit.
    pub fn is_explained(&self) -> bool {
        !self.equal_in_value && !self.fails
    }
}

impl Check {
    /// Whether every number is equal in value, or explained by the order of summation.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && !self.differences.iter().any(|difference| difference.fails)
    }

    /// The differences of one cell.
    pub fn of_cell(&self, cell: &str) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |difference| difference.expected.cell == cell)
    }
}

/// Compares `page` with what was printed. `by_hand` gives, for a step, the random-matrix run's loss as the loop by hand
/// prints it in this libtorch's order of summation and in the notebook's: where a loss differs, and these are exactly the
/// computed and the printed one, the order explains it. In notebook arithmetic it is empty.
pub fn check(printed: &[Printed], page: &Page, by_hand: &BTreeMap<usize, [String; 2]>) -> Check {
    let mut check = Check { numbers: printed.len(), ..Check::default() };
    for expected in printed {
        let Some(computed) = find(page, expected) else {
            check.missing.push(expected.clone());
            continue;
        };
        if *computed == expected.printed {
            check.equal_as_printed += 1;
            check.equal_in_value += 1;
            continue;
        }
        let [was, is] = [&expected.printed, computed].map(|text| text.parse().unwrap_or(f64::NAN));
        let equal_in_value = was == is;
        let by_hand = expected.late_step().and_then(|step| by_hand.get(&step));
        let explained =
            !equal_in_value && by_hand.is_some_and(|[here, then]| [here, then] == [computed, &expected.printed]);
        let why = if equal_in_value && was.is_sign_negative() != is.is_sign_negative() {
            match expected.cell.as_str() {
                "In [121]" => "the sign of a zero: the LAPACK routine behind torch.inverse changed since 2020",
                _ => "the sign of a zero: rounding in another order of summation",
            }
            .to_owned()
        } else if equal_in_value {
            "the same number in other characters".to_owned()
        } else if explained {
            "the order of summation: the loop by hand gives exactly the computed digits in this libtorch's order, and \
             exactly the printed ones in the notebook's"
                .to_owned()
        } else {
            "not explained by the order of summation: the computation differs".to_owned()
        };
        check.equal_in_value += usize::from(equal_in_value);
        check.explained += usize::from(explained);
        check.differences.push(Difference {
            expected: expected.clone(),
            computed: computed.clone(),
            equal_in_value,
            why,
            fails: !equal_in_value && !explained,
        });
    }
    check
}

/// The number on the page that stands where `expected` stood.
fn find<'a>(page: &'a Page, expected: &Printed) -> Option<&'a String> {
    let cells = page.cells.iter().filter(|cell| cell.cell == expected.cell);
    cells.flat_map(|cell| &cell.outputs).find_map(|output| match output {
        Output::Text(Text { name, numbers, columns, .. }) if *name == expected.output && expected.column < *columns => {
            numbers.chunks(*columns).nth(expected.row)?.get(expected.column)
        }
        _ => None,
    })
}

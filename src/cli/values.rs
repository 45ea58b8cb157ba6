//! The values that options take, and what is said of a wrong one.

use crate::experiment::Gradient;
use crate::libtorch::Arithmetic;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::ops::RangeInclusive;

/// Reads a whole number in `range`, all of which `T` holds.
pub fn whole<T: TryFrom<u64>>(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text: &str| {
        let number = digits(text).filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            format!("expected a whole number from {} to {}, written with digits alone", range.start(), range.end())
        })
    }
}

/// Rust's own reader takes a plus before them.
fn digits(text: &str) -> Option<u64> {
    text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Reads a finite number above 0.
pub fn positive(text: &str) -> Result<f64, &'static str> {
    finite(text).filter(|&number| number > 0.0).ok_or("expected a finite number above 0")
}

/// A number; `None` stands for the best one.
pub type NumberOrAuto = Option<f64>;

/// Reads a finite number, or `auto`.
pub fn number_or_auto(text: &str) -> Result<NumberOrAuto, &'static str> {
    if text == "auto" { Ok(None) } else { finite(text).map(Some).ok_or("expected a finite number, or auto") }
}

/// Reads two counts, such as `128x128`.
pub fn cells(text: &str) -> Result<(usize, usize), &'static str> {
    let count = |text| digits(text).filter(|count| (1..=4096).contains(count)).map(|count| count as usize);
    let cells = text.split_once(['x', '×']).and_then(|(columns, rows)| Some((count(columns)?, count(rows)?)));
    cells.ok_or("expected two whole numbers from 1 to 4096, such as 128x128")
}

/// Reads two finite numbers, the lower first, such as `0:1`.
pub fn range(text: &str) -> Result<(f64, f64), &'static str> {
    let range = text.split_once(':').and_then(|(low, high)| Some((finite(low)?, finite(high)?)));
    let range = range.filter(|(low, high)| low < high && (high - low).is_finite());
    range.ok_or("expected two finite numbers, the lower first and not too far apart, such as 0:1")
}

/// Reads an arithmetic. The help says what each is.
pub fn arithmetic() -> impl TypedValueParser<Value = Arithmetic> {
    let words = [
        ("native", "As the library chooses on this processor"),
        (
            "notebook",
            "In sequence, each step a fused multiply-add, as on the notebook's machine: this gives its digits",
        ),
    ];
    PossibleValuesParser::new(words.map(|(word, help)| PossibleValue::new(word).help(help)))
        .try_map(|word| word.parse::<Arithmetic>())
}

/// Reads how a gradient becomes a step.
pub fn gradient() -> impl TypedValueParser<Value = Gradient> {
    let scaled =
        PossibleValue::new("scaled").alias("autograd").help("As in the notebook: scaled by the momentum, not zeroed");
    let optimizer = PossibleValue::new("optimizer").help("torch.optim.SGD with momentum");
    PossibleValuesParser::new([scaled, optimizer])
        .map(|word| if word == "optimizer" { Gradient::Optimizer } else { Gradient::Scaled })
}

#[cfg(test)]
#[test]
fn only_digits_in_the_range_are_a_whole_number() {
    assert_eq!(whole::<u16>(1..=9)("7"), Ok(7));
    for text in ["0", "10", "1e0", "7.0", "-7", "+7", "", "99999999999999999999"] {
        let error = whole::<u16>(1..=9)(text).unwrap_err();
        assert!(error.contains("from 1 to 9"), "{text}: {error}");
    }
}

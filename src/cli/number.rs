//! Whole numbers on the command line.

use std::ops::RangeInclusive;

/// Reads a whole number in `range`, all of which `T` holds.
///
/// # Errors
/// With what was expected.
pub fn whole<T: TryFrom<u64>>(text: &str, range: RangeInclusive<u64>) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        let (low, high) = range.into_inner();
        format!("expected a whole number from {low} to {high}, written with digits alone")
    })
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn only_digits_in_the_range_are_a_number() {
        assert_eq!(whole::<u16>("7", 1..=9), Ok(7));
        for text in ["0", "10", "1e0", "7.0", "-7", "", "99999999999999999999"] {
            let error = whole::<u16>(text, 1..=9).unwrap_err();
            assert!(error.contains("from 1 to 9"), "{text}: {error}");
        }
    }
}

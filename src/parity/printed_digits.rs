//! Losses that were rounded when they were printed, and how.

use serde::Serialize;

/// How a series was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Printed {
    /// With so many digits behind the point: `%.4f`.
    Decimals(i32),
    /// With so many significant digits: `%.6g`.
    Digits(i32),
    /// As `print(tensor)` does: four digits behind the point; below 1e-4 and from 1e8 on, five significant digits.
    Tensor,
}

impl Printed {
    /// The ways in which these numbers can have been printed, found from the digits that they have. `are_f32`: they are
    /// float32s, whose digits are fewer.
    pub fn ways(numbers: &[f64], are_f32: bool) -> Vec<Printed> {
        let written: Vec<_> = numbers.iter().filter_map(|&number| Written::of(number, are_f32)).collect();
        let decimals = written.iter().map(Written::decimals).max().unwrap_or(0);
        let digits = written.iter().map(|number| number.digits).max().unwrap_or(0);
        let mut ways = vec![Printed::Decimals(decimals), Printed::Digits(digits)];
        if written.iter().all(|number| if number.is_plain() { number.decimals() <= 4 } else { number.digits <= 5 }) {
            ways.push(Printed::Tensor);
        }
        ways
    }

    /// Whether `number` is printed as `printed`: it is no farther off than half a unit of the last place.
    pub fn agrees(self, number: f64, printed: f64) -> bool {
        let Some(written) = Written::of(printed, false) else {
            return number == printed || number.is_nan() && printed.is_nan();
        };
        let last = match self {
            Printed::Decimals(decimals) => -decimals,
            _ if printed == 0.0 => return number == 0.0,
            Printed::Digits(digits) => written.exponent - digits + 1,
            Printed::Tensor if written.is_plain() => -4,
            Printed::Tensor => written.exponent - 4,
        };
        // A little more, since neither number is the decimal itself.
        (number - printed).abs() <= 0.500001 * 10_f64.powi(last)
    }
}

/// The shortest decimal that reads back to a number: `digits` digits, the first of which counts 10 to the `exponent`.
struct Written {
    digits: i32,
    exponent: i32,
}

impl Written {
    /// `None` for infinity and NaN.
    fn of(number: f64, is_f32: bool) -> Option<Written> {
        let text = if is_f32 { format!("{:e}", number as f32) } else { format!("{number:e}") };
        let (mantissa, exponent) = text.split_once('e')?;
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).count() as i32;
        Some(Written { digits, exponent: exponent.parse().ok()? })
    }

    fn decimals(&self) -> i32 {
        (self.digits - 1 - self.exponent).max(0)
    }

    fn is_plain(&self) -> bool {
        (-4..8).contains(&self.exponent)
    }
}

#[cfg(test)]
#[test]
fn a_number_agrees_up_to_half_a_unit_of_the_last_place() {
    let infinite = f64::INFINITY;
    for (way, printed, agrees, differs) in [
        (Printed::Decimals(4), 0.1235, 0.12346, 0.12344),
        (Printed::Decimals(4), 0.0, 4.9e-5, 5.1e-5),
        (Printed::Digits(3), 1.23e-7, 1.2349e-7, 1.2351e-7),
        (Printed::Digits(3), 0.0, 0.0, 1e-300),
        (Printed::Tensor, 1.2346, 1.23456, 1.23454),
        (Printed::Tensor, 1.2346e-5, 1.23456e-5, 1.23454e-5),
        (Printed::Tensor, 0.0, 0.0, 1e-300),
        (Printed::Digits(3), infinite, infinite, 1.0),
        (Printed::Digits(3), infinite, infinite, -infinite),
        (Printed::Digits(3), infinite, infinite, f64::NAN),
        (Printed::Digits(3), f64::NAN, f64::NAN, 1.0),
    ] {
        assert!(way.agrees(agrees, printed) && !way.agrees(differs, printed), "{way:?}: {printed}");
    }
}

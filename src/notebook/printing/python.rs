//! Numbers as Python's `format` writes them. Both languages round the exact binary value, ties to even; they differ in
//! the form of the exponent, in the name of NaN, and in the general format, which Rust lacks.

/// `format(x, '.{precision}f')`: that many digits after the point; `nan`, `inf` or `-inf` where there are no digits.
pub fn fixed(x: f64, precision: usize) -> String {
    if x.is_finite() { format!("{x:.precision$}") } else { not_finite(x) }
}

/// `format(x, '.{precision}e')`: one digit before the point, that many after it, and an exponent with a sign and at least
/// two digits, as in `1.9984e-15`; `nan`, `inf` or `-inf` where there are no digits.
pub fn scientific(x: f64, precision: usize) -> String {
    if !x.is_finite() {
        return not_finite(x);
    }
    let (digits, exponent) = decimal(x, precision);
    with_exponent(&digits, exponent)
}

/// `format(x, '.{precision}')`, which is what `f'{loss:.2}'` does to a number: that many significant digits without
/// trailing zeros, and an exponent where the number is below 1e-4 or has so many digits before the point that the one
/// after it, which this format always shows, would be one too many: `1.7`, `1.0`, `1.2e+02`, `2e-15`.
///
/// Source: Python's "Format Specification Mini-Language", presentation type *none* of a float.
pub fn general(x: f64, precision: usize) -> String {
    if !x.is_finite() {
        return not_finite(x);
    }
    let significant = precision.max(1);
    let (digits, exponent) = decimal(x, significant - 1);
    if exponent < -4 || exponent + 1 >= significant as i64 {
        return with_exponent(without_trailing_zeros(&digits), exponent);
    }
    let after_point = (significant as i64 - 1 - exponent) as usize;
    let text = format!("{x:.after_point$}");
    match without_trailing_zeros(&text) {
        whole if !whole.contains('.') => format!("{whole}.0"),
        text => text.to_string(),
    }
}

/// The digits of a finite `x`, one before the point and `precision` after it, and its decimal exponent.
fn decimal(x: f64, precision: usize) -> (String, i64) {
    let text = format!("{x:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.to_string(), exponent.parse().unwrap_or(0))
}

fn with_exponent(digits: &str, exponent: i64) -> String {
    format!("{digits}e{exponent:+03}")
}

fn without_trailing_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

fn not_finite(x: f64) -> String {
    match x {
        f64::INFINITY => "inf",
        f64::NEG_INFINITY => "-inf",
        _ => "nan",
    }
    .to_string()
}

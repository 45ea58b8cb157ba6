//! PyTorch's runs, as `src/parity/pytorch/recorded/record.py` recorded them: numbers cut out of its JSON.

/// One recorded run.
pub struct Recorded(&'static str);

/// All recorded runs, the notebook's four first.
pub fn runs() -> Vec<Recorded> {
    let text = include_str!("../../../src/parity/pytorch/recorded/notebook_arithmetic.json");
    text.split("{\"settings\":").skip(1).map(Recorded).collect()
}

impl Recorded {
    /// A setting's text, such as `f32` for `dtype`.
    pub fn setting(&self, name: &str) -> &'static str {
        text(self.0.split_once('}').map_or("", |(settings, _)| settings), name).trim_matches('"')
    }

    /// The losses, the parameter, the gradient, the initial parameter or the matrix, row by row.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        read(text(self.0.split_once('}').map_or("", |(_, run)| run), name), self.setting("dtype") == "f32")
    }
}

/// What stands behind `"name":`, up to the comma that ends it.
fn text<'a>(object: &'a str, name: &str) -> &'a str {
    let value = object.split_once(&format!("\"{name}\":")).map_or("", |(_, value)| value);
    let (mut depth, mut is_quoted) = (0, false);
    let end = value.find(|c| {
        match c {
            '"' => is_quoted = !is_quoted,
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => (),
        }
        depth == 0 && !is_quoted && matches!(c, ',' | '}')
    });
    &value[..end.unwrap_or(value.len())]
}

/// The numbers of a list. `nan` and `inf` stand there as strings.
pub fn read(list: &str, is_f32: bool) -> Vec<f64> {
    let numbers = list.split(['[', ']', ',', '"', ' ']).filter(|text| !text.is_empty());
    let parse = |text: &str| if is_f32 { text.parse().map(|x: f32| f64::from(x)) } else { text.parse() };
    numbers.filter_map(|text| parse(text).ok()).collect()
}

/// The first place where two series differ in a bit, or where one has ended; every NaN is the same as another.
pub fn difference(ours: &[f64], theirs: &[f64]) -> Option<usize> {
    let same = |a: &f64, b: &f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let both = ours.iter().zip(theirs);
    both.enumerate()
        .find(|(_, (a, b))| !same(a, b))
        .map(|(at, _)| at)
        .or_else(|| (ours.len() != theirs.len()).then_some(ours.len().min(theirs.len())))
}

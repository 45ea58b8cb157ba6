//! The idiom pairs of `notebooks-ported/autograd`: each idea of PyTorch's autograd as a Python and a Rust program.

/// One pair.
#[derive(Clone, Copy, Debug)]
pub struct Idiom {
    /// Its number and name: `07_aliasing`.
    pub name: &'static str,
    /// The Python program.
    pub python: &'static str,
    /// The Rust program.
    pub rust: &'static str,
    /// What the Python program printed when it was recorded; the Rust program prints the same unless it has a record of
    /// its own.
    pub printed: &'static str,
    /// What the Rust program prints where the languages part.
    pub printed_by_rust: Option<&'static str>,
}

/// All pairs, in teaching order.
pub const IDIOMS: &[Idiom] = &include!(concat!(env!("OUT_DIR"), "/idioms.rs"));

/// A program in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    /// The comment at its top: label and text of each paragraph, such as `Idea`.
    pub head: Vec<(&'a str, String)>,
    /// What follows.
    pub body: &'a str,
}

impl Idiom {
    /// The Python program's parts.
    pub fn python(&self) -> Program<'static> {
        split(self.python, "# ")
    }

    /// The Rust program's parts.
    pub fn rust(&self) -> Program<'static> {
        split(self.rust, "//! ")
    }
}

/// Divides a program whose head is the lines that begin with `marker`.
fn split<'a>(program: &'a str, marker: &str) -> Program<'a> {
    let mut head: Vec<(&str, String)> = vec![];
    let mut body = program;
    while let Some(rest) = body.strip_prefix(marker) {
        let (line, rest) = rest.split_once('\n').unwrap_or((rest, ""));
        match (line.strip_prefix("  "), head.last_mut()) {
            (Some(more), Some((_, text))) => {
                text.push(' ');
                text.push_str(more);
            }
            _ => {
                let (label, text) = line.split_once(": ").unwrap_or(("", line));
                head.push((label, text.to_owned()));
            }
        }
        body = rest;
    }
    Program { head, body }
}

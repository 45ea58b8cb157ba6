//! The idiom pairs as the page shows them.

use super::highlight::{Highlighter, Language, Span};
use crate::notebook::idioms::{IDIOMS, Idiom};
use anyhow::{Context, Result};

/// One idiom pair.
pub struct IdiomView {
    pub name: &'static str,
    pub number: String,
    pub title: String,
    pub notes: Vec<(&'static str, Vec<Prose>)>,
    pub idea: Vec<Prose>,
    pub python: Vec<Span>,
    pub rust: Vec<Span>,
    /// What Python prints, and Rust unless they differ.
    pub printed: &'static str,
    /// What Python and Rust print where they differ.
    pub parted: Option<[Vec<Line>; 2]>,
}

/// A line of a program's output.
pub struct Line {
    pub text: &'static str,
    /// Whether the other language prints another line in its place.
    pub differs: bool,
}

/// A piece of a sentence.
pub struct Prose {
    pub is_code: bool,
    pub text: String,
}

/// All pairs, in teaching order.
///
/// # Errors
/// When a program's head lacks one of its paragraphs.
pub fn idioms(highlighter: &Highlighter) -> Result<Vec<IdiomView>> {
    let view = |idiom: &Idiom| {
        let (python, rust) = (idiom.python(), idiom.rust());
        let (number, title) = idiom.name.split_once('_').unwrap_or(("", idiom.name));
        let text = |head: &[(&str, String)], label: &str| {
            let found = head.iter().find(|(name, _)| *name == label);
            let text =
                found.with_context(|| format!("notebooks-ported/autograd/{}: no `{label}:` in its head", idiom.name));
            text.map(|(_, text)| prose(text))
        };
        Ok(IdiomView {
            name: idiom.name,
            number: number.to_owned(),
            title: title.replace('_', " "),
            idea: text(&python.head, "Idea")?,
            notes: vec![("Trap", text(&python.head, "Trap")?), ("Rust differs", text(&rust.head, "Differs")?)],
            python: highlighter.spans(python.body.trim_end(), Language::Python)?,
            rust: highlighter.spans(rust.body.trim_end(), Language::Rust)?,
            printed: idiom.printed,
            parted: idiom.printed_by_rust.map(|rust| [lines(idiom.printed, rust), lines(rust, idiom.printed)]),
        })
    };
    IDIOMS.iter().map(view).collect()
}

/// The lines of one output, compared with those of the other.
fn lines(printed: &'static str, other: &str) -> Vec<Line> {
    let mut others = other.lines();
    let line = |text| Line { text, differs: others.next() != Some(text) };
    printed.lines().map(line).collect()
}

/// A text in which backquotes enclose code.
fn prose(text: &str) -> Vec<Prose> {
    let piece = |(k, text): (usize, &str)| Prose { is_code: k % 2 == 1, text: text.to_owned() };
    text.split('`').enumerate().map(piece).collect()
}

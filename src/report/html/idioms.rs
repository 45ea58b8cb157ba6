//! The idiom pairs as the page shows them.

use super::align::rows;
use crate::notebook::idioms::{IDIOMS, Idiom, Program, spelled_in_rust};
use anyhow::{Context, Result};
use minijinja::{HtmlEscape, Value, context};

/// All pairs, in teaching order, as the template reads them.
pub fn idioms() -> Result<Vec<Value>> {
    IDIOMS.iter().map(view).collect()
}

fn view(idiom: &Idiom) -> Result<Value> {
    let (python, rust) = (idiom.python(), idiom.rust());
    let number = idiom.name.split('_').next().unwrap_or_default();
    let text = |program: &Program, label: &str| {
        program
            .text(label)
            .map(prose)
            .with_context(|| format!("notebooks-ported/autograd/{}: no `{label}:` in its head", idiom.name))
    };
    let rust_prints = idiom.printed_by_rust.unwrap_or(idiom.printed);
    Ok(context! {
        name => idiom.name,
        number,
        title => idiom.title(),
        calls => ["PyTorch", "tch"].iter().zip(idiom.calls()).map(|(name, calls)| (name, prose(&calls))).collect::<Vec<_>>(),
        idea => text(&python, "Idea")?,
        notes => [("Trap", text(&python, "Trap")?), ("Rust differs", text(&rust, "Differs")?)],
        rows => rows(python.body, rust.body),
        differs => idiom.printed_by_rust.is_some(),
        python_prints => lines(idiom.printed, rust_prints),
        rust_prints => lines(rust_prints, idiom.printed),
    })
}

/// The lines of one output, and whether the other has another line in its place.
fn lines<'a>(printed: &'a str, other: &str) -> Vec<(&'a str, bool)> {
    let other = spelled_in_rust(other);
    let mut others = other.lines();
    printed.lines().map(|line| (line, others.next() != Some(&*spelled_in_rust(line)))).collect()
}

/// A text in which backquotes enclose code, as HTML.
pub(super) fn prose(text: &str) -> Value {
    let piece = |(k, text)| match k % 2 {
        0 => HtmlEscape(text).to_string(),
        _ => format!("<code>{}</code>", HtmlEscape(text)),
    };
    Value::from_safe_string(text.split('`').enumerate().map(piece).collect())
}

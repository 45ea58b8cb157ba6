//! Python and Rust in colours: a tokenizer for what the page tells apart.

use minijinja::{HtmlEscape, Value};

#[derive(Clone, Copy, PartialEq)]
pub enum Language {
    Python,
    Rust,
}

const PYTHON: &str = "and as assert break class continue def del elif else except finally for from global if import in is \
    lambda nonlocal not or pass raise return try while with yield";
const RUST: &str = "as break const continue crate dyn else enum fn for if impl in let loop match mod move mut pub ref \
    return self static struct super trait type unsafe use where while";
const CONSTANTS: [&str; 5] = ["True", "False", "None", "true", "false"];

/// `code` as HTML: comments, strings, numbers, keywords and names of functions in spans of the style sheet's classes.
pub fn highlight(code: &str, language: Language) -> Value {
    let mut html = String::new();
    let mut rest = code;
    while !rest.is_empty() {
        let (length, class) = token(rest, language);
        let (text, after) = rest.split_at(length);
        html += &match class {
            "" => HtmlEscape(text).to_string(),
            _ => format!("<span class=\"{class}\">{}</span>", HtmlEscape(text)),
        };
        rest = after;
    }
    Value::from_safe_string(html)
}

/// The length in bytes and the class of the token that `code` begins with; no class for plain text.
fn token(code: &str, language: Language) -> (usize, &'static str) {
    let (comment, keywords) = if language == Language::Python { ("#", PYTHON) } else { ("//", RUST) };
    let until = |ends: &dyn Fn(usize, char) -> bool| {
        code.char_indices().find(|&(at, c)| ends(at, c)).map_or(code.len(), |(at, _)| at)
    };
    let word = until(&|_, c| !c.is_alphanumeric() && c != '_');
    let after = &code[word..];
    let is_prefix = ["", "b", "f", "r"].contains(&&code[..word]);
    if code.starts_with(comment) {
        (until(&|_, c| c == '\n'), "comment")
    } else if is_prefix && let Some(length) = string(after, language) {
        (word + length, "string")
    } else if code.starts_with(|c: char| c.is_ascii_digit()) {
        let digit_at = |at| code[at..].starts_with(|c: char| c.is_ascii_digit());
        let inside = |at: usize, c| match c {
            '.' => digit_at(at + 1),
            '+' | '-' => code[..at].ends_with('e') && digit_at(at + 1),
            _ => c.is_alphanumeric() || c == '_',
        };
        (until(&|at, c| !inside(at, c)), "number")
    } else if word == 0 {
        (code.chars().next().map_or(0, char::len_utf8), "")
    } else if keywords.split_whitespace().any(|keyword| keyword == &code[..word]) {
        (word, "keyword")
    } else if CONSTANTS.contains(&&code[..word]) {
        (word, "number")
    } else {
        let is_called = ["(", "!(", "![", "::<"].iter().any(|call| after.starts_with(call));
        (word, if is_called { "function" } else { "" })
    }
}

/// The length of the string literal, or in Rust of the character, that `code` begins with.
fn string(code: &str, language: Language) -> Option<usize> {
    let is_lifetime = || !code[1..].starts_with('\\') && code.chars().nth(2) != Some('\'');
    let quote = match code.chars().next()? {
        '"' if code.starts_with("\"\"\"") => "\"\"\"",
        '"' => "\"",
        '\'' if language == Language::Python || !is_lifetime() => "'",
        _ => return None,
    };
    let mut at = quote.len();
    while !code[at..].starts_with(quote) {
        let skipped = if code[at..].starts_with('\\') { 2 } else { 1 };
        at += code[at..].chars().take(skipped).map(char::len_utf8).sum::<usize>();
        if at >= code.len() {
            return Some(code.len());
        }
    }
    Some(at + quote.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_classes() {
        let classes = |code: &str, language| {
            let (mut found, mut rest) = (vec![], code);
            while !rest.is_empty() {
                let (length, class) = token(rest, language);
                if !class.is_empty() {
                    found.push(format!("{class} {}", &rest[..length]));
                }
                rest = &rest[length..];
            }
            found.join(" | ")
        };
        assert_eq!(
            classes("let x: &'a f64 = step(\"a\\\"// é\", '\\'', 1e-3, 0..n)?; // 1", Language::Rust),
            "keyword let | function step | string \"a\\\"// é\" | string '\\'' | number 1e-3 | number 0 | comment // 1"
        );
        assert_eq!(
            classes("if plot is None:  # why\n  print(f'{t}', \"\"\"a\"b\"\"\", 0.5)", Language::Python),
            "keyword if | keyword is | number None | comment # why | function print | string f'{t}' | \
             string \"\"\"a\"b\"\"\" | number 0.5"
        );
        for open in ["\"a", "'\\", "\"\"\"é"] {
            assert_eq!(token(open, Language::Python), (open.len(), "string"));
        }
    }
}

//! Python and Rust in colours: code as spans with a class each.

use anyhow::{Context, Result};
use syntect::easy::ScopeRegionIterator;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};
use syntect::util::LinesWithEndings;

/// A piece of code, and the style sheet's class for it; empty for plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The class.
    pub class: &'static str,
    /// The code.
    pub text: String,
}

/// The languages of the page.
#[derive(Clone, Copy, Debug)]
pub enum Language {
    /// Python.
    Python,
    /// Rust.
    Rust,
}

/// What is coloured: syntect's scopes (Sublime Text's names), and the class of each. The first that fits counts.
const CLASSES: [(&str, &str); 13] = [
    ("comment", "comment"),
    ("string", "string"),
    ("constant.numeric", "number"),
    ("constant.language", "number"),
    ("constant.other.placeholder", "number"),
    ("keyword.operator", ""),
    ("keyword", "keyword"),
    ("storage.type.numeric", "number"),
    ("storage", "keyword"),
    ("support.macro", "function"),
    ("support.function", "function"),
    ("entity.name.function", "function"),
    ("variable.function", "function"),
];

/// The syntaxes, loaded once.
pub struct Highlighter {
    syntaxes: SyntaxSet,
    classes: Vec<(Scope, &'static str)>,
}

impl Highlighter {
    /// Loads the syntaxes that syntect brings along.
    ///
    /// # Errors
    /// When a scope's name isn't one, which doesn't happen.
    pub fn new() -> Result<Highlighter> {
        let classes = CLASSES.iter().map(|&(scope, class)| Ok((Scope::new(scope)?, class)));
        Ok(Highlighter { syntaxes: SyntaxSet::load_defaults_newlines(), classes: classes.collect::<Result<_>>()? })
    }

    /// `code` in spans; neighbours differ in their class.
    ///
    /// # Errors
    /// When syntect can't parse it.
    pub fn spans(&self, code: &str, language: Language) -> Result<Vec<Span>> {
        let name = match language {
            Language::Python => "Python",
            Language::Rust => "Rust",
        };
        let syntax = self.syntaxes.find_syntax_by_name(name).context(name)?;
        let mut state = ParseState::new(syntax);
        let mut stack = ScopeStack::new();
        let mut spans: Vec<Span> = vec![];
        for line in LinesWithEndings::from(code) {
            let operations = state.parse_line(line, &self.syntaxes)?;
            for (text, operation) in ScopeRegionIterator::new(&operations, line) {
                stack.apply(operation)?;
                let class = self.class(&stack);
                match spans.last_mut() {
                    _ if text.is_empty() => {}
                    Some(last) if last.class == class => last.text.push_str(text),
                    _ => spans.push(Span { class, text: text.to_owned() }),
                }
            }
        }
        Ok(spans)
    }

    /// The class of the innermost scope that has one.
    fn class(&self, stack: &ScopeStack) -> &'static str {
        let class = |scope: &Scope| {
            let mut classes = self.classes.iter();
            classes.find(|(prefix, _)| prefix.is_prefix_of(*scope))
        };
        stack.scopes.iter().rev().find_map(class).map_or("", |&(_, class)| class)
    }
}

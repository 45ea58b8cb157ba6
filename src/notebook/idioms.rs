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
    /// What the Python program printed when it was recorded; the Rust program prints the same, in Rust's spelling
    /// ([`spelled_in_rust`]), unless it has a record of its own.
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
    /// Its name in words: `In-place updates of a leaf`.
    pub fn title(&self) -> String {
        self.rust().text("Title").unwrap_or(self.name).to_owned()
    }

    /// The calls that it shows, Python's and Rust's.
    pub fn calls(&self) -> [String; 2] {
        [(self.python(), "PyTorch"), (self.rust(), "tch")]
            .map(|(program, label)| program.text(label).unwrap_or_default().to_owned())
    }

    /// The Python program's parts.
    pub fn python(&self) -> Program<'static> {
        split(self.python, "# ")
    }

    /// The Rust program's parts.
    pub fn rust(&self) -> Program<'static> {
        split(self.rust, "//! ")
    }
}

impl Program<'_> {
    /// The head's paragraph with this label.
    pub fn text(&self, label: &str) -> Option<&str> {
        self.head.iter().find(|(name, _)| *name == label).map(|(_, text)| text.as_str())
    }
}

/// What Python printed, with `True` and `False` written as Rust writes them.
pub fn spelled_in_rust(printed: &str) -> String {
    printed
        .split_inclusive(|c: char| !c.is_alphanumeric())
        .map(|piece| match piece.trim_end_matches(|c: char| !c.is_alphanumeric()) {
            "True" | "False" => piece.to_lowercase(),
            _ => piece.to_owned(),
        })
        .collect()
}

/// Each error's text in the pairs' output (`error: …`) and in the compiler's words (`// error[E0382]: …` in a Rust
/// program), with the pair that explains it, in the order of the texts.
pub fn symptoms() -> Vec<(&'static str, &'static Idiom)> {
    let mut found = std::collections::BTreeMap::new();
    for idiom in IDIOMS {
        let printed = idiom.printed.lines().chain(idiom.printed_by_rust.unwrap_or_default().lines());
        let printed = printed.filter_map(|line| line.strip_prefix("error: "));
        let by_tch = |text: &'static str| text.strip_prefix("Internal torch error: ").unwrap_or(text);
        let compiled = idiom.rust.lines().filter_map(|line| line.trim_start().strip_prefix("// "));
        for text in printed.map(by_tch).chain(compiled.filter(|line| line.starts_with("error"))) {
            found.entry(text).or_insert(idiom);
        }
    }
    found.into_iter().collect()
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

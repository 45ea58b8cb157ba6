//! `notebooks-ported/autograd/table.md`: PyTorch's autograd, name by name, in tch. It is made of `table.csv`, and each row is
//! checked: what shows it is there and has the calls, what is absent isn't in tch's source, and PyTorch has the name.

mod common;
mod table;

use inverse_by_descent::notebook::idioms::IDIOMS;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CALLS: &str = include_str!("autograd_calls.rs");
const DEFECTS: &str = include_str!("tch_defects.rs");

/// The five words, and what each says.
const VERDICTS: [(&str, &str); 5] = [
    ("same", "the same name, where an attribute is a method; what differs in use is said"),
    ("another name", "one call does it, under another name or with other arguments"),
    ("by hand", "a few lines do it"),
    ("absent", "tch has nothing for it; nothing in tch's source has the name"),
    ("crashes", "tch has a call, which ends the process, panics, or leaves a wrong state behind"),
];

#[derive(Deserialize)]
struct Row {
    group: String,
    /// The dotted name.
    pytorch: String,
    /// In which case, if one name has several rows.
    when: String,
    verdict: String,
    tch: String,
    /// A pair; `calls::TEST` or `defects::TEST`; or `no` and the names that tch's source hasn't.
    shown: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks-ported/autograd")
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder().join("table.csv")).expect("table.csv");
    reader.deserialize().map(|row| row.expect("six columns")).collect()
}

impl Row {
    fn name(&self) -> String {
        format!("{} {}", self.pytorch, self.when)
    }

    /// The names that tch mustn't have.
    fn absent(&self) -> Option<Vec<&str>> {
        Some(self.shown.strip_prefix("no ")?.split(' ').collect())
    }

    /// The test that shows it: its file's name, its text and its own name.
    fn test(&self) -> Option<(&'static str, &'static str, &str)> {
        let calls = self.shown.strip_prefix("calls::").map(|test| ("autograd_calls.rs", CALLS, test));
        calls.or_else(|| Some(("tch_defects.rs", DEFECTS, self.shown.strip_prefix("defects::")?)))
    }

    /// The program that shows it; of a test, the function and those that the file begins with.
    fn program(&self) -> String {
        if let Some((file, text, test)) = self.test() {
            let start = text.find(&format!("\nfn {test}() {{\n")).unwrap_or_else(|| panic!("{file} has no {test}"));
            let end = text[start..].find("\n}\n").expect("the end of a function");
            let helpers = text.find("\nfn ").expect("a function")..text.find("#[test]").expect("a test");
            return text[helpers].to_owned() + &text[start..start + end];
        }
        let idiom = IDIOMS.iter().find(|idiom| idiom.name == self.shown);
        idiom.unwrap_or_else(|| panic!("{}: there is no pair {:?}", self.name(), self.shown)).rust().body.to_owned()
    }
}

/// The names that are called in the code between backticks: those before a parenthesis or a type.
fn called(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split('`').skip(1).step_by(2);
    code.flat_map(|code| code.split_inclusive('(')).filter_map(|code| {
        let code = code.strip_suffix('(')?;
        let start = code.rfind(|letter: char| letter != '_' && !letter.is_alphanumeric()).map_or(0, |at| at + 1);
        Some(&code[start..]).filter(|name| !name.is_empty())
    })
}

#[test]
fn each_row_has_one_of_five_words_and_what_shows_it() {
    let rows = rows();
    assert!(rows.len() >= 80, "only {} rows", rows.len());
    let mut names = BTreeSet::new();
    for row in &rows {
        let name = row.name();
        assert!(VERDICTS.iter().any(|(verdict, _)| *verdict == row.verdict), "{name}: {:?}", row.verdict);
        assert_eq!(row.shown.starts_with("defects::"), row.verdict == "crashes", "{name}: {}", row.shown);
        assert!(row.absent().is_none() || row.verdict == "absent", "{name}: {}", row.shown);
        assert!(names.insert(name), "{} is there twice", row.name());
    }
    for (prefix, text) in [("calls", CALLS), ("defects", DEFECTS)] {
        for test in text.split("#[test]\nfn ").skip(1) {
            let shown = format!("{prefix}::{}", &test[..test.find('(').expect("a function")]);
            assert!(rows.iter().any(|row| row.shown == shown), "no row has {shown}");
        }
    }
}

#[test]
fn each_call_is_in_the_program_that_shows_it() {
    for row in rows().iter().filter(|row| row.absent().is_none()) {
        let program = row.program();
        let words: BTreeSet<_> = program.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).collect();
        for call in called(&row.tch) {
            let there = words.contains(call) || words.contains(format!("f_{call}").as_str());
            assert!(there, "{}: {} doesn't call {call}", row.name(), row.shown);
        }
    }
}

/// The text of tch's source, as cargo compiles it.
fn source_of_tch() -> String {
    // Of other systems' crates, nothing is there.
    let version = Command::new(env!("CARGO")).arg("-vV").output().expect("cargo").stdout;
    let version = String::from_utf8(version).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a line with the host");
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host]);
    metadata.current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata = metadata.output().expect("cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("cargo metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    let manifest = packages.iter().find(|package| package["name"] == "tch").expect("tch")["manifest_path"].as_str();
    let mut folders = vec![Path::new(manifest.expect("a path")).with_file_name("src")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("tch's source") {
            let path = entry.expect("a file").path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(suffix) if suffix == "rs" => text += &fs::read_to_string(path).expect("text"),
                _ => {}
            }
        }
    }
    text
}

#[test]
fn what_is_absent_is_not_in_the_source_of_tch() {
    let text = source_of_tch();
    let words: Vec<_> = text.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).collect();
    let defined = words
        .iter()
        .zip(words.iter().skip(1))
        .filter(|(keyword, _)| ["fn", "struct", "enum", "trait", "type", "mod", "const"].contains(keyword));
    let defined: BTreeSet<_> = defined.map(|(_, name)| *name).collect();
    assert!(defined.contains("f_run_backward") && defined.contains("VarStore"), "tch's source isn't read whole");
    for row in &rows() {
        for name in row.absent().into_iter().flatten() {
            for name in [name.to_owned(), format!("f_{name}"), format!("internal_{name}")] {
                assert!(!defined.contains(name.as_str()), "{}: tch has {name} now, move the row", row.name());
            }
        }
    }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn the_names_are_those_of_autograd_with_pytorch() {
    let script = "
import inspect, pydoc, sys, torch
optimizer = torch.optim.SGD([torch.zeros(1)])
found = []
for name in sys.argv[1:]:
    parts = name.split('torch.optim.Optimizer.')
    found.append(pydoc.locate(name))
    if not (hasattr(optimizer, parts[1]) if len(parts) == 2 else found[-1]):
        print(name, 'is not in PyTorch')
# what a module offers is a row, under this name or the one that it has elsewhere
autograd = torch.autograd
modules = [autograd, autograd.function, autograd.functional, autograd.graph, autograd.forward_ad, torch.func]
classes = [autograd.graph.Node, autograd.function.FunctionCtx]
for place in modules + classes:
    for name in getattr(place, '__all__', [name for name in vars(place) if name[0] != '_']):
        value = getattr(place, name)
        if not (inspect.ismodule(value) or any(value is other for other in found)):
            print(place.__name__, name, 'has no row')
";
    let names: BTreeSet<_> = rows().into_iter().map(|row| row.pytorch).collect();
    let mut python = Command::new(common::pytorch().program);
    let output = python.args(["-c", script]).args(names).output().expect("Python");
    let [missing, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
    assert!(output.status.success(), "{errors}");
    assert_eq!(missing, "");
}

/// A link to what shows the row.
fn link(row: &Row) -> String {
    if let Some(names) = row.absent() {
        return format!("no `{}`", names.join("`, `"));
    }
    if let Some((file, text, test)) = row.test() {
        let before = text.split(&format!("\nfn {test}(")).next().expect("a first part");
        return format!("[test](../../tests/{file}#L{})", before.lines().count() + 1);
    }
    format!("[{}]({}.rs)", row.shown.split('_').next().unwrap_or_default(), row.shown)
}

#[test]
fn the_document_says_what_the_data_says() {
    let (rows, path) = (rows(), folder().join("table.md"));
    let count = |verdict: &str| rows.iter().filter(|row| row.verdict == verdict).count();
    let counts: Vec<_> =
        VERDICTS.iter().map(|(verdict, meaning)| format!("| {verdict} | {} | {meaning} |", count(verdict))).collect();
    table::assert_fresh(&path, "| in tch | rows | what it says |", &counts);
    let mut groups: Vec<_> = rows.iter().map(|row| row.group.as_str()).collect();
    groups.dedup();
    for group in groups {
        let of_group = rows.iter().filter(|row| row.group == group).map(|row| {
            let name = format!("`{}` {}", row.pytorch, row.when);
            format!("| {} | {} | {} | {} |", name.trim(), row.verdict, row.tch, link(row)).replace("||", "\\|\\|")
        });
        table::assert_fresh(&path, &format!("| {group} | in tch | how | shown by |"), &of_group.collect::<Vec<_>>());
    }
}

//! The idiom pairs of `notebooks-ported/autograd`: each Rust program prints what its Python twin prints.

mod common;
mod table;

use inverse_by_descent::notebook::idioms::{IDIOMS, Idiom, spelled_in_rust, symptoms};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const LONGEST: usize = 40;

fn programs() -> PathBuf {
    Path::new(ROOT).join("notebooks-ported/autograd")
}

fn recorded(file: &str) -> PathBuf {
    Path::new(ROOT).join("notebooks-ported/autograd/printed").join(file)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of a folder's files that end in `suffix`, without it.
fn stems(folder: &Path, suffix: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .filter_map(|entry| entry.expect("a readable entry").file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(suffix)?.to_owned()))
        .collect()
}

/// The pairs' names, in teaching order.
fn pairs() -> BTreeSet<String> {
    let python = stems(&programs(), ".py");
    assert_eq!(python, stems(&programs(), ".rs"), "a program without its twin");
    assert!(python.len() >= 25, "only {} pairs", python.len());
    let listed: BTreeSet<_> = IDIOMS.iter().map(|idiom| idiom.name.to_owned()).collect();
    assert_eq!(python, listed, "the library's list");
    python
}

#[test]
fn each_program_is_short_and_has_its_head() {
    for idiom in IDIOMS {
        let name = idiom.name;
        let texts = [
            ("py", idiom.python, idiom.python(), &["Idea", "PyTorch", "Trap"][..]),
            ("rs", idiom.rust, idiom.rust(), &["Title", "Idea", "tch", "Differs"][..]),
        ];
        for (suffix, text, program, expected) in texts {
            let lines = text.lines().count();
            assert!(lines <= LONGEST, "{name}.{suffix} has {lines} lines, {LONGEST} are allowed");
            let labels: Vec<_> = program.head.iter().map(|(label, _)| *label).collect();
            assert_eq!(labels, expected, "head of {name}.{suffix}");
        }
        assert_eq!(idiom.python().text("Idea"), idiom.rust().text("Idea"), "{name}: one idea, two texts");
    }
}

#[test]
fn each_program_has_its_example_in_the_manifest() {
    let manifest = read(&Path::new(ROOT).join("Cargo.toml"));
    for name in pairs() {
        let entry = format!("[[example]]\nname = \"{name}\"\npath = \"notebooks-ported/autograd/{name}.rs\"\n");
        assert!(manifest.contains(&entry), "Cargo.toml lacks this entry:\n\n{entry}");
    }
    assert_eq!(
        manifest.matches("path = \"notebooks-ported/autograd/").count(),
        pairs().len(),
        "an example without its program"
    );
}

/// The example that cargo built beside this test: `target/PROFILE/examples/NAME`.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/THIS_TEST");
    let example = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let (built, written) = (changed(&example), changed(&programs().join(format!("{name}.rs"))));
    assert!(
        built.is_some() && built >= written,
        "{} is missing or older than its source: `cargo build --examples` makes it \
         (so does `cargo test`, but not `cargo test --test …`)",
        example.display()
    );
    example
}

/// Where two texts part: the first line that differs.
fn difference(printed: &str, expected: &str) -> Option<String> {
    if printed == expected {
        return None;
    }
    let (mut left, mut right) = (printed.split('\n'), expected.split('\n'));
    for number in 1.. {
        let (printed, expected) = (left.next(), right.next());
        if printed != expected {
            let [printed, expected] = [printed, expected].map(|line| line.unwrap_or("(the end)"));
            return Some(format!("line {number}\n   printed: {printed}\n  recorded: {expected}"));
        }
    }
    None
}

/// What a program printed, or how it failed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn rust_prints_what_python_printed() {
    let failure = |name: &String| {
        let own = recorded(&format!("{name}.rs.txt"));
        let shared = recorded(&format!("{name}.txt"));
        let expected = if own.exists() { read(&own) } else { spelled_in_rust(&read(&shared)) };
        let printed = run(Command::new(example(name)).current_dir(ROOT));
        difference(&printed, &expected).map(|difference| format!("{name}.rs, {difference}"))
    };
    // Most of a program's time goes into loading libtorch: four at a time.
    let names = Vec::from_iter(pairs());
    let failures: Vec<String> = std::thread::scope(|scope| {
        let parts = names.chunks(names.len().div_ceil(4));
        let threads: Vec<_> = parts.map(|part| scope.spawn(|| part.iter().filter_map(failure).collect())).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|_| vec!["a program failed".into()]))
            .collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn each_record_is_needed() {
    let folder = recorded("");
    let rust = stems(&folder, ".rs.txt");
    let python: BTreeSet<_> = stems(&folder, ".txt").into_iter().filter(|name| !name.ends_with(".rs")).collect();
    assert_eq!(python, pairs(), "records and programs");
    for name in rust {
        let shared = read(&recorded(&format!("{name}.txt")));
        let own = read(&recorded(&format!("{name}.rs.txt")));
        assert_ne!(own, spelled_in_rust(&shared), "{name}.rs.txt says nothing of its own: delete it");
    }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn the_record_is_what_python_prints_with_pytorch() {
    let script = Path::new(ROOT).join("notebooks-ported/autograd/printed/record.py");
    let fresh = run(Command::new(common::pytorch().program).arg(script).arg("--json"));
    let fresh: BTreeMap<String, String> = serde_json::from_str(&fresh).expect("a text for each program");
    assert_eq!(fresh.keys().cloned().collect::<BTreeSet<_>>(), pairs());
    let failures: Vec<_> = fresh
        .iter()
        .filter_map(|(name, printed)| {
            let difference = difference(printed, &read(&recorded(&format!("{name}.txt"))))?;
            Some(format!("{name}.py, {difference}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// That the Rust program prints the same is tested in its own package.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn the_record_of_the_shim_is_what_python_prints_with_pytorch() {
    let shim = Path::new(ROOT).join("notebooks-ported/shim");
    let fresh = run(Command::new(common::pytorch().program).arg(shim.join("main.py")));
    assert_eq!(difference(&fresh, &read(&shim.join("printed.txt"))), None);
}

/// A cell of a table in Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_tables_say_what_the_heads_and_the_records_say() {
    let row = |idiom: &Idiom| {
        let name = idiom.name;
        let number = name.split('_').next().unwrap_or_default();
        let [title, idea] = [idiom.title(), idiom.python().text("Idea").unwrap_or_default().to_owned()];
        let [python, rust] = idiom.calls();
        let cells = [format!("**{title}.** {idea}"), python, rust].map(|text| cell(&text));
        format!("| {number} [py]({name}.py) [rs]({name}.rs) | {} |", cells.join(" | "))
    };
    let rows: Vec<_> = IDIOMS.iter().map(row).collect();
    let path = programs().join("README.md");
    table::assert_fresh(&path, "| Pair | Idea | PyTorch | tch |", &rows);

    // In the same test, since both tables are written to one file.
    let row = |(text, idiom): (&str, &Idiom)| {
        let (name, title) = (idiom.name, idiom.title());
        format!("| `{}` | [{}]({name}.rs) |", cell(text).replace('`', "'"), cell(&title))
    };
    let rows: Vec<_> = symptoms().into_iter().map(row).collect();
    table::assert_fresh(&path, "| The message | The pair that explains it |", &rows);
}

#[test]
fn only_the_words_true_and_false_are_respelled() {
    assert_eq!(spelled_in_rust("a: True, (False)\nTruer None\n"), "a: true, (false)\nTruer None\n");
}

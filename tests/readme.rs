//! The READMEs say what is there.

mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const README: &str = include_str!("../README.md");
const PORTED: &str = include_str!("../notebooks-ported/README.md");
const PORT: &str = include_str!("../notebooks-ported/matrix_inverse.rs");
const CELLS: &str = include_str!("../notebooks-ported/matrix_inverse_cells.py");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The programs of `notebooks-ported/` and `notebooks-ported/autograd/` whose names end in `suffix`.
fn programs(suffix: &str) -> Vec<PathBuf> {
    let ported = root().join("notebooks-ported");
    let folders = [ported.join("autograd"), ported];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == suffix))
        .collect()
}

/// The lines of those programs that aren't comments.
fn lines(suffix: &str) -> Vec<String> {
    let texts = programs(suffix).into_iter().map(|path| fs::read_to_string(path).unwrap());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| !line.trim_start().starts_with(['#', '/'])).collect()
}

/// The rows of the table with this header, each as its cells.
fn rows(markdown: &str, header: &str) -> Vec<Vec<String>> {
    let (_, table) = markdown.split_once(header).expect(header);
    let rows = table.lines().skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| {
            let row = row.replace("\\|", "\u{1}");
            let cells = row.trim_matches('|').split('|');
            cells.map(|cell| cell.replace('\u{1}', "|")).collect()
        })
        .collect()
}

fn calls() -> Vec<Vec<String>> {
    let rows = rows(PORTED, "| PyTorch | tch | |");
    assert!(rows.len() >= 40, "{rows:?}");
    rows
}

/// The pieces of code in a table's cell.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether `line` holds the parts of `code`, which stand between `…`, in their order.
fn holds(line: &str, code: &str) -> bool {
    let mut rest = Some(line);
    for part in code.split('…') {
        rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
    }
    rest.is_some()
}

#[test]
fn every_call_of_the_table_is_in_a_program() {
    for (column, suffix) in [(0, "py"), (1, "rs")] {
        let lines = lines(suffix);
        for row in calls() {
            for code in code(&row[column]) {
                assert!(
                    lines.iter().any(|line| holds(line, code)),
                    "{code:?} is in no .{suffix} file of notebooks-ported/"
                );
            }
        }
    }
}

#[test]
fn every_method_that_the_port_calls_is_in_the_table() {
    // The port's own page, and what isn't libtorch's.
    let others =
        ["cell", "show", "print_loss", "print_array", "imshow", "keep", "show_chart", "line", "push", "pow", "update"];
    let table: String = calls().into_iter().map(|row| row[1].clone()).collect();
    let lines = PORT.lines().map(|line| line.split("//").next().unwrap_or_default());
    for line in lines {
        for (start, _) in line.match_indices('.') {
            let name: String = line[start + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let is_call = line[start + 1 + name.len()..].starts_with('(');
            if is_call && !name.is_empty() && !others.contains(&&*name) {
                assert!(table.contains(&format!("{name}(")), "{name} isn't in the table of notebooks-ported/README.md");
            }
        }
    }
}

#[test]
fn the_sample_output_ends_with_the_verdict() {
    assert!(README.contains("266 of 266 numbers equal in value, 263 as printed"));
}

#[test]
fn links_lead_somewhere() {
    for file in ["README.md", "notebooks-ported/README.md", "notebooks-ported/autograd/README.md"] {
        let path = root().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let targets: BTreeSet<_> = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next())
            .filter(|target| !target.is_empty() && !target.contains("://"))
            .collect();
        assert!(!targets.is_empty(), "{file}");
        for target in targets {
            assert!(path.with_file_name(target).exists(), "{file}: {target}");
        }
    }
}

/// The line of the port, counted from 1, on which the function `name` begins.
fn line_of(name: &str) -> usize {
    let begins = |line: &str| line.trim().starts_with(&format!("pub fn {name}"));
    PORT.lines().position(begins).expect("in the port") + 1
}

#[test]
fn the_map_says_what_the_cells_say() {
    let ported = (1..).zip(PORT.lines()).filter_map(|(number, line)| {
        let label = line.trim().strip_prefix("page.cell(\"")?;
        Some((number, label.split('"').next()?))
    });
    let cells = CELLS.split("\n# %% ").skip(1);
    let rows: Vec<_> = ported
        .zip(cells)
        .map(|((line, label), cell)| {
            let (head, code) = cell.split_once('\n').expect("lines");
            let title = head.split_once("] ").expect("a title").1;
            let code: Vec<_> = code
                .lines()
                .map(|line| line.split("  #").next().unwrap_or_default())
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .collect();
            let defined = code.iter().find_map(|line| {
                let (name, _) = line.strip_prefix("def ")?.split_once('(')?;
                Some(name)
            });
            let set = code.iter().filter_map(|line| {
                let (name, _) = line.split_once(" = ")?;
                let plain = |c: char| c.is_alphanumeric() || c == '_';
                name.chars().all(plain).then_some(name)
            });
            let mut names: Vec<_> = defined.into_iter().chain(set).collect();
            names.dedup();
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            let (function, line) = match defined {
                Some(name) => (name, line_of(name)),
                None => ("notebook", line),
            };
            format!(
                "| `{label}` | {title} | {} | [`{function}`, line {line}](matrix_inverse.rs#L{line}) |",
                names.join(", "),
            )
        })
        .collect();
    assert_eq!(rows.len(), 19, "the notebook has 19 cells");
    let path = root().join("notebooks-ported/README.md");
    table::assert_fresh(&path, "| cell | what it does | names it sets | in Rust |", &rows);
}

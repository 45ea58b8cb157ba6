//! The Rust notebook as it is stored: what its cells show, against what the notebook printed in 2020 and against the
//! port's own picture. `cargo xtask notebook --execute` names another file, to be checked before it is stored.

use inverse_by_descent::notebook::printed;
use roxmltree::Document;
use serde::Deserialize;
use std::collections::BTreeMap;

const STORED: &str = "notebooks-ported/matrix_inverse.ipynb";

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
#[serde(tag = "cell_type", rename_all = "snake_case")]
enum Cell {
    Markdown {},
    Code(Code),
}

#[derive(Deserialize)]
struct Code {
    source: Vec<String>,
    execution_count: Option<usize>,
    outputs: Vec<Output>,
}

/// What a cell may show. An error is none of these.
#[derive(Deserialize)]
#[serde(tag = "output_type", rename_all = "snake_case")]
enum Output {
    Stream { name: String, text: Vec<String> },
    ExecuteResult { data: BTreeMap<String, Vec<String>> },
}

impl Code {
    /// The notebook's label of the cell that this one follows: `In [106]`.
    fn label(&self) -> &str {
        let first = self.source.first().unwrap();
        first.trim_end().strip_prefix("// ").unwrap()
    }

    fn printed(&self) -> String {
        let text = |output: &Output| match output {
            Output::Stream { text, .. } => text.concat(),
            Output::ExecuteResult { .. } => String::new(),
        };
        self.outputs.iter().map(text).collect()
    }

    fn picture(&self) -> Option<String> {
        self.outputs.iter().find_map(|output| match output {
            Output::Stream { .. } => None,
            Output::ExecuteResult { data } => Some(data["image/svg+xml"].concat()),
        })
    }
}

/// The code cells.
fn cells() -> Vec<Code> {
    let path = std::env::var("RUST_NOTEBOOK").unwrap_or(STORED.to_string());
    let text = std::fs::read_to_string(path).unwrap();
    let notebook: Notebook = serde_json::from_str(&text).unwrap();
    let code = |cell| match cell {
        Cell::Markdown {} => None,
        Cell::Code(code) => Some(code),
    };
    notebook.cells.into_iter().filter_map(code).collect()
}

/// The only cell with this label.
fn cell(label: &str) -> Code {
    let mut found: Vec<_> = cells().into_iter().filter(|c| c.label() == label).collect();
    assert_eq!(found.len(), 1, "{label}");
    found.remove(0)
}

/// The numbers in a text, without the step that begins the line of a loss: `2000 : tensor(1.9984e-15)`.
fn numbers(text: &str) -> Vec<&str> {
    text.lines()
        .map(|line| line.split_once(" : ").map_or(line, |(_, loss)| loss))
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit() && !"+-.e".contains(c)))
        .filter(|word| word.parse::<f64>().is_ok())
        .collect()
}

#[test]
fn the_cells_are_the_ports_in_its_order() {
    let port = include_str!("../notebooks-ported/matrix_inverse.rs");
    let labels = port.lines().filter_map(|line| {
        let (label, _) = line.trim().strip_prefix("page.cell(\"")?.split_once('"')?;
        Some(label)
    });
    let cells = cells();
    let ours: Vec<_> = cells.iter().map(Code::label).collect();
    assert_eq!(ours, labels.collect::<Vec<_>>());
}

/// What the port does otherwise: it names its page, its range of steps and its chart, and what is public.
#[test]
fn the_code_is_the_ports() {
    let cells = cells();
    let ours: Vec<_> = cells.iter().flat_map(|cell| &cell.source).map(|line| line.trim()).collect();
    let port = include_str!("../notebooks-ported/matrix_inverse.rs").lines().map(str::trim);
    let others = ["page", "range", "fig", "pub ", "use ", "vec![]", "Y_true = ", "Globals {", "M_random ="];
    let same = port.filter(|line| !line.is_empty() && !line.starts_with(['/', '#']));
    let same: Vec<_> = same.filter(|line| !others.iter().any(|part| line.contains(part))).collect();
    assert!(same.len() > 50, "{same:#?}");
    for line in same {
        assert!(ours.contains(&line.replace("ensure!", "assert!").as_str()), "{line}");
    }
}

#[test]
fn every_cell_was_run_once_from_top_to_bottom_and_none_complained() {
    let cells = cells();
    let counts: Vec<_> = cells.iter().map(|cell| cell.execution_count).collect();
    let expected: Vec<_> = (1..=cells.len()).map(Some).collect();
    assert_eq!(counts, expected);
    for output in cells.iter().flat_map(|cell| &cell.outputs) {
        match output {
            Output::Stream { name, text } => assert_eq!(name, "stdout", "{}", text.concat()),
            Output::ExecuteResult { data } => assert!(data.keys().eq(["image/svg+xml"])),
        }
    }
}

#[test]
fn every_number_is_the_printed_one() {
    let mut expected = BTreeMap::<String, Vec<_>>::new();
    for number in printed::of_the_notebook().unwrap() {
        expected.entry(number.cell.clone()).or_default().push(number);
    }
    assert_eq!(expected.len(), 8);
    let mut different = vec![];
    for (label, expected) in &expected {
        let text = cell(label).printed();
        let found = numbers(&text);
        assert_eq!(found.len(), expected.len(), "{label}: {text}");
        for (found, expected) in found.into_iter().zip(expected) {
            if found != expected.printed {
                let place = (expected.row, expected.column);
                different.push((&**label, place, &*expected.printed, found.to_string()));
            }
        }
    }
    // The three zeros of torch.inverse that have lost their sign since.
    let lost = |row| ("In [121]", (row, 3), "-0.0000", "0.0000".to_string());
    assert_eq!(different, [lost(0), lost(1), lost(2)]);
}

#[test]
fn cells_without_a_number_print_nothing() {
    let silent = cells().into_iter().filter(|cell| cell.label() == "In [0]");
    for cell in silent {
        assert_eq!(cell.printed(), "", "{:?}", cell.source);
        assert_eq!(cell.picture(), None, "{:?}", cell.source);
    }
}

#[test]
fn the_differences_are_drawn_with_their_step_and_loss() {
    let losses = [
        ("In [106]", ["1.7", "2e-15", "1.1e-15", "2e-15", "1.3e-15"]),
        ("In [116]", ["0.85", "2.6e-12", "2.7e-12", "2.7e-12", "2.7e-12"]),
    ];
    for (label, losses) in losses {
        let svg = cell(label).picture().unwrap();
        let svg = Document::parse(&svg).unwrap();
        assert_eq!(svg.root_element().attribute("width"), Some("900"));
        let texts = svg.descendants().filter(|node| node.has_tag_name("text"));
        let texts: Vec<_> = texts.filter_map(|node| Some(node.text()?.trim())).collect();
        let starting = |start| texts.iter().filter(move |text| text.starts_with(start));
        let steps = ["0", "2000", "4000", "6000", "8000"].map(|t| format!("Iteration:{t}."));
        assert!(starting("Iteration:").eq(&steps), "{label}: {texts:?}");
        let losses = losses.map(|loss| format!("Loss:{loss}"));
        assert!(starting("Loss:").eq(&losses), "{label}: {texts:?}");
    }
}

#[test]
fn the_chart_is_the_ports() {
    let port = include_str!("../notebooks-ported/pictures/in-119-losses.svg");
    // Not assert_eq, which would print both.
    assert!(cell("In [119]").picture().unwrap().trim_end() == port.trim_end());
}

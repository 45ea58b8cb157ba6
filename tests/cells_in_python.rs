//! `notebooks-ported/matrix_inverse_cells.py`, the notebook's cells in Python: the port's cells in the port's order, and
//! where there is a PyTorch, the port's text.
#![cfg(unix)]

mod common;

use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::notebook::page::{Output, Page};
use inverse_by_descent::parity::pytorch::in_notebook_arithmetic;
use std::process::Command;

const PORT: &str = include_str!("../notebooks-ported/matrix_inverse.rs");
const CELLS: &str = include_str!("../notebooks-ported/matrix_inverse_cells.py");

/// A cell's label, and the names that its lines at the top level set.
type Cell<'a> = (&'a str, Vec<&'a str>);

/// The name at the start of `text`, if `=` follows it.
fn name_set(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(" = ")?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

fn cells_in_rust() -> Vec<Cell<'static>> {
    let cells = PORT.split("page.cell(\"").skip(1).map(|cell| {
        let (label, lines) = cell.split_once('"').unwrap();
        let set = lines.lines().filter_map(|line| {
            let line = line.strip_prefix("    ")?;
            let line = line.strip_prefix("let ").or(line.strip_prefix("globals."))?;
            name_set(line.trim_start_matches("mut ").trim_start_matches('_'))
        });
        // What `update` is handed in Rust, Python finds by itself.
        (label, set.filter(|&name| name != "globals").collect())
    });
    cells.collect()
}

fn cells_in_python() -> Vec<Cell<'static>> {
    let cells = CELLS.split("\n# %% ").skip(1).map(|cell| {
        let (head, lines) = cell.split_once('\n').unwrap();
        let label = head.split_inclusive(']').next().unwrap();
        (label, lines.lines().filter_map(name_set).collect())
    });
    cells.collect()
}

#[test]
fn the_cells_are_the_ports_and_set_the_same_names_in_the_same_order() {
    let (python, rust) = (cells_in_python(), cells_in_rust());
    assert_eq!(rust.len(), 19, "the notebook has 19 cells");
    for (python, rust) in python.iter().zip(&rust) {
        assert_eq!(python, rust);
    }
    assert_eq!(python.len(), rust.len());
}

/// What the port's cells show as text.
fn ported() -> String {
    let page = Page::run(Libtorch::settle(None).unwrap(), |steps| 0..steps).unwrap();
    let outputs = page.cells.iter().flat_map(|cell| &cell.outputs);
    let texts = outputs.filter_map(|output| match output {
        Output::Text(text) => Some(format!("{}\n", text.text)),
        _ => None,
    });
    texts.collect()
}

/// A line of Python's without `, grad_fn=<…>`: tch can't name a tensor's function.
fn without_grad_fn(line: &str) -> String {
    match line.split_once(", grad_fn=<") {
        Some((tensor, rest)) => tensor.to_owned() + rest.trim_start_matches(|c| c != '>').trim_start_matches('>'),
        None => line.to_owned(),
    }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn they_print_with_pytorch_what_the_port_prints() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("cells.py");
    std::fs::write(&script, CELLS).unwrap();
    let mut command = Command::new(common::pytorch().program);
    command.arg(&script);
    if Libtorch::settle(None).unwrap().arithmetic() == Arithmetic::Notebook {
        in_notebook_arithmetic(&mut command).unwrap();
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<_> = printed.lines().map(without_grad_fn).collect();
    let ported = ported();
    let ported: Vec<_> = ported.lines().collect();
    // Six tensors of four lines, ten losses, ten arrays of four.
    assert_eq!(ported.len(), 6 * 4 + 10 + 10 * 4);
    for (number, (python, rust)) in printed.iter().zip(&ported).enumerate() {
        assert_eq!(python, rust, "line {} of {script:?}'s output", number + 1);
    }
    assert_eq!(printed.len(), ported.len());
}

//! The README says what is there.

const README: &str = include_str!("../README.md");
const PORT: &str = include_str!("../notebooks-ported/matrix_inverse.rs");

/// The pieces of code in a table's cell, `\|` and `…` undone.
fn code(cell: &str) -> Vec<String> {
    let pieces = cell.split('`').skip(1).step_by(2);
    pieces
        .flat_map(|piece| piece.split('…'))
        .map(|piece| piece.replace("\\|", "|").trim().to_string())
        .collect()
}

#[test]
fn every_tch_call_of_the_table_is_in_the_port() {
    let table = README.split("| PyTorch | tch | |").nth(1).unwrap();
    let rows: Vec<_> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(rows.len() >= 15, "{rows:?}");
    for row in rows {
        let row = row.replace("\\|", "\u{1}");
        let cells: Vec<_> = row
            .split('|')
            .map(|cell| cell.replace('\u{1}', "\\|"))
            .collect();
        for piece in code(&cells[2]) {
            assert!(PORT.contains(&piece), "{piece:?} isn't in the port");
        }
    }
}

#[test]
fn every_method_that_the_port_calls_is_in_the_table() {
    // The port's own page, and what isn't libtorch's.
    let others = [
        "cell",
        "show",
        "print_loss",
        "print_array",
        "imshow",
        "steps",
        "keep",
        "show_chart",
        "line",
        "push",
        "pow",
        "update",
        "new",
    ];
    let lines = PORT
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    for line in lines {
        for (start, _) in line.match_indices('.') {
            let name: String = line[start + 1..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let is_call = line[start + 1 + name.len()..].starts_with('(');
            if is_call && !name.is_empty() && !others.contains(&&*name) {
                assert!(
                    README.contains(&format!("{name}(")),
                    "{name} isn't in the README's table"
                );
            }
        }
    }
}

#[test]
fn the_sample_output_ends_with_the_verdict() {
    assert!(README.contains("266 of 266 numbers equal in value, 263 as printed"));
}

#[test]
fn the_map_lists_the_ports_cells_in_order() {
    let map = include_str!("../notebooks-ported/README.md");
    let rows = map.lines().filter_map(|line| line.strip_prefix("| `In ["));
    let listed: Vec<_> = rows.map(|row| row.split(']').next().unwrap()).collect();
    let cells = PORT
        .lines()
        .filter_map(|line| line.trim().strip_prefix("page.cell(\"In ["));
    let ported: Vec<_> = cells.map(|cell| cell.split(']').next().unwrap()).collect();
    assert_eq!(listed, ported);
}

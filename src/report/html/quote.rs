//! The lines of the port and of its Python twin that belong to a cell, taken from the sources at build time.

use anyhow::{Context, Result, ensure};

pub const RUST: &str = include_str!("../../../notebooks-ported/matrix_inverse.rs");
pub const PYTHON: &str = include_str!("../../../notebooks-ported/matrix_inverse_cells.py");
const PORT: &str = "notebooks-ported/matrix_inverse.rs";
const CELLS: &str = "notebooks-ported/matrix_inverse_cells.py";

/// The lines of the cell that begins at line `line` of the port's source, counted from 1: those up to the next
/// `page.cell`, or the function that the cell's comment names (`// def NAME: above`), and before the first cell's the
/// imports. With the line, counted from 1, on which they begin.
pub fn rust_cell(port: &str, line: usize) -> Result<(usize, String)> {
    let mut lines = port.lines().skip(line.saturating_sub(1));
    let first = lines.next().unwrap_or_default().trim();
    ensure!(
        first.starts_with("page.cell("),
        "{PORT}, line {line}: expected the beginning of a cell, page.cell(\"In […]\"), to quote it in the report"
    );
    if let Some((name, _)) = first.split_once("// def ").and_then(|(_, rest)| rest.split_once(':')) {
        return function(port, name);
    }
    let body: Vec<&str> =
        lines.take_while(|line| !line.trim().starts_with("page.cell(") && *line != "    Ok(())").collect();
    let quoted = dedent(&body);
    ensure!(!quoted.is_empty(), "{PORT}, line {line}: the cell has no lines to quote in the report");
    if !quoted.contains("the imports stand above") {
        return Ok((line + 1, quoted));
    }
    let is_import = |line: &&str| line.starts_with("use ");
    let imports: Vec<&str> = port.lines().filter(is_import).collect();
    let first = port.lines().take_while(|line| !is_import(line)).count();
    Ok((first + 1, format!("{}\n\n{quoted}", imports.join("\n"))))
}

/// What the port's head says of its names and of `page`: its second paragraph.
pub fn about(port: &str) -> Result<String> {
    let head: Vec<&str> = port.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let text = head.split(|line| line.is_empty()).nth(1).map(|lines| lines.join(" "));
    let text =
        text.with_context(|| format!("{PORT}: expected a second paragraph in its head, to quote it in the report"))?;
    Ok(text.replace("([`crate::notebook::page`])", "(src/notebook/page.rs)").replace(" .", "."))
}

/// The function `name` of the port, without its comments and attributes; before a method, the struct that it belongs to.
fn function(port: &str, name: &str) -> Result<(usize, String)> {
    let lines: Vec<&str> = port.lines().collect();
    let head = format!("pub fn {name}");
    let begins = |line: &str| line.trim().strip_prefix(&head).is_some_and(|rest| rest.starts_with(['(', '<']));
    let start = lines.iter().position(|line| begins(line)).with_context(|| {
        format!("{PORT}: the report quotes the function `{name}`, which isn't there; expected a line `{head}(…`")
    })?;
    let indent = " ".repeat(lines[start].len() - lines[start].trim_start().len());
    let end = format!("{indent}}}");
    let length = lines[start..].iter().position(|line| *line == end);
    let length = length.with_context(|| format!("{PORT}: the function `{name}` has no end"))?;
    let body = dedent(&lines[start..=start + length]);
    let owner = lines[..start].iter().rev().find_map(|line| line.strip_prefix("impl ")).filter(|_| !indent.is_empty());
    let Some(owner) = owner else { return Ok((start + 1, body)) };
    let head = format!("pub struct {owner}");
    let fields = lines.iter().position(|line| *line == head);
    let fields = fields.with_context(|| format!("{PORT}: expected a line `{head}`, to quote it in the report"))?;
    let fields_end = lines[fields..].iter().take_while(|line| **line != "}").count() + fields;
    Ok((fields + 1, format!("{}\n\n{body}", lines[fields..=fields_end].join("\n"))))
}

/// The `index`th cell of the Python twin, from 0, whose label must be `label`: its title and its lines.
pub fn python_cell<'a>(cells: &'a str, index: usize, label: &str) -> Result<(&'a str, String)> {
    let head = format!("# %% {label} ");
    let is_head = |line: &str| line.starts_with("# %% ");
    let mut heads = cells.lines().enumerate().filter(|(_, line)| is_head(line));
    let (at, found) = heads.nth(index).unwrap_or((0, "nothing"));
    let title = found
        .strip_prefix(&head)
        .with_context(|| format!("{CELLS}: the report quotes cell {index}, expected `{head}TITLE`, found `{found}`"))?;
    let body = cells.lines().skip(at + 1);
    let body: Vec<&str> = body.take_while(|line| !is_head(line)).collect();
    let quoted = dedent(&body);
    ensure!(!quoted.is_empty(), "{CELLS}: `{found}`, cell {index}, has no lines to quote in the report");
    Ok((title, quoted))
}

/// The lines without the indentation that all of them have, and without blank ones at both ends.
fn dedent(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
use tch::Tensor;

/// Documented.
pub fn mse(y: &Tensor) -> Tensor {
    y.mean()
}

pub fn notebook(page: &mut Page) -> Result<()> {
    page.cell(\"In [0]\");
    // the imports stand above
    let a = 1;

    page.cell(\"In [1]\"); // def mse: above

    page.cell(\"In [2]\"); // def gone: above

    page.cell(\"In [3]\");
    let b = 2;
    Ok(())
}
";

    #[test]
    fn a_cell_ends_where_the_next_begins() {
        for (line, begins, quoted) in [
            (9, 1, "use tch::Tensor;\n\n// the imports stand above\nlet a = 1;"),
            (13, 4, "pub fn mse(y: &Tensor) -> Tensor {\n    y.mean()\n}"),
            (17, 18, "let b = 2;"),
        ] {
            assert_eq!(rust_cell(SOURCE, line).unwrap(), (begins, quoted.to_owned()));
        }
    }

    #[test]
    fn a_method_comes_with_its_struct_and_the_head_is_quoted() {
        let port = "//! Title.\n//!\n//! One line,\n//! and `page`.\n\npub struct G {\n    a: f64,\n}\n\nimpl G {\n    pub fn update(&self) {\n        \
                    self.a\n    }\n}\n    page.cell(\"In [0]\"); // def update: above\n";
        let quoted = "pub struct G {\n    a: f64,\n}\n\npub fn update(&self) {\n    self.a\n}";
        assert_eq!(rust_cell(port, 15).unwrap(), (6, quoted.to_owned()));
        assert_eq!(about(port).unwrap(), "One line, and `page`.");
        assert!(about("//! Title.\n").unwrap_err().to_string().contains("second paragraph"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let empty = "page.cell(\"In [0]\");\npage.cell(\"In [1]\");\nlet a = 1;\n";
        for (source, line, named) in
            [(SOURCE, 15, "`gone`"), (SOURCE, 10, "line 10"), (SOURCE, 999, "line 999"), (empty, 1, "no lines")]
        {
            let error = rust_cell(source, line).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }

        let cells = "import torch\n# %% In [0] One\na = 1\n\n# %% In [7] Two\n# %% In [8] Three\nb = 2\n";
        assert_eq!(python_cell(cells, 0, "In [0]").unwrap(), ("One", "a = 1".to_owned()));
        assert_eq!(python_cell(cells, 2, "In [8]").unwrap(), ("Three", "b = 2".to_owned()));
        for (index, label) in [(1, "In [7]"), (2, "In [9]"), (3, "In [8]")] {
            let error = python_cell(cells, index, label).unwrap_err().to_string();
            assert!(error.contains(CELLS) && error.contains(label), "{error}");
        }
    }
}

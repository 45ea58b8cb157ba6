//! Tables in Markdown that repeat what code says, made anew from the code.

use std::path::Path;

/// Compares the table with this `header` line in the Markdown file at `path` with `rows`. With `UPDATE_EXPECT=1` in the
/// environment it writes them there instead.
pub fn assert_fresh(path: &Path, header: &str, rows: &[String]) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (before, rest) =
        text.split_once(&format!("{header}\n")).unwrap_or_else(|| panic!("{}: no table {header:?}", path.display()));
    let after = rest.split_inclusive('\n').skip_while(|line| line.starts_with('|'));
    let rule = "|---".repeat(header.matches('|').count() - 1);
    let fresh = format!("{before}{header}\n{rule}|\n{}\n", rows.join("\n"));
    expect_test::expect_file![path].assert_eq(&(fresh + &after.collect::<String>()));
}

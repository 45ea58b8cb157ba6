//! Two programs side by side: which lines of the one say what a line of the other says.

use super::highlight::{Language, highlight};
use minijinja::Value;
use std::collections::HashSet;

/// A line that says nothing of the other's has a place only if they share this much of their words.
const LEAST: f64 = 0.3;

/// The rows of a table: each has one line of both that belong together, or all lines of both between two such rows. The
/// best match is found by dynamic programming over the words that two lines share.
pub fn rows(python: &str, rust: &str) -> Vec<(Value, Value)> {
    let [left, right] = [python, rust].map(|code| code.trim_end().lines().collect::<Vec<_>>());
    let texts = pairs(&left, &right).into_iter().map(|[from, to]| {
        let code = |lines: &[&str], language| highlight(lines.join("\n").trim_matches('\n'), language);
        (code(&left[from], Language::Python), code(&right[to], Language::Rust))
    });
    texts.filter(|(python, rust)| !(python.to_string().is_empty() && rust.to_string().is_empty())).collect()
}

/// The ranges of lines that stand beside each other.
fn pairs(left: &[&str], right: &[&str]) -> Vec<[std::ops::Range<usize>; 2]> {
    let [a, b] = [left, right].map(|lines| lines.iter().map(|line| words(line)).collect::<Vec<_>>());
    // best[i][j]: the score of what follows line i on the left and line j on the right.
    let mut best = vec![vec![0.0; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            best[i][j] = f64::max(best[i + 1][j], best[i][j + 1]).max(best[i + 1][j + 1] + alike(&a[i], &b[j]));
        }
    }
    let (mut rows, mut i, mut j) = (vec![], 0, 0);
    let mut open = [0, 0];
    while i < a.len() && j < b.len() {
        let score = alike(&a[i], &b[j]);
        if score > 0.0 && best[i][j] == best[i + 1][j + 1] + score {
            rows.extend([[open[0]..i, open[1]..j], [i..i + 1, j..j + 1]]);
            (i, j) = (i + 1, j + 1);
            open = [i, j];
        } else if best[i][j] == best[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    rows.push([open[0]..a.len(), open[1]..b.len()]);
    rows
}

/// The names and numbers of a line, without what stands in every Rust line.
fn words(line: &str) -> HashSet<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.split(|c| !is_word(c)).filter(|word| !word.is_empty() && !["let", "mut"].contains(word)).collect()
}

/// How much two lines share of their words: nothing, or from [`LEAST`] to 1.
fn alike(a: &HashSet<&str>, b: &HashSet<&str>) -> f64 {
    let share = 2.0 * a.intersection(b).count() as f64 / (a.len() + b.len()).max(1) as f64;
    if share < LEAST { 0.0 } else { share }
}

#[cfg(test)]
#[test]
fn lines_that_say_the_same_stand_beside_each_other() {
    let python = "import torch\n\nloss = mse(Y, R)\nloss.backward()\nprint(R.grad)";
    let rust = "let loss = mse(&Y, &R);\n// a remark\nloss.backward();\n}";
    let (left, right): (Vec<_>, Vec<_>) = (python.lines().collect(), rust.lines().collect());
    let rows: Vec<_> = pairs(&left, &right).into_iter().filter(|[a, b]| !(a.is_empty() && b.is_empty())).collect();
    assert_eq!(rows, [[0..2, 0..0], [2..3, 0..1], [3..3, 1..2], [3..4, 2..3], [4..5, 3..4]]);
}

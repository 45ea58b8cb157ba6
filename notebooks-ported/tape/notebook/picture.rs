//! The graph behind a loss as SVG: what each operation gives and saves, and the gradient that flows back along each edge.
//! Nodes stand in layers, each below all that it reads from. This suits the notebook's step, which is a chain; an edge that
//! skips a layer would run through a box.

use crate::core::backward::run;
use crate::core::graph::{Node, Saved};
use crate::core::tensor::Array;
use crate::{Result, Tensor};
use std::collections::BTreeMap;
use std::rc::Rc;

const WIDTH: usize = 300;
const HEIGHT: usize = 62;
const GAP: usize = 104;
const COLUMN: usize = 500;

/// A gradient on its way from an operation to one of its inputs.
struct Passed {
    from: Rc<Node>,
    to: Rc<Node>,
    gradient: Array,
}

/// One picture for each gradient that `backward` passes on, after it was, and before them one without any. So the last shows
/// them all. The graph is kept. `leaves` are the names of leaves.
pub fn frames(loss: &Tensor, leaves: &[(&Tensor, &str)]) -> Result<Vec<String>> {
    let mut passed = vec![];
    let pass = |from: &Rc<Node>, to: &Rc<Node>, gradient: &Array| {
        passed.push(Passed { from: from.clone(), to: to.clone(), gradient: gradient.copy() });
    };
    run(&[loss], true, |_| true, |_, _| (), pass)?;
    Ok((0..=passed.len()).map(|shown| frame(&passed, shown, leaves)).collect())
}

fn frame(passed: &[Passed], shown: usize, leaves: &[(&Tensor, &str)]) -> String {
    // Each node's corner. What a node reads from is older, so its layer is known before.
    let mut nodes: BTreeMap<u64, &Node> = BTreeMap::new();
    for Passed { from, to, .. } in passed {
        nodes.extend([(from.number, &**from), (to.number, &**to)]);
    }
    let mut layers: Vec<usize> = vec![];
    let mut corners: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for (&number, node) in &nodes {
        let above = node.inputs.iter().flatten().filter_map(|input| corners.get(&input.number));
        let y = above.map(|(_, y)| y + HEIGHT + GAP).max().unwrap_or(50);
        let layer = (y - 50) / (HEIGHT + GAP);
        layers.resize(layers.len().max(layer + 1), 0);
        corners.insert(number, (30 + layers[layer] * COLUMN, y));
        layers[layer] += 1;
    }
    let (width, height) = (layers.iter().max().unwrap_or(&1) * COLUMN, 60 + layers.len() * (HEIGHT + GAP) - GAP / 2);
    let title =
        if shown == 0 { "forward".to_owned() } else { format!("backward, gradient {shown} of {}", passed.len()) };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" aria-label=\"The graph: {title}\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<style>\n{}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n{}",
        include_str!("picture.css"),
        text("name", 30, 30, &title)
    );
    for (at, Passed { from, to, gradient }) in passed.iter().enumerate() {
        let ((x, below), (to_x, to_y)) = (corners[&from.number], corners[&to.number]);
        let (middle, to_middle, above) = (x + WIDTH / 2, to_x + WIDTH / 2, to_y + HEIGHT);
        svg += &arrow("", [to_middle - 20, above, middle - 20, below], below - 9);
        if at < shown {
            svg += &arrow("back", [middle + 20, below, to_middle + 20, above], above + 9);
            let rows = rows(gradient);
            let first = (above + below) / 2 + 14 - 8 * rows.len();
            for (row, numbers) in rows.iter().enumerate() {
                svg += &text("gradient", to_middle + 36, first + 16 * row, numbers);
            }
        }
    }
    for (number, node) in nodes {
        let (x, y) = corners[&number];
        let class = if shown > 0 && passed[shown - 1].from.number == number { "now" } else { "node" };
        svg +=
            &format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>\n");
        // A result has its gradient's shape; the loss is a number.
        let shape = passed.iter().find(|passed| passed.to.number == number).map(|passed| passed.gradient.shape);
        let shape = shape.map_or("[]".to_owned(), |shape| shape.to_string());
        let leaf = leaves.iter().find(|(leaf, _)| leaf.node().is_some_and(|leaf| leaf.number == number));
        let name = leaf.map_or(node.op.name().to_lowercase(), |(_, name)| (*name).to_owned());
        svg += &text("name", x + 14, y + 25, &format!("{name} → {shape}"));
        svg += &text("node", x + 14, y + 47, &saved(node));
        if node.number == passed[0].from.number {
            svg += &text("gradient", x + 14, y + HEIGHT + 24, "backward() starts here, with 1");
        }
    }
    svg + "</svg>\n"
}

fn text(class: &str, x: usize, y: usize, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>\n")
}

/// An arrow from one place to another. Its tip is a triangle with the base at the height `base`.
fn arrow(class: &str, [x, y, to_x, to_y]: [usize; 4], base: usize) -> String {
    let tip = if class.is_empty() { "tip".to_owned() } else { format!("{class}-tip") };
    format!(
        "<path class=\"{class}\" d=\"M{x} {y}L{to_x} {base}\"/>\n\
         <path class=\"{tip}\" d=\"M{} {base}H{}L{to_x} {to_y}z\"/>\n",
        to_x - 4,
        to_x + 4
    )
}

/// The rows of numbers.
fn rows(Array { numbers, shape, .. }: &Array) -> Vec<String> {
    let width = shape.sizes().last().map_or(1, |&columns| columns.max(1));
    numbers.chunks(width).map(|row| row.iter().map(|number| format!("{:>8.4}", number.get())).collect()).collect()
}

fn saved(node: &Node) -> String {
    let text = |(operand, saved): (usize, &Option<Saved>)| {
        let Saved { array, version, .. } = saved.as_ref()?;
        Some(format!("operand {operand} {}, version {version}", array.shape))
    };
    let saved: Vec<String> = node.saved.borrow().iter().enumerate().filter_map(text).collect();
    match saved[..] {
        _ if node.is_leaf() => "a leaf: keeps its gradient".to_owned(),
        [] => "saves nothing".to_owned(),
        _ => format!("saves {}", saved.join("; ")),
    }
}

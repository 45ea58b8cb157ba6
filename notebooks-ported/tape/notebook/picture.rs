//! The graph behind a loss as SVG: what each operation gives and saves, and the gradient that flows back along each edge.
//! Nodes stand in layers, each below all that it reads from.

use super::printing::torch;
use crate::Tensor;
use crate::core::backward::run;
use crate::core::graph::{Node, Saved};
use crate::core::tensor::Array;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

const WIDTH: usize = 300;
const HEIGHT: usize = 62;
const GAP: usize = 110;
const COLUMN: usize = 640;

const STYLE: &str = "text { font: 13px ui-monospace, monospace; fill: #1f2328; white-space: pre }
.name { font-weight: bold; font-size: 15px }
.node rect { fill: #f6f8fa; stroke: #59636e; stroke-width: 1.5 }
.now rect { stroke: #bc4c00; stroke-width: 3 }
.forward { stroke: #59636e; stroke-width: 1.5; fill: none }
.back { stroke: #bc4c00; stroke-width: 2; fill: none; stroke-dasharray: 6 4 }
text.flow { fill: #bc4c00 }
#page { fill: #ffffff }
.tip { fill: #59636e }
.back-tip { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .node rect { fill: #151b23; stroke: #9198a1 }
  .now rect, .back { stroke: #f0883e }
  .forward { stroke: #9198a1 }
  text.flow, .back-tip { fill: #f0883e }
  .tip { fill: #9198a1 }
  #page { fill: #0d1117 }
}";

/// A gradient on its way from an operation to one of its inputs.
struct Passed {
    from: Rc<Node>,
    to: Rc<Node>,
    gradient: Array,
}

/// What `backward` would pass on, in its order. The graph is kept, and no `grad` changes.
fn trace(loss: &Tensor) -> Result<Vec<Passed>> {
    let mut passed = vec![];
    let pass = |from: &Rc<Node>, to: &Rc<Node>, gradient: &Array| {
        passed.push(Passed { from: from.clone(), to: to.clone(), gradient: gradient.clone() });
    };
    run(&[loss], true, |_| true, |_, _| (), pass)?;
    Ok(passed)
}

/// One picture for each gradient that is passed on, after it was, and before them one without any; so the last has them all.
/// `leaves` are the names of leaves.
pub fn frames(loss: &Tensor, leaves: &[(&Tensor, &str)]) -> Result<Vec<String>> {
    let passed = trace(loss)?;
    (0..=passed.len()).map(|shown| frame(&passed, shown, leaves)).collect()
}

fn frame(passed: &[Passed], shown: usize, leaves: &[(&Tensor, &str)]) -> Result<String> {
    // A node's layer is one below the lowest that it reads from. Older nodes come first, so theirs are known.
    let mut nodes: BTreeMap<u64, (&Node, usize, usize)> = BTreeMap::new();
    for node in passed.iter().flat_map(|passed| [&passed.from, &passed.to]) {
        nodes.insert(node.number, (node, 0, 0));
    }
    let mut in_layer: Vec<usize> = vec![];
    for number in nodes.keys().copied().collect::<Vec<_>>() {
        let node = nodes[&number].0;
        let above = node.inputs.iter().flatten().filter_map(|input| nodes.get(&input.number));
        let layer = above.map(|(_, layer, _)| layer + 1).max().unwrap_or(0);
        in_layer.resize(in_layer.len().max(layer + 1), 0);
        nodes.insert(number, (node, layer, in_layer[layer]));
        in_layer[layer] += 1;
    }
    let corner = |number| {
        nodes.get(number).map_or((0, 0), |(_, layer, column)| (30 + column * COLUMN, 50 + layer * (HEIGHT + GAP)))
    };
    let (width, height) = (in_layer.iter().max().unwrap_or(&1) * COLUMN, 60 + in_layer.len() * (HEIGHT + GAP));

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>\n{STYLE}\n</style>\n<defs>{}{}</defs>\n<rect id=\"page\" width=\"100%\" height=\"100%\"/>\n",
        tip("tip"),
        tip("back-tip")
    );
    let said = match shown {
        0 => "forward: each operation leaves a node".to_owned(),
        _ => format!("backward, gradient {shown} of {}", passed.len()),
    };
    writeln!(svg, "<text class=\"name\" x=\"30\" y=\"30\">{said}</text>")?;
    for (at, Passed { from, to, gradient }) in passed.iter().enumerate() {
        let ((x, y), (to_x, to_y)) = (corner(&from.number), corner(&to.number));
        let (top, bottom) = (to_y + HEIGHT, y);
        writeln!(
            svg,
            "<path class=\"forward\" marker-end=\"url(#tip)\" d=\"M{} {top}L{} {}\"/>",
            to_x + WIDTH / 2 - 20,
            x + WIDTH / 2 - 20,
            bottom - 8
        )?;
        if at < shown {
            writeln!(
                svg,
                "<path class=\"back\" marker-end=\"url(#back-tip)\" d=\"M{} {bottom}L{} {}\"/>",
                x + WIDTH / 2 + 20,
                to_x + WIDTH / 2 + 20,
                top + 8
            )?;
            let text = torch::tensor(&Tensor::plain(gradient.clone()))?;
            for (line, text) in text.lines().enumerate() {
                let y = top + (bottom - top) / 2 - 8 * text_lines(gradient) + 16 * line + 12;
                writeln!(svg, "<text class=\"flow\" x=\"{}\" y=\"{y}\">{text}</text>", to_x + WIDTH / 2 + 40)?;
            }
        }
    }
    for (number, (node, ..)) in &nodes {
        let (x, y) = corner(number);
        let is_now = shown.checked_sub(1).is_some_and(|now| passed[now].from.number == *number);
        let class = if is_now { "node now" } else { "node" };
        writeln!(
            svg,
            "<g class=\"{class}\"><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>"
        )?;
        let name = leaves.iter().find(|(leaf, _)| leaf.node().is_some_and(|leaf| leaf.number == *number));
        let shape =
            passed.iter().find(|passed| passed.to.number == *number).map(|passed| passed.gradient.shape.to_string());
        let gives = shape.unwrap_or_else(|| "[]".to_owned());
        let (title, below) = match name {
            Some((_, name)) => (format!("{name}  {gives}"), "a leaf: gathers its gradient".to_owned()),
            None if node.is_leaf() => (format!("leaf  {gives}"), "gathers its gradient".to_owned()),
            None => (format!("{} → {gives}", node.op.name().to_lowercase()), saved(node)),
        };
        writeln!(svg, "<text class=\"name\" x=\"{}\" y=\"{}\">{title}</text>", x + 14, y + 25)?;
        writeln!(svg, "<text x=\"{}\" y=\"{}\">{below}</text></g>", x + 14, y + 47)?;
    }
    Ok(svg + "</svg>\n")
}

fn text_lines(gradient: &Array) -> usize {
    gradient.shape.sizes().first().map_or(1, |&rows| rows)
}

fn saved(node: &Node) -> String {
    let saved = node.saved.borrow();
    let texts: Vec<_> = saved
        .iter()
        .enumerate()
        .filter_map(|(operand, saved)| {
            let Saved { array, version, .. } = saved.as_ref()?;
            Some(format!("operand {operand} {}, version {version}", array.shape))
        })
        .collect();
    if texts.is_empty() { "saves nothing".to_owned() } else { format!("saves {}", texts.join("; ")) }
}

fn tip(class: &str) -> String {
    format!(
        "<marker id=\"{class}\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"{class}\" d=\"M0 0L8 4L0 8z\"/></marker>"
    )
}

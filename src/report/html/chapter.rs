//! The chapter on the small autograd, notebooks-ported/tape/README.md, as the page shows it.

use super::highlight::{Language, highlight};
use super::idioms::prose;
use minijinja::{Value, context};

const CHAPTER: &str = include_str!("../../../notebooks-ported/tape/README.md");

/// Its stages: each its title and its blocks, which are code or paragraphs.
pub fn stages() -> Vec<Value> {
    let sections = CHAPTER.split("\n## ").filter(|section| section.starts_with("Stage "));
    sections.map(stage).collect()
}

fn stage(section: &str) -> Value {
    let (title, text) = section.split_once('\n').unwrap_or((section, ""));
    let mut blocks = vec![];
    // Outside and inside of fences in turn.
    for (k, part) in text.split("```").enumerate() {
        if let Some(code) = part.strip_prefix("rust\n").filter(|_| k % 2 == 1) {
            blocks.push((true, highlight(code.trim_end(), Language::Rust)));
            continue;
        }
        let shown = part.lines().filter(|line| !line.starts_with("<!--")).collect::<Vec<_>>().join("\n");
        let paragraphs = shown.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        blocks.extend(paragraphs.map(|paragraph| (false, prose(&without_links(paragraph)))));
    }
    let id = title.split(':').next().unwrap_or(title).to_lowercase().replace(' ', "-");
    context! { id, title, blocks }
}

/// The text of a paragraph: links lead to files that the page doesn't have, and stars are for Markdown.
fn without_links(paragraph: &str) -> String {
    let mut parts = paragraph.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| text += part.split_once(')').map_or(part, |(_, rest)| rest));
    text.replace(['[', '\n'], " ").replace("**", "").replace("  ", " ").trim().to_owned()
}

/// The pictures of the backward pass, a gradient more in each.
pub fn frames() -> [Value; 5] {
    [
        include_str!("../../../notebooks-ported/tape/frames/0.svg"),
        include_str!("../../../notebooks-ported/tape/frames/1.svg"),
        include_str!("../../../notebooks-ported/tape/frames/2.svg"),
        include_str!("../../../notebooks-ported/tape/frames/3.svg"),
        include_str!("../../../notebooks-ported/tape/frames/4.svg"),
    ]
    // Only a file needs the name space, and the page names no address.
    .map(|svg| Value::from_safe_string(svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1)))
}

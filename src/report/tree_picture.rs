//! A tree as a picture: the terms at the top of their branches, the last addition at the bottom.

use crate::by_hand::trees::{Node, Tree};
use crate::plots::{Backend, Canvas, Picture, stroke, text_style, units};
use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// Terms up to which each is named.
const NAMED: usize = 64;
const MARGIN: i32 = 24;
const FUSED: RGBColor = RGBColor(200, 60, 20);

/// A drawing of a tree; what is added unrounded is drawn in another colour.
pub struct TreePicture<'a>(pub &'a Tree);

impl Picture for TreePicture<'_> {
    fn size(&self) -> (u32, u32) {
        let depth = self.0.depths().into_iter().max().unwrap_or_default() + 1;
        let side = |count: usize, most| (count as u32 * 22 + 2 * MARGIN as u32).min(most);
        (side(self.0.terms(), 1600), side(depth, 900))
    }

    fn draw<B: Backend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let TreePicture(tree) = self;
        let (width, height) = self.size();
        let (terms, depths) = (tree.terms(), tree.depths());
        let deepest = depths.iter().max().map_or(1, |depth| depth + 1);
        let inside = |length: u32| f64::from(units(length as i32 - 2 * MARGIN));
        let down = |depth: usize| units(MARGIN) + ((deepest - depth) as f64 / deepest as f64 * inside(height)) as i32;
        let style = text_style(11, FontStyle::Normal, BLACK, HPos::Center, VPos::Bottom);
        let label = |k: usize, x: i32, depth: usize| match terms <= NAMED {
            true => canvas.draw_text(&k.to_string(), &style, (x, down(depth))),
            false => Ok(()),
        };
        // Down from a summand to the height of its sum, at the depth before, and across to it.
        let branch = |x: i32, joint: i32, depth: usize, colour: RGBColor| {
            let line = vec![(x, down(depth + 1)), (x, down(depth)), (joint, down(depth))];
            canvas.draw(&PathElement::new(line, stroke(colour, 1)))
        };
        let mut taken = 0;
        let mut next = || {
            taken += 1;
            units(MARGIN) + ((taken as f64 - 0.5) / terms as f64 * inside(width)) as i32
        };
        // Each node stands between its summands.
        let mut places: Vec<i32> = vec![];
        for (&node, &depth) in tree.nodes.iter().zip(&depths) {
            let (a, b, colour) = match node {
                Node::Term(k) => {
                    places.push(next());
                    label(k, places[places.len() - 1], depth)?;
                    continue;
                }
                Node::Add(a, b) => (places[a], places[b], BLACK),
                Node::Fused(sum, k) => {
                    let x = next();
                    label(k, x, depth + 1)?;
                    (places[sum], x, FUSED)
                }
            };
            let middle = (a + b) / 2;
            // A branch narrower than half a pixel isn't drawn.
            if (a - b).abs() * 2 > units(1) {
                branch(a, middle, depth, BLACK)?;
                branch(b, middle, depth, colour)?;
            }
            places.push(middle);
        }
        Ok(())
    }
}

//! A tree as a picture: the terms in a row at the top of their branches, the last addition at the bottom.

use crate::by_hand::trees::{Node, Tree};
use crate::plots::{Canvas, Picture};
use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

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

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<()>
    where
        DB::ErrorType: 'static,
    {
        let TreePicture(tree) = self;
        let (width, height) = self.size();
        let (terms, depths) = (tree.terms(), tree.depths());
        let deepest = depths.iter().max().map_or(1, |depth| depth + 1);
        let inside = |length: u32| f64::from(canvas.units(length as i32 - 2 * MARGIN));
        let margin = canvas.units(MARGIN);
        let across = |x: f64| margin + (x / terms as f64 * inside(width)) as i32;
        let down = |depth: usize| margin + ((deepest - depth) as f64 / deepest as f64 * inside(height)) as i32;
        let style = canvas.text_style(11, FontStyle::Normal, BLACK, Pos::new(HPos::Center, VPos::Bottom));
        let branch = |x: i32, from: usize, joint: i32, to: usize, colour: RGBColor| -> Result<()> {
            let line = vec![(x, down(from)), (x, down(to)), (joint, down(to))];
            canvas.area.draw(&PathElement::new(line, colour.stroke_width(canvas.units(1) as u32)))?;
            Ok(())
        };

        // Each node stands between its summands; a branch narrower than half a pixel isn't drawn.
        let mut places: Vec<i32> = vec![];
        let mut taken = 0;
        let mut next = || {
            taken += 1;
            across(taken as f64 - 0.5)
        };
        let wide = |a: i32, b: i32| (a - b).abs() * 2 > canvas.units(1);
        for (&node, &depth) in tree.nodes().iter().zip(&depths) {
            let label = |k: usize, x: i32, depth: usize| -> Result<()> {
                if terms <= NAMED {
                    canvas.area.draw_text(&k.to_string(), &style, (x, down(depth)))?;
                }
                Ok(())
            };
            places.push(match node {
                Node::Term(k) => {
                    let x = next();
                    label(k, x, depth)?;
                    x
                }
                Node::Add(a, b) => {
                    let middle = (places[a] + places[b]) / 2;
                    if wide(places[a], places[b]) {
                        branch(places[a], depth + 1, middle, depth, BLACK)?;
                        branch(places[b], depth + 1, middle, depth, BLACK)?;
                    }
                    middle
                }
                Node::Fused(sum, k) => {
                    let x = next();
                    label(k, x, depth + 1)?;
                    let middle = (places[sum] + x) / 2;
                    branch(places[sum], depth + 1, middle, depth, BLACK)?;
                    branch(x, depth + 1, middle, depth, FUSED)?;
                    middle
                }
            });
        }
        Ok(())
    }
}

//! The map of learning rate and momentum.

use crate::reader::{Png, hex, number, text, texts};
use inverse_by_descent::experiment::Pair;
use inverse_by_descent::plots::{DIVERGED, Landscape, NOT_A_NUMBER, Picture, Surface};
use inverse_by_descent::theory::Curvature;
use inverse_by_descent::theory::survey::{Axis, Grid, Point};
use roxmltree::Document;

/// Three columns and five rows with all but the first column diverged. Theory's line and pair lie elsewhere.
fn svg_and_png(marks: &[Pair], contraction: f64) -> (String, Png) {
    let axis = |low, cells| Axis { low, high: low + 1.0, cells };
    let points: Vec<Point> = (0..15)
        .map(|at: u32| Point { final_loss: 1e-3 / f64::from(1 + at), contraction, has_diverged: !at.is_multiple_of(3) })
        .collect();
    let surface = Surface {
        title: "a matrix",
        subtitle: "under it",
        grid: Grid { learning_rate: axis(5.0, 3), momentum: axis(0.0, 5) },
        points: &points,
        curvature: Curvature { greatest: 8.0, least: 8.0 },
        marks,
    };
    let map = Landscape { surfaces: &[surface], steps: 10 };
    (map.svg().unwrap(), Png::of(&map))
}

/// Between the cells of one colour nothing else shows, and each panel has them once.
#[test]
fn cells_meet_without_seams() {
    let (_, png) = svg_and_png(&[], 0.9);
    let x = (0..png.width).map(f64::from);
    let is_diverged = |x: f64, y: f64| png.pixel(x, y) == DIVERGED;
    let rows: Vec<f64> = (0..png.height).map(f64::from).collect();
    let mut columns = 0;
    for x in x {
        let heights: Vec<usize> = rows
            .chunk_by(|&a, &b| is_diverged(x, a) == is_diverged(x, b))
            .filter(|run| is_diverged(x, run[0]))
            .map(<[f64]>::len)
            .collect();
        // A panel's map is some 350 pixels high, 700 in PNG; the swatch of the legend is lower.
        if heights.iter().any(|&height| height > 600) {
            columns += 1;
            assert!(heights.iter().filter(|&&height| height > 100).eq(&[heights[0]; 2]), "{x}: {heights:?}");
        }
    }
    assert!(columns > 500, "{columns}");
}

/// The legend names what is there, and fits.
#[test]
fn the_legend_names_what_is_drawn() {
    let mark = Pair { learning_rate: 5.2, momentum: 0.5 };
    let elsewhere = Pair { momentum: 2.0, ..mark };
    for (marks, contraction, named) in [
        (&[mark][..], f64::NAN, &["the notebook's settings", "diverged", "too few steps to tell"][..]),
        (&[elsewhere], 0.9, &["diverged"]),
    ] {
        let (svg, _) = svg_and_png(marks, contraction);
        // On the map, not in the legend alone.
        assert_eq!(svg.matches(&hex(NOT_A_NUMBER)).count() > 1, contraction.is_nan());
        let svg = Document::parse(&svg).unwrap();
        let right = svg
            .root_element()
            .attribute("viewBox")
            .and_then(|sides| sides.split(' ').nth(2)?.parse::<f64>().ok())
            .unwrap();
        for item in named {
            // A letter of 16 pixels is some 10 pixels wide, 40 units.
            let end = number(text(&svg, item), "x") + 40.0 * item.len() as f64;
            assert!(end < right, "{item} ends at {end} of {right}");
        }
        let all = texts(&svg);
        for item in ["the notebook's settings", "too few steps to tell", "best pair"] {
            let there = all.iter().any(|(text, _)| *text == item);
            assert_eq!(there, named.contains(&item), "{item}");
        }
        text(&svg, "a matrix");
        text(&svg, "under it");
    }
}

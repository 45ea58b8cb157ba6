//! The heat map: Plotly's colours, the notebook's title, cells and labels.

use crate::reader::{Png, UNITS, hex, number, text, texts};
use inverse_by_descent::plots::{HeatMap, NOT_A_NUMBER, Picture, colour};
use plotters::style::RGBColor;
use roxmltree::{Document, Node};

/// Plotly's `px.colors.sequential.Plasma`, version 6.
const STOPS: [RGBColor; 10] = [
    RGBColor(13, 8, 135),
    RGBColor(70, 3, 159),
    RGBColor(114, 1, 168),
    RGBColor(156, 23, 158),
    RGBColor(189, 55, 134),
    RGBColor(216, 87, 107),
    RGBColor(237, 121, 83),
    RGBColor(251, 159, 58),
    RGBColor(253, 202, 38),
    RGBColor(240, 249, 33),
];

#[test]
fn colours_are_plotlys() {
    for (i, stop) in STOPS.into_iter().enumerate() {
        assert_eq!(colour(i as f64 / 4.5 - 1.0), stop, "stop {i}");
    }
    // From Plotly's sample_colorscale('Plasma', [(value + 1) / 2]).
    for (value, expected) in [
        (-1.0, RGBColor(13, 8, 135)),
        (-0.9, RGBColor(39, 6, 146)),
        (-0.28, RGBColor(164, 31, 152)),
        (0.0, RGBColor(203, 71, 120)),
        (0.01, RGBColor(204, 72, 119)),
        (0.36, RGBColor(239, 126, 80)),
        (0.5, RGBColor(248, 150, 64)),
        (0.85, RGBColor(249, 217, 36)),
        (1.0, RGBColor(240, 249, 33)),
    ] {
        let got = colour(value);
        assert!(distance(got, expected) <= 1, "{value}: {got:?}, in Plotly {expected:?}");
    }
}

/// The greatest difference of a channel.
fn distance(RGBColor(r, g, b): RGBColor, RGBColor(red, green, blue): RGBColor) -> u8 {
    r.abs_diff(red).max(g.abs_diff(green)).max(b.abs_diff(blue))
}

#[test]
fn values_outside_the_range_get_the_colours_of_its_ends() {
    for value in [1.0001, 2.0, 1e30, f64::INFINITY] {
        assert_eq!(colour(value), STOPS[9], "{value}");
        assert_eq!(colour(-value), STOPS[0], "{}", -value);
    }
    assert_eq!(colour(-0.0), colour(0.0));
}

#[test]
fn what_is_not_a_number_gets_a_colour_of_its_own() {
    assert_eq!(colour(f64::NAN), NOT_A_NUMBER);
    let taken = (-1000..=1000).any(|i| colour(f64::from(i) / 1000.0) == NOT_A_NUMBER);
    assert!(!taken);
}
/// Some values over the whole range, NaN among them.
fn values(n: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..n * n).map(|i| 2.6 * i as f64 / (n * n) as f64 - 1.3).collect();
    values[n * n / 2] = f64::NAN;
    values
}

#[test]
fn a_heat_map_has_the_notebooks_title_and_labels() {
    let values = [0.5f32; 16];
    let map = HeatMap { values: &values, n: 4, block: 1, iteration: 2000, loss: 1.9984e-15f32 };
    let svg = map.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    let texts = texts(&svg);
    let lines: Vec<&str> = texts.iter().map(|(text, _)| *text).collect();
    assert_eq!(
        lines,
        [
            "Difference: Approximate minus True Identity.",
            "Iteration:2000.",
            "Loss:2e-15",
            "0",
            "1",
            "2",
            "3",
            "1",
            "0.5",
            "0",
            "−0.5",
            "−1",
        ]
    );
    let bold = |i: usize| texts[i].1.attribute("font-weight") == Some("bold");
    let first = HeatMap { loss: 1.665f32, ..map };
    let svg = first.svg().unwrap();
    text(&Document::parse(&svg).unwrap(), "Loss:1.7");
    assert!(bold(0) && (1..lines.len()).all(|i| !bold(i)));
    let family = texts[0].1.attribute("font-family").unwrap();
    assert_eq!(family, "DejaVu Sans, sans-serif");
    // The colour bar's labels stand beside the heights of their colours: 1 at the top, −1 at the bottom.
    let heights: Vec<f64> = texts[7..].iter().map(|(_, node)| number(*node, "y")).collect();
    assert!(heights.is_sorted() && heights[4] - heights[0] == 400.0 * UNITS, "{heights:?}");
}

#[test]
fn the_cells_of_a_heat_map_fill_the_square_row_by_row() {
    for n in [1, 3, 4, 7, 37] {
        let values = values(n);
        let map = HeatMap { values: &values, n, block: 1, iteration: 0, loss: 1.0 };
        let svg = map.svg().unwrap();
        let svg = Document::parse(&svg).unwrap();
        // The first rectangle is the background.
        let cells: Vec<Node> = svg.descendants().filter(|node| node.has_tag_name("rect")).skip(1).take(n * n).collect();
        let (left, top) = (number(cells[0], "x"), number(cells[0], "y"));
        let side = 400.0 * UNITS;
        for (i, cell) in cells.into_iter().enumerate() {
            let edge = |i: usize| (side * i as f64 / n as f64).floor();
            let (row, column) = (i / n, i % n);
            assert_eq!(cell.attribute("fill"), Some(&*hex(colour(values[i]))), "{row}, {column}");
            assert_eq!(number(cell, "x"), left + edge(column));
            assert_eq!(number(cell, "y"), top + edge(row));
            assert_eq!(number(cell, "width"), edge(column + 1) - edge(column));
            assert_eq!(number(cell, "height"), edge(row + 1) - edge(row));
        }
    }
}

#[test]
fn a_heat_map_numbers_its_columns_at_their_middles() {
    for (n, every) in [(1, 1), (4, 1), (10, 1), (11, 2), (37, 4)] {
        let values = values(n);
        let map = HeatMap { values: &values, n, block: 1, iteration: 0, loss: 1.0 };
        let svg = map.svg().unwrap();
        let svg = Document::parse(&svg).unwrap();
        let texts = texts(&svg);
        let labels = &texts[3..texts.len() - 5];
        assert_eq!(labels.len(), n.div_ceil(every));
        for (i, (label, node)) in labels.iter().enumerate() {
            let column = i * every;
            assert_eq!(*label, column.to_string());
            let middle = (24.0 + 400.0 * (column as f64 + 0.5) / n as f64) * UNITS;
            assert!((number(*node, "x") - middle).abs() <= 1.0, "{n}: {column}");
        }
    }
}
#[test]
fn the_png_of_a_heat_map_has_the_cells_and_a_title() {
    for n in [1, 4, 37] {
        let values = values(n);
        let map = HeatMap { values: &values, n, block: 1, iteration: 0, loss: 1.0 };
        let picture = Png::of(&map);
        let (width, height) = map.size();
        assert_eq!((picture.width, picture.height), (2 * width, 2 * height));
        for (i, value) in values.iter().enumerate() {
            let middle = |i: usize| 800.0 * (i as f64 + 0.5) / n as f64;
            let at = (48.0 + middle(i % n), 176.0 + middle(i / n));
            assert_eq!(picture.pixel(at.0, at.1), colour(*value), "cell {i} of {n}×{n}");
        }
        assert_eq!(picture.pixel(2.0, 2.0), RGBColor(255, 255, 255));
        // Letters: some pixels of the title have its full colour, most none.
        let (rows, columns) = (0..60, 48..850);
        let area = rows.len() * columns.len();
        let inked = rows
            .flat_map(|y| columns.clone().map(move |x| (x, y)))
            .filter(|&(x, y)| picture.pixel(f64::from(x), f64::from(y)) == RGBColor(0x2a, 0x3f, 0x5f))
            .count();
        assert!((area / 50..area / 4).contains(&inked), "{inked} of {area}");
    }
}

#[test]
fn the_colour_bar_shows_the_colour_of_each_value() {
    let map = HeatMap { values: &[0.0f32], n: 1, block: 1, iteration: 0, loss: 1.0 };
    let picture = Png::of(&map);
    for value in [-0.99, -0.5, 0.0, 0.3, 0.99] {
        let bar = picture.pixel(918.0, 176.0 + 800.0 * (1.0 - value) / 2.0);
        assert!(distance(bar, colour(value)) <= 4, "{value}: {bar:?}");
    }
}

#[test]
fn a_heat_map_that_cannot_be_drawn_is_an_error() {
    let values = [0.0; 16];
    for (n, part) in [(0, "not 0"), (3, "needs 9 values, not 16"), (5, "needs 25"), (401, "not 401")] {
        let map = HeatMap { values: &values, n, block: 1, iteration: 0, loss: 1.0 };
        for message in [map.svg().unwrap_err(), map.png().unwrap_err()] {
            let message = format!("{message:#}");
            assert!(message.contains(part), "{message}");
        }
    }
}

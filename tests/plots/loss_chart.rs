//! The chart of losses: names, axes, and every loss that can be seen.

use crate::axes::{Axes, CURVES, chart, lines};
use crate::reader::{Png, UNITS, hex, number, text, texts};
use inverse_by_descent::plots::{Curve, LossChart, Picture};
use roxmltree::Document;

/// The name of the notebook's vertical axis.
const LOSS: &str = "loss (mean squared error)";

#[test]
fn a_loss_chart_names_its_curves_and_axes() {
    let losses = vec![vec![1.0, 0.1, 0.01]; 4];
    let note = "A note that is far too long for one line. ".repeat(5);
    let with_note = LossChart { curves: &chart(&losses), quantity: LOSS, note: Some(&note) };
    let without = LossChart { curves: &chart(&losses), quantity: LOSS, note: None };
    let svg = with_note.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    for wanted in ["one", "two", "three", "four", "step t", LOSS, "1", "10⁻²"] {
        text(&svg, wanted);
    }
    let shown: Vec<&str> = texts(&svg).iter().map(|(text, _)| *text).filter(|t| t.contains("not")).collect();
    assert_eq!(shown.join(" "), note.trim());
    assert_eq!(shown.len(), 2);
    assert!(with_note.size().1 > without.size().1);
    let root = svg.root_element();
    let (width, height) = with_note.size();
    assert_eq!(number(root, "width"), f64::from(width));
    assert_eq!(number(root, "height"), f64::from(height));
    let box_ = format!("0 0 {} {}", f64::from(width) * UNITS, f64::from(height) * UNITS);
    assert_eq!(root.attribute("viewBox"), Some(&*box_));
    // Two lines are whole, two are dashed; none is in the legend's place.
    for curve in 0..4 {
        let lines = lines(&svg, curve);
        assert_eq!(lines.len() == 1, curve < 2, "curve {curve}: {} lines", lines.len());
    }
}

#[test]
fn losses_stand_where_the_axes_say() {
    let losses: Vec<f64> = (0..=1000).map(|t| 10f64.powf(-0.012 * f64::from(t))).collect();
    let curves = [losses.clone()];
    let svg = LossChart { curves: &chart(&curves), quantity: LOSS, note: None }.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    let axes = Axes::of(&svg, ["0", "1000"], [("1", 0.0), ("10⁻¹²", -12.0)]);
    let line = &lines(&svg, 0)[0];
    for t in [0, 1, 250, 500, 999, 1000] {
        let found = line.iter().any(|&point| axes.is_at(point, t, losses[t]));
        assert!(found, "step {t}");
    }
}

#[test]
fn ten_thousand_losses_lose_nothing_that_can_be_seen() {
    let mut losses: Vec<f64> = (0..10_000).map(|t| 1e-9 * f64::from(1 + t * 7919 % 13)).collect();
    let outliers = [(3, 1e-3), (1234, 1e-5), (4321, 1e-12), (7777, 1.0), (9998, 1e-14)];
    for (t, loss) in outliers {
        losses[t] = loss;
    }
    let curves = [losses];
    let svg = LossChart { curves: &chart(&curves), quantity: LOSS, note: None }.svg().unwrap();
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    let svg = Document::parse(&svg).unwrap();
    let axes = Axes::of(&svg, ["0", "10000"], [("1", 0.0), ("10⁻¹⁴", -14.0)]);
    let lines = lines(&svg, 0);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].len() < 4000, "{} points", lines[0].len());
    for (t, loss) in outliers {
        let found = lines[0].iter().any(|&point| axes.is_at(point, t, loss));
        assert!(found, "step {t}");
    }
    assert!(lines[0].is_sorted_by_key(|point| point.0), "the line goes back");
    // In every pixel column the band of the other losses is there, from 1e-9 to 1.3e-8.
    for t in (0..10_000).step_by(100) {
        let (x, top) = axes.place(t, 1.3e-8);
        let (_, bottom) = axes.place(t, 1e-9);
        let near: Vec<f64> = lines[0].iter().filter(|p| (p.0 - x).abs() < 2.0 * UNITS).map(|p| p.1).collect();
        let reaches = |y: f64| near.iter().any(|at| (at - y).abs() <= UNITS);
        assert!(reaches(top) && reaches(bottom), "step {t}");
    }
}

#[test]
fn losses_without_a_place_on_a_log_axis_leave_gaps() {
    for missing in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        // Ends of runs that are neither the least nor the greatest of their pixel columns.
        let mut losses: Vec<f64> = [0.2, 0.8].repeat(5000);
        for end in [0, 2999, 4000, 5999, 7000, 9999] {
            losses[end] = 0.5;
        }
        losses[3000..4000].fill(missing);
        losses[6000..7000].fill(missing);
        losses[6500] = 0.01;
        let curves = [losses];
        let picture = LossChart { curves: &chart(&curves), quantity: LOSS, note: None };
        picture.png().unwrap();
        let svg = picture.svg().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{missing}");
        let svg = Document::parse(&svg).unwrap();
        let axes = Axes::of(&svg, ["0", "10000"], [("10⁻¹", -1.0), ("10⁻²", -2.0)]);
        let ends: Vec<_> = lines(&svg, 0).iter().map(|line| (line[0], line[line.len() - 1])).collect();
        assert_eq!(ends.len(), 3, "{missing}");
        for ((from, to), (first, last)) in ends.into_iter().zip([(0, 2999), (4000, 5999), (7000, 9999)]) {
            assert!(axes.is_at(from, first, 0.5), "{missing}: {first}");
            assert!(axes.is_at(to, last, 0.5), "{missing}: {last}");
        }
        // A loss alone between gaps is a dot.
        let dot = svg.descendants().find(|node| node.has_tag_name("circle")).expect("a dot");
        assert!(axes.is_at((number(dot, "cx"), number(dot, "cy")), 6500, 0.01), "{missing}");
    }
}

#[test]
fn extreme_and_missing_losses_can_be_drawn() {
    for (losses, least_powers) in [
        (vec![], 2),
        (vec![vec![]], 2),
        (vec![vec![0.5]], 2),
        (vec![vec![f64::NAN; 50]], 2),
        (vec![vec![0.0; 50], vec![1.0; 3]], 2),
        (vec![vec![f64::MAX, 1.0, f64::MIN_POSITIVE]], 2),
        (vec![vec![5e-324; 2], vec![f64::MIN_POSITIVE; 2]], 1),
        (vec![vec![f64::MAX; 2]], 1),
    ] {
        let picture = LossChart { curves: &chart(&losses), quantity: LOSS, note: None };
        let svg = picture.svg().unwrap();
        let svg = Document::parse(&svg).unwrap();
        let steps: Vec<f64> = texts(&svg)
            .iter()
            .filter(|(text, node)| text.parse::<u32>().is_ok() && node.attribute("text-anchor") == Some("middle"))
            .map(|(_, node)| number(*node, "x"))
            .collect();
        let rising = steps.is_sorted_by(|a, b| a < b);
        assert!(steps.len() >= 2 && rising, "{losses:?}: {steps:?}");
        let powers = texts(&svg).iter().filter(|(_, node)| node.attribute("text-anchor") == Some("end")).count();
        assert!((least_powers..=8).contains(&powers), "{losses:?}: {powers} powers of ten on the axis");
        Png::of(&picture);
    }
}

#[test]
fn the_png_of_a_loss_chart_has_the_curves() {
    let losses: Vec<Vec<f64>> = (1..=4).map(|i| vec![10f64.powi(-i); 100]).collect();
    let picture = LossChart { curves: &chart(&losses), quantity: LOSS, note: None };
    let (width, height) = picture.size();
    let png = Png::of(&picture);
    assert_eq!((png.width, png.height), (2 * width, 2 * height));
    let svg = picture.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    for (curve, stroke) in CURVES.iter().enumerate() {
        let (x, y) = lines(&svg, curve)[0][0];
        let at = (2.0 * (x / UNITS + 3.0), 2.0 * y / UNITS);
        assert_eq!(hex(png.pixel(at.0, at.1)), *stroke, "curve {curve}");
    }
}

#[test]
fn a_sharp_turn_grows_no_spike() {
    let losses = [(0..10_000).map(|t| 1e-9 * f64::from(1 + t * 7919 % 13)).collect()];
    let picture = LossChart { curves: &chart(&losses), quantity: LOSS, note: None };
    let svg = picture.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    let line = &lines(&svg, 0)[0];
    let top = line.iter().map(|p| p.1).fold(f64::INFINITY, f64::min) / UNITS * 2.0;
    let png = Png::of(&picture);
    let from = line[0].0 / UNITS * 2.0;
    for x in from as u32 + 4..png.width {
        let above = png.pixel(f64::from(x), top - 5.0);
        assert!(above.0 == above.1 && above.1 == above.2, "column {x}: {above:?}");
    }
}

/// Eight curves differ in their colours or their dashes; of more, a note tells how many are left out.
#[test]
fn more_curves_than_can_be_told_apart_are_counted() {
    let losses: Vec<Vec<f64>> = (1..=11).map(|i| vec![10f64.powi(-i); 1000]).collect();
    let curves = chart(&losses);
    for (count, hidden) in [(8, None), (9, Some("Curves not shown: 1.")), (11, Some("Curves not shown: 3."))] {
        let picture = LossChart { curves: &curves[..count], quantity: LOSS, note: None };
        let svg = picture.svg().unwrap();
        let svg = Document::parse(&svg).unwrap();
        let all = texts(&svg);
        let note = all.iter().find(|(text, _)| text.contains("shown")).map(|(text, _)| *text);
        assert_eq!(note, hidden, "{count} curves");
        // Of each curve: its colour, and how many pieces of line its look has.
        let mut looks: Vec<(&str, usize)> = CURVES
            .iter()
            .enumerate()
            .flat_map(|(i, colour)| {
                let mut lines = lines(&svg, i);
                lines.sort_by(|a, b| a[0].1.total_cmp(&b[0].1));
                let curves = lines.chunk_by(|a, b| a[0].1 == b[0].1);
                curves.map(|pieces| (*colour, pieces.len())).collect::<Vec<_>>()
            })
            .collect();
        looks.sort();
        looks.dedup();
        assert_eq!(looks.len(), 8, "{looks:?}");
        Png::of(&picture);
    }
}

/// A name comes from a file's name, which can hold anything.
#[test]
fn any_name_can_be_drawn() {
    let long = "long ".repeat(2000);
    for (name, shown) in [
        ("a\x01b\x1bc\u{85}d", "a\u{fffd}b\u{fffd}c d"),
        ("two\nlines\tand\r\n\u{a0}spaces", "two lines and spaces"),
        ("\u{fffe}\u{ffff}", "\u{fffd}\u{fffd}"),
        ("<&>\"' −·×√β²₂κμσ≤…⁻", "<&>\"' −·×√β²₂κμσ≤…⁻"),
        (&long, long.trim()),
    ] {
        let curves = [Curve { name, losses: &[1.0, 0.1] }];
        let picture = LossChart { curves: &curves, quantity: name, note: Some(name) };
        let svg = picture.svg().unwrap();
        let svg = Document::parse(&svg).unwrap_or_else(|error| panic!("{name:?}: {error}"));
        text(&svg, shown);
        Png::of(&picture);
    }
}

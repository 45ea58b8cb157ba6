//! The pictures hold what they should: colours, titles, labels, cells and every loss that can be seen.

use inverse_by_descent::plots::{Curve, HeatMap, LossChart, NOT_A_NUMBER, Picture, colour};
use resvg::tiny_skia::Pixmap;
use roxmltree::{Document, Node};

/// Plotly's `px.colors.sequential.Plasma`, version 6.
const STOPS: [[u8; 3]; 10] = [
    [13, 8, 135],
    [70, 3, 159],
    [114, 1, 168],
    [156, 23, 158],
    [189, 55, 134],
    [216, 87, 107],
    [237, 121, 83],
    [251, 159, 58],
    [253, 202, 38],
    [240, 249, 33],
];

/// Units of an SVG picture in one of its pixels.
const UNITS: f64 = 4.0;

#[test]
fn colours_are_plotlys() {
    for (i, stop) in STOPS.into_iter().enumerate() {
        assert_eq!(colour(i as f64 / 4.5 - 1.0), stop, "stop {i}");
    }
    // From Plotly's sample_colorscale('Plasma', [(value + 1) / 2]).
    for (value, expected) in [
        (-1.0, [13, 8, 135]),
        (-0.9, [39, 6, 146]),
        (-0.28, [164, 31, 152]),
        (0.0, [203, 71, 120]),
        (0.01, [204, 72, 119]),
        (0.36, [239, 126, 80]),
        (0.5, [248, 150, 64]),
        (0.85, [249, 217, 36]),
        (1.0, [240, 249, 33]),
    ] {
        let got = colour(value);
        let near = (0..3).all(|i| got[i].abs_diff(expected[i]) <= 1);
        assert!(near, "{value}: {got:?}, in Plotly {expected:?}");
    }
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

fn number(node: Node, attribute: &str) -> f64 {
    let text = node
        .attribute(attribute)
        .unwrap_or_else(|| panic!("{attribute} of {node:?}"));
    text.parse().unwrap()
}

fn texts<'a>(svg: &'a Document) -> Vec<(&'a str, Node<'a, 'a>)> {
    svg.descendants()
        .filter(|node| node.has_tag_name("text"))
        .map(|node| (node.text().unwrap_or_default().trim(), node))
        .collect()
}

fn text<'a>(svg: &'a Document, wanted: &str) -> Node<'a, 'a> {
    let all = texts(svg);
    match all.iter().find(|(text, _)| *text == wanted) {
        Some((_, node)) => *node,
        None => panic!(
            "no text {wanted:?} among {:?}",
            all.iter().map(|t| t.0).collect::<Vec<_>>()
        ),
    }
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// Some values over the whole range, NaN among them.
fn values(n: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..n * n)
        .map(|i| 2.6 * i as f64 / (n * n) as f64 - 1.3)
        .collect();
    values[n * n / 2] = f64::NAN;
    values
}

#[test]
fn a_heat_map_has_the_notebooks_title_and_labels() {
    let values = [0.5f32; 16];
    let map = HeatMap {
        values: &values,
        n: 4,
        iteration: 2000,
        loss: 1.9984e-15f32,
    };
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
    let first = HeatMap {
        loss: 1.665f32,
        ..map
    };
    let svg = first.svg().unwrap();
    text(&Document::parse(&svg).unwrap(), "Loss:1.7");
    assert!(bold(0) && (1..lines.len()).all(|i| !bold(i)));
    let family = texts[0].1.attribute("font-family").unwrap();
    assert_eq!(family, "DejaVu Sans, sans-serif");
    // The colour bar's labels stand beside the heights of their colours: 1 at the top, −1 at the bottom.
    let heights: Vec<f64> = texts[7..]
        .iter()
        .map(|(_, node)| number(*node, "y"))
        .collect();
    assert!(
        heights.is_sorted() && heights[4] - heights[0] == 400.0 * UNITS,
        "{heights:?}"
    );
}

#[test]
fn the_cells_of_a_heat_map_fill_the_square_row_by_row() {
    for n in [1, 3, 4, 7, 37] {
        let values = values(n);
        let map = HeatMap {
            values: &values,
            n,
            iteration: 0,
            loss: 1.0,
        };
        let svg = map.svg().unwrap();
        let svg = Document::parse(&svg).unwrap();
        // The first rectangle is the background.
        let cells: Vec<Node> = svg
            .descendants()
            .filter(|node| node.has_tag_name("rect"))
            .skip(1)
            .take(n * n)
            .collect();
        let (left, top) = (number(cells[0], "x"), number(cells[0], "y"));
        let side = 400.0 * UNITS;
        for (i, cell) in cells.into_iter().enumerate() {
            let edge = |i: usize| (side * i as f64 / n as f64).floor();
            let (row, column) = (i / n, i % n);
            assert_eq!(
                cell.attribute("fill"),
                Some(&*hex(colour(values[i]))),
                "{row}, {column}"
            );
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
        let map = HeatMap {
            values: &values,
            n,
            iteration: 0,
            loss: 1.0,
        };
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

fn pixel(picture: &Pixmap, x: f64, y: f64) -> [u8; 3] {
    let pixel = picture.pixel(x as u32, y as u32).unwrap();
    assert_eq!(pixel.alpha(), u8::MAX);
    [pixel.red(), pixel.green(), pixel.blue()]
}

#[test]
fn the_png_of_a_heat_map_has_the_cells_and_a_title() {
    for n in [1, 4, 37] {
        let values = values(n);
        let map = HeatMap {
            values: &values,
            n,
            iteration: 0,
            loss: 1.0,
        };
        let picture = Pixmap::decode_png(&map.png().unwrap()).unwrap();
        let (width, height) = map.size();
        assert_eq!((picture.width(), picture.height()), (2 * width, 2 * height));
        for (i, value) in values.iter().enumerate() {
            let middle = |i: usize| 800.0 * (i as f64 + 0.5) / n as f64;
            let at = (48.0 + middle(i % n), 176.0 + middle(i / n));
            assert_eq!(
                pixel(&picture, at.0, at.1),
                colour(*value),
                "cell {i} of {n}×{n}"
            );
        }
        assert_eq!(pixel(&picture, 2.0, 2.0), [255; 3]);
        // Letters: some pixels of the title have its full colour, most none.
        let (rows, columns) = (0..60, 48..850);
        let area = rows.len() * columns.len();
        let inked = rows
            .flat_map(|y| columns.clone().map(move |x| (x, y)))
            .filter(|&(x, y)| pixel(&picture, f64::from(x), f64::from(y)) == [0x2a, 0x3f, 0x5f])
            .count();
        assert!((area / 50..area / 4).contains(&inked), "{inked} of {area}");
    }
}

#[test]
fn the_colour_bar_shows_the_colour_of_each_value() {
    let map = HeatMap {
        values: &[0.0f32],
        n: 1,
        iteration: 0,
        loss: 1.0,
    };
    let picture = Pixmap::decode_png(&map.png().unwrap()).unwrap();
    for value in [-0.99, -0.5, 0.0, 0.3, 0.99] {
        let [red, green, blue] = colour(value);
        let bar = pixel(&picture, 918.0, 176.0 + 800.0 * (1.0 - value) / 2.0);
        let near = [red, green, blue]
            .iter()
            .zip(bar)
            .all(|(a, b)| a.abs_diff(b) <= 4);
        assert!(near, "{value}: {bar:?}");
    }
}

#[test]
fn a_heat_map_that_cannot_be_drawn_is_an_error() {
    let values = [0.0; 16];
    for (n, part) in [
        (0, "not 0"),
        (3, "needs 9 values, not 16"),
        (5, "needs 25"),
        (401, "not 401"),
    ] {
        let map = HeatMap {
            values: &values,
            n,
            iteration: 0,
            loss: 1.0,
        };
        for message in [map.svg().unwrap_err(), map.png().unwrap_err()] {
            let message = format!("{message:#}");
            assert!(message.contains(part), "{message}");
        }
    }
}

/// The name of the notebook's vertical axis.
const LOSS: &str = "loss (mean squared error)";

/// The colours of the four curves, in order.
const CURVES: [&str; 4] = ["#08306B", "#E06C00", "#3D9AE0", "#8C2D04"];

/// Each line of one curve, without the legend's sample: its points.
fn lines(svg: &Document, curve: usize) -> Vec<Vec<(f64, f64)>> {
    let legend_end = number(text(svg, "one"), "y") + 12.0 * UNITS;
    svg.descendants()
        .filter(|node| {
            node.has_tag_name("polyline") && node.attribute("stroke") == Some(CURVES[curve])
        })
        .map(|node| points(node.attribute("points").unwrap()))
        .filter(|points| points.iter().all(|&(_, y)| y > legend_end))
        .collect()
}

fn points(text: &str) -> Vec<(f64, f64)> {
    text.split_whitespace()
        .map(|point| point.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect()
}

/// Where a step and a loss belong, told from the labels of the axes alone.
struct Axes {
    steps: [(f64, f64); 2],
    losses: [(f64, f64); 2],
}

impl Axes {
    /// Of a chart whose axes show these labels; the losses are powers of ten, given by their exponents.
    fn of(svg: &Document, steps: [&str; 2], losses: [(&str, f64); 2]) -> Self {
        Self {
            steps: steps.map(|label| (label.parse().unwrap(), number(text(svg, label), "x"))),
            losses: losses.map(|(label, exponent)| (exponent, number(text(svg, label), "y"))),
        }
    }

    fn place(&self, step: usize, loss: f64) -> (f64, f64) {
        let along = |[(a, at_a), (b, at_b)]: [(f64, f64); 2], value: f64| {
            at_a + (at_b - at_a) * (value - a) / (b - a)
        };
        (
            along(self.steps, step as f64),
            along(self.losses, loss.log10()),
        )
    }

    /// Whether a place is that of a step and a loss, to half a pixel and the rounding of the labels' places.
    fn is_at(&self, (x, y): (f64, f64), step: usize, loss: f64) -> bool {
        let place = self.place(step, loss);
        (x - place.0).abs() <= UNITS && (y - place.1).abs() <= UNITS
    }
}

fn chart<'a>(losses: &'a [Vec<f64>]) -> Vec<Curve<'a, f64>> {
    let names = ["one", "two", "three", "four", "five"];
    losses
        .iter()
        .zip(names)
        .map(|(losses, name)| Curve { name, losses })
        .collect()
}

#[test]
fn a_loss_chart_names_its_curves_and_axes() {
    let losses = vec![vec![1.0, 0.1, 0.01]; 4];
    let note = "A note that is far too long for one line. ".repeat(5);
    let with_note = LossChart {
        curves: &chart(&losses),
        quantity: LOSS,
        note: Some(&note),
    };
    let without = LossChart {
        curves: &chart(&losses),
        quantity: LOSS,
        note: None,
    };
    let svg = with_note.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    for wanted in ["one", "two", "three", "four", "step t", LOSS, "1", "10⁻²"] {
        text(&svg, wanted);
    }
    let shown: Vec<&str> = texts(&svg)
        .iter()
        .map(|(text, _)| *text)
        .filter(|t| t.contains("not"))
        .collect();
    assert_eq!(shown.join(" "), note.trim());
    assert_eq!(shown.len(), 2);
    assert!(with_note.size().1 > without.size().1);
    let root = svg.root_element();
    let (width, height) = with_note.size();
    assert_eq!(number(root, "width"), f64::from(width));
    assert_eq!(number(root, "height"), f64::from(height));
    let box_ = format!(
        "0 0 {} {}",
        f64::from(width) * UNITS,
        f64::from(height) * UNITS
    );
    assert_eq!(root.attribute("viewBox"), Some(&*box_));
    // Two lines are whole, two are dashed; none is in the legend's place.
    for curve in 0..4 {
        let lines = lines(&svg, curve);
        assert_eq!(
            lines.len() == 1,
            curve < 2,
            "curve {curve}: {} lines",
            lines.len()
        );
    }
}

#[test]
fn losses_stand_where_the_axes_say() {
    let losses: Vec<f64> = (0..=1000)
        .map(|t| 10f64.powf(-0.012 * f64::from(t)))
        .collect();
    let curves = [losses.clone()];
    let svg = LossChart {
        curves: &chart(&curves),
        quantity: LOSS,
        note: None,
    }
    .svg()
    .unwrap();
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
    let mut losses: Vec<f64> = (0..10_000)
        .map(|t| 1e-9 * f64::from(1 + t * 7919 % 13))
        .collect();
    let outliers = [
        (3, 1e-3),
        (1234, 1e-5),
        (4321, 1e-12),
        (7777, 1.0),
        (9998, 1e-14),
    ];
    for (t, loss) in outliers {
        losses[t] = loss;
    }
    let curves = [losses];
    let svg = LossChart {
        curves: &chart(&curves),
        quantity: LOSS,
        note: None,
    }
    .svg()
    .unwrap();
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
    assert!(
        lines[0].is_sorted_by_key(|point| point.0),
        "the line goes back"
    );
    // In every pixel column the band of the other losses is there, from 1e-9 to 1.3e-8.
    for t in (0..10_000).step_by(100) {
        let (x, top) = axes.place(t, 1.3e-8);
        let (_, bottom) = axes.place(t, 1e-9);
        let near: Vec<f64> = lines[0]
            .iter()
            .filter(|p| (p.0 - x).abs() < 2.0 * UNITS)
            .map(|p| p.1)
            .collect();
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
        let picture = LossChart {
            curves: &chart(&curves),
            quantity: LOSS,
            note: None,
        };
        picture.png().unwrap();
        let svg = picture.svg().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{missing}");
        let svg = Document::parse(&svg).unwrap();
        let axes = Axes::of(&svg, ["0", "10000"], [("10⁻¹", -1.0), ("10⁻²", -2.0)]);
        let ends: Vec<_> = lines(&svg, 0)
            .iter()
            .map(|line| (line[0], line[line.len() - 1]))
            .collect();
        assert_eq!(ends.len(), 3, "{missing}");
        for ((from, to), (first, last)) in
            ends.into_iter()
                .zip([(0, 2999), (4000, 5999), (7000, 9999)])
        {
            assert!(axes.is_at(from, first, 0.5), "{missing}: {first}");
            assert!(axes.is_at(to, last, 0.5), "{missing}: {last}");
        }
        // A loss alone between gaps is a dot.
        let dot = svg
            .descendants()
            .find(|node| node.has_tag_name("circle"))
            .expect("a dot");
        assert!(
            axes.is_at((number(dot, "cx"), number(dot, "cy")), 6500, 0.01),
            "{missing}"
        );
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
        let picture = LossChart {
            curves: &chart(&losses),
            quantity: LOSS,
            note: None,
        };
        let svg = picture.svg().unwrap();
        let svg = Document::parse(&svg).unwrap();
        let steps: Vec<f64> = texts(&svg)
            .iter()
            .filter(|(text, node)| {
                text.parse::<u32>().is_ok() && node.attribute("text-anchor") == Some("middle")
            })
            .map(|(_, node)| number(*node, "x"))
            .collect();
        let rising = steps.is_sorted_by(|a, b| a < b);
        assert!(steps.len() >= 2 && rising, "{losses:?}: {steps:?}");
        let powers = texts(&svg)
            .iter()
            .filter(|(_, node)| node.attribute("text-anchor") == Some("end"))
            .count();
        assert!(
            (least_powers..=8).contains(&powers),
            "{losses:?}: {powers} powers of ten on the axis"
        );
        Pixmap::decode_png(&picture.png().unwrap()).unwrap();
    }
}

#[test]
fn the_png_of_a_loss_chart_has_the_curves() {
    let losses: Vec<Vec<f64>> = (1..=4).map(|i| vec![10f64.powi(-i); 100]).collect();
    let picture = LossChart {
        curves: &chart(&losses),
        quantity: LOSS,
        note: None,
    };
    let (width, height) = picture.size();
    let png = Pixmap::decode_png(&picture.png().unwrap()).unwrap();
    assert_eq!((png.width(), png.height()), (2 * width, 2 * height));
    let svg = picture.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    for (curve, stroke) in CURVES.iter().enumerate() {
        let (x, y) = lines(&svg, curve)[0][0];
        let at = (2.0 * (x / UNITS + 3.0), 2.0 * y / UNITS);
        assert_eq!(hex(pixel(&png, at.0, at.1)), *stroke, "curve {curve}");
    }
}

#[test]
fn a_sharp_turn_grows_no_spike() {
    let losses = [(0..10_000)
        .map(|t| 1e-9 * f64::from(1 + t * 7919 % 13))
        .collect()];
    let picture = LossChart {
        curves: &chart(&losses),
        quantity: LOSS,
        note: None,
    };
    let svg = picture.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    let line = &lines(&svg, 0)[0];
    let top = line.iter().map(|p| p.1).fold(f64::INFINITY, f64::min) / UNITS * 2.0;
    let png = Pixmap::decode_png(&picture.png().unwrap()).unwrap();
    let from = line[0].0 / UNITS * 2.0;
    for x in from as u32 + 4..png.width() {
        let above = pixel(&png, f64::from(x), top - 5.0);
        assert!(
            above[0] == above[1] && above[1] == above[2],
            "column {x}: {above:?}"
        );
    }
}

#[test]
fn more_curves_than_can_be_told_apart_are_an_error() {
    let losses = vec![vec![1.0]; 5];
    let message = LossChart {
        curves: &chart(&losses),
        quantity: LOSS,
        note: None,
    }
    .svg()
    .unwrap_err();
    assert!(message.to_string().contains("at most 4"), "{message}");
}

//! Figures that explain momentum: the paths over the loss's contours, and the factor a step against αλ.

use crate::theory::rate;
use minijinja::Value;
use std::fmt::Write;

/// The learning rate of the notebook, in both figures.
const LEARNING_RATE: f64 = 0.9;

/// The paths of one row of the parameter at momentum 0 and 0.9, from `start`: its errors along the steepest and the
/// flattest eigenvector, whose eigenvalues are `lambda`.
pub fn paths(lambda: [f64; 2], start: [f64; 2]) -> Value {
    let (width, height) = (640.0, 440.0);
    // The same scale on both axes, so that the contours have their true shape.
    let scale = 150.0 / start[0].abs().max(start[1].abs());
    let at = |[x, y]: [f64; 2]| (width / 2.0 + x * scale, height / 2.0 - y * scale);
    let mut svg =
        head(width, height, "Contours of the loss of the diagonal matrix, with the paths at momentum 0 and 0.9");
    let first = lambda[0] * start[0].powi(2) + lambda[1] * start[1].powi(2);
    for k in 0..8 {
        let level = first * 2_f64.powi(2 - k);
        let [rx, ry] = lambda.map(|lambda| (level / lambda).sqrt() * scale);
        let _ = write!(
            svg,
            "<ellipse class=\"contour\" cx=\"{}\" cy=\"{}\" rx=\"{rx:.1}\" ry=\"{ry:.1}\"/>",
            width / 2.0,
            height / 2.0
        );
    }
    for (class, momentum) in [("c1", 0.0), ("c0", 0.9)] {
        let (mut point, mut speed) = (start, [0.0; 2]);
        let (mut line, mut dots) = (String::new(), String::new());
        for step in 0..60 {
            let (x, y) = at(point);
            let _ = write!(line, "{}{x:.1} {y:.1}", if step == 0 { "M" } else { "L" });
            let _ = write!(dots, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>");
            for k in 0..2 {
                speed[k] = momentum * speed[k] + lambda[k] * point[k];
                point[k] -= LEARNING_RATE * speed[k];
            }
        }
        let _ = write!(svg, "<g class=\"curve {class}\"><path d=\"{line}\"/>{dots}</g>");
    }
    let texts = [
        (14.0, 26.0, "c1", "momentum 0"),
        (14.0, 52.0, "c0", "momentum 0.9"),
        (14.0, height - 12.0, "", "→ steep, λ = 2; ↑ flat, λ = 0.125"),
    ];
    for (x, y, class, text) in texts {
        let _ = write!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>");
    }
    Value::from_safe_string(svg + "</svg>")
}

/// The factor by which an error is multiplied in a step, against αλ, at four momenta; the four eigenvalues of the diagonal
/// matrix are dots. The page's script adds those of the playground.
pub fn factors(eigenvalues: &[f64]) -> Value {
    let (width, height) = (640.0, 440.0);
    let (left, across, bottom, up) = (56.0, 140.0, 390.0, 300.0);
    let x = |product: f64| left + product * across;
    let y = |factor: f64| bottom - factor * up;
    let mut svg = head(
        width,
        height,
        "The factor a step against learning rate times eigenvalue, at momentum 0, 0.1, 0.5 and 0.9",
    );
    for tick in 0..=4 {
        let (at, top) = (x(f64::from(tick)), y(1.2));
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{at} {bottom}V{top}\"/><text class=\"middle\" x=\"{at}\" y=\"408\">{tick}</text>"
        );
    }
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (at, right) = (y(tick), x(4.0));
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{left} {at}H{right}\"/><text class=\"end\" x=\"50\" y=\"{}\">{tick}</text>",
            at + 4.0
        );
    }
    for (class, momentum, label) in [("c1", 0.0, 0.05), ("c2", 0.1, 1.25), ("c3", 0.5, 1.6), ("c0", 0.9, 2.2)] {
        let products = (0..=400).map(|k| f64::from(k) / 100.0);
        let points = products.map(|product| (product, rate(product, momentum))).filter(|(_, factor)| *factor <= 1.2);
        let mut line = String::new();
        for (product, factor) in points {
            let _ = write!(line, "{}{:.1} {:.1}", if line.is_empty() { "M" } else { "L" }, x(product), y(factor));
        }
        let (label_x, label_y) =
            if momentum == 0.0 { (x(0.62), y(0.25)) } else { (x(label), y(momentum.sqrt()) - 7.0) };
        let root = if momentum > 0.0 { format!(": √β = {:.4}", momentum.sqrt()) } else { String::new() };
        let _ = write!(svg, "<g class=\"curve {class}\"><path d=\"{line}\"/>");
        for product in
            eigenvalues.iter().map(|lambda| LEARNING_RATE * lambda).filter(|_| [0.0, 0.9].contains(&momentum))
        {
            let _ =
                write!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4.5\"/>", x(product), y(rate(product, momentum)));
        }
        let _ = write!(svg, "</g><text class=\"{class}\" x=\"{label_x}\" y=\"{label_y}\">β = {momentum}{root}</text>");
    }
    let _ = write!(
        svg,
        "<text class=\"middle\" x=\"{}\" y=\"430\">αλ: learning rate times eigenvalue</text>\
         <text class=\"middle\" transform=\"translate(14 {}) rotate(-90)\">factor a step</text>\
         <g id=\"factors-now\" data-scale=\"{left} {across} {bottom} {up}\"></g>",
        x(2.0),
        y(0.6)
    );
    Value::from_safe_string(svg + "</svg>")
}

fn head(width: f64, height: f64, label: &str) -> String {
    format!("<svg class=\"figure\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {height}\">")
}

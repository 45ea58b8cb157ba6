//! Several pictures as one: each stands whole in its own place.

use crate::reader::{UNITS, number, text, texts};
use inverse_by_descent::plots::{HeatMap, Picture, Tiles};
use roxmltree::Document;

fn heat_map(iteration: usize) -> HeatMap<'static, f64> {
    HeatMap { values: &[0.5, -0.5, 0.25, 1.0], n: 2, block: 1, iteration, loss: 0.5 }
}

#[test]
fn five_pictures_stand_in_rows_of_three() {
    let one = heat_map(7);
    let (width, height) = one.size();
    let single = one.svg().unwrap();
    let single = Document::parse(&single).unwrap();
    let maps = [0, 1, 2, 3, 4].map(heat_map);
    let tiles = Tiles(&maps);
    assert_eq!(tiles.size(), (3 * width, 2 * height));
    let svg = tiles.svg().unwrap();
    let svg = Document::parse(&svg).unwrap();
    assert_eq!(texts(&svg).len(), 5 * texts(&single).len());
    let alone = text(&single, "Iteration:7.");
    for (i, (column, row)) in [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)].into_iter().enumerate() {
        let title = text(&svg, &format!("Iteration:{i}."));
        let moved = |axis| (number(title, axis) - number(alone, axis)) / UNITS;
        let place = (f64::from(column * width), f64::from(row * height));
        assert_eq!((moved("x"), moved("y")), place, "picture {i}");
    }
}

#[test]
fn two_pictures_take_no_more_room_than_they_need() {
    let (width, height) = heat_map(0).size();
    assert_eq!(Tiles(&[0, 1].map(heat_map)).size(), (2 * width, height));
}

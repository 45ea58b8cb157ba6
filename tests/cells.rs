//! Each cell of the notebook against what it printed in 2020.
//!
//! The numbers are in `src/notebook/printed_numbers.csv`; they are compared as printed text. The three zeros of In [121]
//! that have lost their minus sign since are named one by one.

use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::notebook::mse;
use inverse_by_descent::notebook::page::{Output, Page};
use inverse_by_descent::notebook::printed::{self, Check, Printed};
use inverse_by_descent::notebook::printing::{numpy, torch};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tch::{Device, Kind, Tensor};

/// The page is computed once a process, and with it the arithmetic is settled before anything is drawn or multiplied.
static PAGE: LazyLock<Page> = LazyLock::new(|| Page::run(Libtorch::settle(None).unwrap(), |steps| 0..steps).unwrap());

/// Checks one cell's outputs whose name begins with `output`; there must be `count` numbers.
fn check(cell: &str, output: &str, count: usize) -> Check {
    let mut expected = printed::of_the_notebook().unwrap();
    expected.retain(|number| number.cell == cell && number.output.starts_with(output));
    assert_eq!(expected.len(), count, "{cell} {output}: numbers transcribed");
    printed::check(&expected, &PAGE, &BTreeMap::new())
}

#[track_caller]
fn assert_as_printed(cell: &str, output: &str, count: usize) {
    let check = check(cell, output, count);
    assert_eq!(check.equal_as_printed, count, "{:#?}", check.differences);
}

#[test]
fn all_266_numbers_are_transcribed_and_every_cell_has_its_test() {
    let numbers = printed::of_the_notebook().unwrap();
    assert_eq!(numbers.len(), 266);
    let count = |cell| numbers.iter().filter(|number| number.cell == cell).count();
    let tensors = ["In [78]", "In [121]", "In [124]", "In [126]", "In [128]", "In [133]"];
    assert_eq!(tensors.map(count), [16; 6]);
    assert_eq!(["In [106]", "In [116]"].map(count), [5 * (1 + 16); 2]);
}

#[test]
fn in_78_m1234() {
    assert_as_printed("In [78]", "tensor", 16);
}

#[test]
fn in_121_the_builtin_inverse() {
    let check = check("In [121]", "tensor", 16);
    assert_eq!(check.equal_in_value, 16, "{:#?}", check.differences);
    let found: Vec<_> = check
        .differences
        .iter()
        .map(|d| (d.expected.row, d.expected.column, &*d.expected.printed, &*d.computed))
        .collect();
    let lost = |row, column| (row, column, "-0.0000", "0.0000");
    assert_eq!(found, [lost(0, 3), lost(1, 3), lost(2, 3)]);
}

#[test]
fn in_124_the_inverse_times_the_matrix() {
    assert_as_printed("In [124]", "tensor", 16);
}

#[test]
fn in_126_the_identity() {
    assert_as_printed("In [126]", "tensor", 16);
}

#[test]
fn in_128_y_hat() {
    assert_as_printed("In [128]", "tensor", 16);
}

#[test]
fn in_133_the_first_gradient() {
    assert_as_printed("In [133]", "tensor", 16);
}

#[test]
fn in_106_the_diagonal_run() {
    assert_as_printed("In [106]", "loss", 5);
    assert_as_printed("In [106]", "difference", 80);
}

#[test]
fn in_116_the_random_run() {
    assert_as_printed("In [116]", "loss 0", 1);
    assert_as_printed("In [116]", "difference 0", 16);
    // Without notebook arithmetic the digits of the late losses and the signs of zeros may be others.
    assert_eq!(check("In [116]", "difference", 80).equal_in_value, 80);
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn in_116_the_late_losses() {
    assert_as_printed("In [116]", "loss", 5);
    assert_as_printed("In [116]", "difference", 80);
}

#[test]
fn in_0_the_last_two_runs_end_lower_than_they_began_and_draw_nothing() {
    let page = &*PAGE;
    for name in ["losses3", "losses4"] {
        let run = page.runs.iter().find(|run| run.name == name).unwrap();
        assert_eq!((run.momentum, run.losses.len()), (0.1, 10_000), "{name}");
        assert!(run.losses[9_999] < 1e-3 * run.losses[0], "{name}");
    }
    let silent = page.cells.iter().filter(|cell| cell.cell == "In [0]");
    assert!(silent.into_iter().all(|cell| cell.outputs.is_empty()));
}

#[test]
fn in_0_mse_is_the_mean_over_all_elements() {
    Libtorch::settle(None).unwrap();
    // (1² + 2² + 3² + 4²) / 4
    let loss = mse(&Tensor::from_slice(&[1_f32, 2., 3., 4.]), &Tensor::zeros([4], (Kind::Float, Device::Cpu)));
    assert_eq!(loss.double_value(&[]), 7.5);
    assert_eq!(loss.size(), [0_i64; 0]);
}

#[test]
fn in_119_the_chart_of_the_four_runs() {
    let page = &*PAGE;
    let cell = page.cells.iter().find(|cell| cell.cell == "In [119]").unwrap();
    let [Output::LineChart(chart)] = cell.outputs.as_slice() else { panic!("one chart: {:?}", cell.outputs) };
    let momenta: Vec<_> = chart.names.iter().map(|name| name.rsplit('=').next().unwrap()).collect();
    // The notebook's labels, its mistake included, which the note names.
    assert_eq!(momenta, ["0.9", "0.9", "0.0", "0.0"]);
    assert!(chart.note.contains("ran them with 0.1"), "{}", chart.note);
    for (curve, run) in chart.curves.iter().zip(&page.runs) {
        assert_eq!(curve, &run.losses);
    }
}

#[test]
fn m_random_is_the_second_draw_and_no_other_of_the_first_sixty() {
    let expected: Vec<_> = printed::of_the_notebook().unwrap();
    let printed = |output: &str| -> Vec<String> {
        let of_output = |number: &&Printed| number.cell == "In [116]" && number.output == output;
        expected.iter().filter(of_output).map(|number| number.printed.clone()).collect()
    };
    let _drawing = Libtorch::settle(None).unwrap().generator();
    let rand = || Tensor::rand([4, 4], (Kind::Float, Device::Cpu));
    let identity = Tensor::eye(4, (Kind::Float, Device::Cpu));

    tch::manual_seed(314);
    let random_inverse = rand(); // the first draw
    let gives_the_printed = |m_random: &Tensor| {
        let y_hat = random_inverse.matmul(m_random);
        torch::elements(&mse(&identity, &y_hat)).unwrap() == printed("loss 0")
            && numpy::elements(&(y_hat - &identity)).unwrap() == printed("difference 0")
    };
    let draws: Vec<_> = (2..=60).filter(|_| gives_the_printed(&rand())).collect();
    assert_eq!(draws, [2]);
}

#[test]
fn each_cell_knows_its_line_in_the_port() {
    let page = &*PAGE;
    let port: Vec<_> = include_str!("../notebooks-ported/matrix_inverse.rs").lines().collect();
    assert_eq!(page.cells.len(), 19, "the notebook has 19 cells");
    for cell in &page.cells {
        assert!(port[cell.source_line as usize - 1].contains(&format!("page.cell(\"{}\")", cell.cell)), "{cell:?}");
    }
}

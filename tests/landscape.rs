//! Many runs at once: equal to single runs, and stable where theory says.

use assert_cmd::Command;
use inverse_by_descent::arithmetic::Arithmetic;
use inverse_by_descent::descent::{Descent, Float, Run, start};
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::landscape::{Axis, Batch, Grid, Means, survey};
use inverse_by_descent::report::landscape::Boundary;
use inverse_by_descent::theory::{Pair, Spectrum};
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use tch::{Device, Tensor};
use tempfile::tempdir;

fn pair(learning_rate: f64, momentum: f64) -> Pair {
    Pair {
        learning_rate,
        momentum,
    }
}

/// Distance in ULP of two numbers of the same sign.
fn ulp(a: f32, b: f32) -> u32 {
    a.to_bits().abs_diff(b.to_bits())
}

/// The batched parameters after `steps` steps and the losses of each step, and the same of single runs.
struct Both {
    batched: Vec<f32>,
    single: Vec<f32>,
    batched_losses: Vec<f32>,
    single_losses: Vec<f32>,
}

fn both(experiment: &Experiment, pairs: &[Pair], steps: usize) -> Both {
    let flat = |tensor: Tensor| Vec::<f32>::try_from(tensor.flatten(0, -1)).unwrap();
    let mut batch =
        Batch::<f32>::new(&start::<f32>(experiment).unwrap(), pairs, Device::Cpu).unwrap();
    let batched_losses = (0..steps)
        .flat_map(|_| flat(batch.step().unwrap()))
        .collect();
    let (mut single, mut by_run) = (vec![], vec![]);
    for pair in pairs {
        let experiment = Experiment {
            learning_rate: pair.learning_rate,
            momentum: pair.momentum,
            ..experiment.clone()
        };
        let start = start::<f32>(&experiment).unwrap();
        let mut run = Descent::<f32>::new(&experiment, start, Device::Cpu).unwrap();
        by_run.push((0..steps).map(|_| run.step().unwrap()).collect::<Vec<_>>());
        single.extend(run.parameter().unwrap());
    }
    let single_losses = (0..steps)
        .flat_map(|t| by_run.iter().map(move |losses| losses[t]))
        .collect();
    Both {
        batched: flat(batch.parameters()),
        single,
        batched_losses,
        single_losses,
    }
}

const PAIRS: [(f64, f64); 6] = [
    (0.9, 0.9),
    (0.9, 0.1),
    (0.3, 0.0),
    (1.28, 0.36),
    (0.05, 0.99),
    (0.7, -0.2),
];

/// Where the order of summation can't matter or is fixed, parameters are equal to the bit, and losses to what the order of
/// their own sum allows: 2(n² − 1) ULP.
#[test]
fn a_batched_run_is_the_single_run() {
    let in_sequence = Arithmetic::settle(None).unwrap() == Arithmetic::Notebook;
    let pairs = PAIRS.map(|(learning_rate, momentum)| pair(learning_rate, momentum));
    for (matrix, size) in [
        (Matrix::counting(4), 4),
        (Matrix::Diagonal(vec![0.5, -3.0, 2.0, 1.0, 0.25]), 5),
        (Matrix::Random, 4),
        (Matrix::Random, 1),
        (Matrix::Random, 3),
        (Matrix::Random, 7),
    ] {
        if matrix == Matrix::Random && !in_sequence {
            continue;
        }
        let name = format!("{matrix:?} {size}");
        let experiment = Experiment {
            matrix,
            size,
            ..Experiment::default()
        };
        let both = both(&experiment, &pairs, 120);
        assert_eq!(both.batched.len(), pairs.len() * size * size);
        assert_eq!(both.batched, both.single, "{name}");
        let allowed = 2 * (size * size - 1) as u32;
        for (at, (&batched, &single)) in both
            .batched_losses
            .iter()
            .zip(&both.single_losses)
            .enumerate()
        {
            assert!(
                ulp(batched, single) <= allowed,
                "{name}, loss {at}: {batched:e} {single:e}"
            );
        }
    }
}

/// In any arithmetic: one step's roundings, bounded. The product of a row and a column is off by at most n u Σ|r||m| in
/// either order, so two orders differ by twice that, and so on through the step.
#[test]
fn a_step_of_a_batched_run_is_within_the_rounding_of_the_single_one() {
    let _ = Arithmetic::settle(None).unwrap();
    let experiment = Experiment {
        matrix: Matrix::Random,
        size: 33,
        ..Experiment::default()
    };
    let both = both(&experiment, &[pair(0.9, 0.9), pair(0.5, 0.1)], 1);
    let (n, u) = (33.0, f64::from(f32::EPSILON) / 2.0);
    // |Y| ≤ n, so |Y − I| ≤ n, |G| ≤ 2/n² n, and a sum of n products |G||m| is at most 2: off by 2 (n + 4) u at most.
    // Y's own difference, 2 n u n, passes through 2/n² and n products: 4 n u. All times the learning rate, and R rounds.
    let allowed = 0.9 * (2.0 * 2.0 * (n + 4.0) * u + 4.0 * n * u) + 2.0 * 3.0 * u;
    for (&batched, &single) in both.batched.iter().zip(&both.single) {
        let difference = (f64::from(batched) - f64::from(single)).abs();
        assert!(
            difference <= allowed,
            "{batched} {single}: {difference:e} > {allowed:e}"
        );
    }
}

fn boundary<T: Float>(
    experiment: &Experiment,
    cells: usize,
    steps: usize,
    workers: usize,
) -> Boundary {
    let start = start::<T>(experiment).unwrap();
    let spectrum = Spectrum::of(&start.matrix).unwrap();
    let high = 1.1 * spectrum.curvature().stability_limit(1.0);
    let grid = Grid {
        learning_rate: Axis {
            low: 0.0,
            high,
            cells,
        },
        momentum: Axis {
            low: 0.0,
            high: 1.0,
            cells,
        },
    };
    let means = Means {
        device: Device::Cpu,
        workers,
        memory: 1 << 26,
    };
    let points = survey::<T>(&start, &spectrum, &grid.pairs(), steps, means, &|_| {
        ControlFlow::Continue(())
    })
    .unwrap()
    .unwrap();
    assert_eq!(points.len(), cells * cells);
    Boundary::of(&grid, &points, &spectrum)
}

#[test]
fn the_measured_boundary_is_the_predicted_one_within_a_cell() {
    let _ = Arithmetic::settle(None).unwrap();
    let diagonal = Experiment::default();
    let random = Experiment {
        matrix: Matrix::Random,
        ..diagonal.clone()
    };
    let tilted = Experiment {
        matrix: Matrix::Given(vec![2.0, 1.0, 1.0, 1.0]),
        size: 2,
        ..diagonal.clone()
    };
    let seven = Experiment {
        size: 7,
        seed: 11,
        ..random.clone()
    };
    for (experiment, workers) in [(&diagonal, 1), (&random, 2), (&tilted, 3), (&seven, 1)] {
        let boundary = boundary::<f32>(experiment, 24, 1000, workers);
        assert_eq!(boundary.rows, 24, "{experiment:?}");
        assert!(
            boundary.farthest <= 1 && boundary.within_a_cell == 24,
            "{boundary:?} {experiment:?}"
        );
    }
    assert!(boundary::<f64>(&random, 12, 1000, 1).farthest <= 1);
}

/// A boundary two cells off isn't taken for the predicted one.
#[test]
fn a_wrong_boundary_is_seen() {
    let _ = Arithmetic::settle(None).unwrap();
    let start = start::<f32>(&Experiment::default()).unwrap();
    let spectrum = Spectrum::of(&start.matrix).unwrap();
    let axis = |high| Axis {
        low: 0.0,
        high,
        cells: 16,
    };
    let grid = Grid {
        learning_rate: axis(2.2),
        momentum: axis(1.0),
    };
    let means = Means {
        device: Device::Cpu,
        workers: 1,
        memory: 1 << 26,
    };
    let points = survey::<f32>(&start, &spectrum, &grid.pairs(), 500, means, &|_| {
        ControlFlow::Continue(())
    })
    .unwrap()
    .unwrap();
    let stretched = Spectrum {
        singular_values: spectrum
            .singular_values
            .iter()
            .map(|sigma| sigma * 1.2)
            .collect(),
    };
    assert!(Boundary::of(&grid, &points, &spectrum).farthest <= 1);
    assert!(Boundary::of(&grid, &points, &stretched).farthest > 1);
}

fn landscape(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command
        .current_dir(folder)
        .env_remove("RUST_BACKTRACE")
        .args(["landscape", "--threads", "1"]);
    command
}

#[test]
fn it_writes_picture_and_arrays() {
    let folder = tempdir().unwrap();
    let output = landscape(folder.path())
        .args(["--grid", "12x10", "--steps", "600"])
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        (
            output.status.code(),
            &*String::from_utf8_lossy(&output.stderr)
        ),
        (Some(0), ""),
        "{stdout}"
    );
    assert!(
        stdout.contains("diag, 4×4") && stdout.contains("random, 4×4"),
        "{stdout}"
    );
    assert!(
        stdout.contains("within one cell of 2(1 + β)/L for 10 of 10 momenta"),
        "{stdout}"
    );

    let out = folder.path().join("landscape");
    let svg = fs::read_to_string(out.join("landscape.svg")).unwrap();
    assert!(svg.contains("best pair") && svg.contains("settings"));
    assert!(
        fs::read(out.join("landscape.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    let json: Value =
        serde_json::from_slice(&fs::read(out.join("landscape.json")).unwrap()).unwrap();
    assert_eq!(json["matrices"][1]["grid"]["learning_rate"]["cells"], 12);
    let mut arrays = npyz::npz::NpzArchive::open(out.join("landscape.npz")).unwrap();
    for k in [1, 2] {
        let mut read = |name: &str| {
            let array = arrays.by_name(&format!("{name}{k}")).unwrap().unwrap();
            (array.shape().to_vec(), array.into_vec::<f64>().unwrap())
        };
        let (shape, losses) = read("final_loss");
        assert_eq!(shape, [10, 12]);
        let (_, rates) = read("learning_rate");
        let (_, limits) = read("stability_limit");
        let (_, contractions) = read("contraction");
        assert_eq!(
            (rates.len(), limits.len(), contractions.len()),
            (12, 10, 120)
        );
        // Well inside the stable range the loss fell, well outside it rose, and the contraction says the same.
        for (row, limit) in limits.iter().enumerate() {
            for (column, &rate) in rates.iter().enumerate() {
                let at = row * 12 + column;
                if rate < 0.8 * limit {
                    assert!(
                        losses[at] < 0.8 && contractions[at] < 1.0,
                        "{row} {column}: {}",
                        losses[at]
                    );
                } else if rate > 1.2 * limit {
                    assert!(
                        (losses[at].is_nan() || losses[at] >= 10.0) && contractions[at] > 1.0,
                        "{row} {column}: {}",
                        losses[at]
                    );
                }
            }
        }
    }
}

#[test]
fn ranges_may_begin_below_zero() {
    let folder = tempdir().unwrap();
    let options =
        "--matrix diag --grid 4x4 --steps 100 --momenta -0.5:0.5 --learning-rates -1:1 --json";
    let output = landscape(folder.path())
        .args(options.split(' '))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let grid = &json["matrices"][0]["grid"];
    assert_eq!(
        (&grid["momentum"]["low"], &grid["learning_rate"]["low"]),
        (&(-0.5).into(), &(-1.0).into())
    );
}

/// No learning rate is stable with a momentum of 1 or more, and none at or below 0: neither is a place on the boundary.
#[test]
fn the_boundary_is_sought_where_theory_has_one() {
    let folder = tempdir().unwrap();
    let boundary = |options: &str| {
        let mut command = landscape(folder.path());
        command.args(options.split(' '));
        let output = command
            .args(["--matrix", "diag", "--steps", "200", "--json"])
            .output()
            .unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        json["matrices"][0]["boundary"].clone()
    };
    let half_of_the_rows = boundary("--grid 16x16 --momenta 0.5:1.5");
    assert_eq!(half_of_the_rows["rows"], 8, "{half_of_the_rows}");
    assert_eq!(half_of_the_rows["within_a_cell"], 8, "{half_of_the_rows}");
    // 2(1 + 0.25)/2 = 1.25 and 2(1 + 0.75)/2 = 1.75.
    let below_zero = boundary("--grid 32x2 --learning-rates -2:2");
    assert_eq!(below_zero["rows"], 2, "{below_zero}");
    assert_eq!(below_zero["within_a_cell"], 2, "{below_zero}");
    assert_eq!(boundary("--grid 8x4 --learning-rates -1:0.5")["rows"], 0);
}

/// The folder is opened once Ctrl-C is listened to, before the first step.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_without_results() {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("reproduce")
        .unwrap()
        .get_program()
        .to_owned();
    let mut child = std::process::Command::new(program)
        .args(["landscape", "--grid", "2x2", "--steps", "50000000"])
        .args(["--matrix", "random", "--out", "map"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let map = folder.path().join("map");
    while !map.is_dir() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Stopped by Ctrl-C"));
    assert_eq!(fs::read_dir(map).unwrap().count(), 0);
}

#[test]
fn bad_input_is_refused() {
    let folder = tempdir().unwrap();
    for (options, parts) in [
        (&["--grid", "0x5"][..], &["0x5", "1 to 4096"][..]),
        (&["--grid", "128"], &["128", "128x128"]),
        (&["--momenta", "1:0"], &["1:0", "lower first"]),
        (&["--learning-rates", "0:inf"], &["0:inf", "finite"]),
        (&["--steps", "3"], &["3", "16"]),
        (&["--matrix", "diag:1,0"], &["diag:1,0", "singular"]),
        (&["--matrix", "none.csv"], &["none.csv"]),
        (&["--matrix", "diag:1e300,1"], &["1e300", "f32"]),
        (&["--device", "cuda:97"], &["cuda:97", "--device cpu"]),
    ] {
        let output = landscape(folder.path()).args(options).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
        for part in parts {
            assert!(
                stderr.contains(part),
                "{options:?}: {part:?} isn't in {stderr:?}"
            );
        }
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing was written"
    );
}

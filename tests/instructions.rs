//! How many instructions a step takes: the port's, `descend`'s, the step by hand, and the landscape's, beside what was
//! recorded. Nothing is timed: callgrind counts, and shows every program the same processor.
//!
//! `UPDATE_EXPECT=1 cargo test --test instructions -- --ignored` records the counts again. They are those of the
//! development profile, in which `.ci/run` runs the tests.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is

use inverse_by_descent::by_hand::witness::with_problem;
use inverse_by_descent::by_hand::{Kernels, Problem, State};
use inverse_by_descent::descent::{Descent, Quick, Steps, start};
use inverse_by_descent::experiment::{Experiment, Matrix, Pair};
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::theory::Spectrum;
use loops::{Scalar, SideBySide};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};

const STEPS: usize = 100;
/// As many cells of the landscape as a thread takes at once.
const CELLS: usize = 64;
const NAMES: [&str; 4] = ["the port", "descend", "by hand", "64 cells of the landscape"];
/// Says to a process in which callgrind counts which of them is its own.
const COUNTING: &str = "TEST_OF_THE_INSTRUCTIONS";

/// callgrind counts while this function runs.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

/// Counts after as many steps that aren't counted: the first ones allocate, and choose kernels.
fn count(name: &str) {
    let libtorch = Libtorch::settle(None).unwrap();
    libtorch.set_threads(1);
    let experiment = Experiment { matrix: Matrix::Random, momentum: 0.1, ..Experiment::default() };
    let twice = |mut work: Box<dyn FnMut() + '_>| {
        work();
        counted(&mut *work);
    };
    let steps =
        |mut run: Box<dyn Steps<f32>>| twice(Box::new(move || (0..STEPS).for_each(|_| _ = run.step().unwrap())));
    let start = start::<f32>(libtorch, &experiment).unwrap();
    let by_hand = |problem: &Problem<f32>| {
        let mut state = State::new(problem, Kernels::Notebook)?;
        twice(Box::new(move || state.advance(black_box(&mut [0.0; STEPS]))));
        Ok(())
    };
    let cells = |&Problem { size, matrix, parameter, learning_rate, momentum, .. }: &Problem<f32>| {
        let pair = Pair { learning_rate, momentum };
        let rounding = Spectrum::of(&start.matrix)?.rounding(pair);
        let pairs = &[[learning_rate as f32, momentum as f32]; CELLS];
        let runs = SideBySide { size, matrix, parameter, pairs, steps: STEPS };
        twice(Box::new(|| {
            let _ = f32::side_by_side(&runs, &mut |_| ControlFlow::Continue(()), &mut |_, losses, _| {
                black_box((f32::contraction(losses, rounding), f32::has_diverged(losses)));
            });
        }));
        Ok(())
    };
    match name {
        "the port" => steps(Box::new(Descent::new(&experiment, start).unwrap())),
        "descend" => steps(Box::new(Quick::new(&experiment, start).unwrap())),
        "by hand" => with_problem(libtorch, &experiment, by_hand).unwrap(),
        _ => with_problem(libtorch, &experiment, cells).unwrap(),
    }
}

#[test]
#[ignore = "needs valgrind, a package of that name"]
fn no_step_takes_a_tenth_more_or_less_than_recorded_with_valgrind() {
    if let Ok(name) = std::env::var(COUNTING) {
        return count(&name);
    }
    let folder = tempfile::tempdir().unwrap();
    let children = NAMES.map(|name| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*instructions*::counted"]);
        valgrind.arg(format!("--callgrind-out-file={}", folder.path().join(name).display()));
        valgrind.arg(std::env::current_exe().unwrap()).args(["--exact", "--ignored"]).env(COUNTING, name);
        valgrind.arg("no_step_takes_a_tenth_more_or_less_than_recorded_with_valgrind");
        valgrind.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("valgrind, a package of that name")
    });
    let counts = children.into_iter().zip(NAMES).map(|(child, name)| {
        let ran = child.wait_with_output().unwrap();
        assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()));
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).expect("a line `totals: …`");
        (name, total.parse::<u64>().unwrap() / STEPS as u64)
    });
    let counts: BTreeMap<_, _> = counts.collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/instructions.json");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(path, serde_json::to_string_pretty(&counts).unwrap() + "\n").unwrap();
    }
    let recorded: BTreeMap<String, u64> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let ratio = |name: &str| counts[name] as f64 / recorded[name] as f64;
    let lines = NAMES.map(|name| format!("{name}: {} ({:.2} of {})", counts[name], ratio(name), recorded[name]));
    let report = format!("instructions a step, and what was recorded:\n  {}", lines.join("\n  "));
    println!("{report}");
    assert!(NAMES.iter().all(|name| (0.9..=1.1).contains(&ratio(name))), "{report}");
}

//! `reproduce parity --against` as a process: a series of losses that was saved elsewhere. The series are made here by a
//! script of their own, line for line what someone writes in PyTorch.

mod common;

use common::{Ran, reproduce, run};
use inverse_by_descent::by_hand::trees::{Builder, Entries, Tree};
use inverse_by_descent::by_hand::witness::with_problem;
use inverse_by_descent::by_hand::{self, Kernels, Trees};
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::experiment::{Experiment, Matrix};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::parity::pytorch::PythonRuns;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tch::nn::{self, OptimizerConfig};
use tch::{Device::Cpu, Kind, Tensor, no_grad};
use tempfile::{TempDir, tempdir};

fn ran(folder: &Path, arguments: &str) -> Ran {
    run(&mut reproduce(folder, &arguments.split_whitespace().collect::<Vec<_>>()))
}

/// `parity --against` of this file ended with this exit code and said all `parts`.
#[track_caller]
fn assert_said(folder: &Path, arguments: &str, code: i32, parts: &[&str]) -> String {
    let ran = ran(folder, &format!("parity --against {arguments}"));
    ran.assert_ended(code);
    for part in parts {
        assert!(ran.stdout.contains(part), "{arguments}: {part:?} isn't in {}", ran.stdout);
    }
    ran.stdout
}

/// A script as someone writes it, on the random matrix; the fields are what is done otherwise than in the notebook.
#[derive(Clone, Copy)]
struct Script {
    steps: usize,
    sgd: bool,
    momentum: f64,
    learning_rate: f64,
    seed: i64,
    kind: Kind,
    converted: bool,
    matrix_first: bool,
    diagonal: bool,
    loss_after_update: bool,
}

/// The notebook's run losses2, shortened.
const NOTEBOOK: Script = Script {
    steps: 300,
    sgd: false,
    momentum: 0.9,
    learning_rate: 0.9,
    seed: 314,
    kind: Kind::Float,
    converted: false,
    matrix_first: false,
    diagonal: false,
    loss_after_update: false,
};

impl Script {
    /// The losses, in native arithmetic.
    fn losses(self) -> Vec<f64> {
        let libtorch = Libtorch::settle(Some(Arithmetic::Native)).unwrap();
        let drawing = libtorch.generator();
        tch::manual_seed(self.seed);
        let other = if self.kind == Kind::Float { Kind::Double } else { Kind::Float };
        let drawn = if self.converted { other } else { self.kind };
        let [first, second] = [(); 2].map(|()| Tensor::rand([4, 4], (drawn, Cpu)).to_kind(self.kind));
        drop(drawing);
        let (start, random) = if self.matrix_first { (second, first) } else { (first, second) };
        let diagonal = || Tensor::from_slice(&[1., 2., 3., 4.]).to_kind(self.kind).diag(0);
        let matrix = if self.diagonal { diagonal() } else { random };
        let mut variables = nn::VarStore::new(Cpu);
        variables.set_kind(self.kind);
        let mut parameter = variables.root().var_copy("random_inverse", &start);
        let sgd = nn::Sgd { momentum: self.momentum, ..nn::Sgd::default() };
        let mut sgd = sgd.build(&variables, self.learning_rate).unwrap();
        let loss = |parameter: &Tensor| {
            (Tensor::eye(4, (self.kind, Cpu)) - parameter.matmul(&matrix)).square().mean(None::<Kind>)
        };
        let mut losses = vec![];
        for _ in 0..self.steps {
            let before = loss(&parameter);
            if self.sgd {
                sgd.backward_step(&before);
            } else {
                before.backward();
                no_grad(|| {
                    let mut gradient = parameter.grad();
                    let _ = parameter.g_sub_(&(&gradient * self.learning_rate));
                    let _ = gradient.g_mul_scalar_(self.momentum);
                });
            }
            let loss = if self.loss_after_update { loss(&parameter) } else { before };
            losses.push(f64::try_from(loss.detach()).unwrap());
        }
        losses
    }
}

fn singles(losses: &[f64]) -> Tensor {
    Tensor::from_slice(losses).to_kind(Kind::Float)
}

/// A folder with this file.
fn folder_with(name: &str, losses: &Tensor) -> TempDir {
    let folder = tempdir().unwrap();
    losses.write_npy(folder.path().join(name)).unwrap();
    folder
}

#[test]
fn what_was_done_otherwise_is_named() {
    let sgd = "torch.optim.SGD takes the steps";
    let no_momentum = "the momentum is 0";
    let after = "it begins with the loss of step 1: either each loss was computed after the update, or the first one is missing";
    let matrix_first = "the first rand after the seed is the matrix";
    for (script, said, again) in [
        (Script { sgd: true, ..NOTEBOOK }, &[sgd][..], "--gradient optimizer"),
        (Script { momentum: 0.0, ..NOTEBOOK }, &[no_momentum], "--momentum 0 "),
        (Script { sgd: true, momentum: 0.0, ..NOTEBOOK }, &[sgd, no_momentum], "--momentum 0 "),
        (Script { momentum: 0.1, ..NOTEBOOK }, &["it is the notebook's run losses4"], "--run losses4\n"),
        (Script { loss_after_update: true, ..NOTEBOOK }, &[after], ""),
        (Script { matrix_first: true, ..NOTEBOOK }, &[matrix_first], ""),
        (Script { kind: Kind::Double, ..NOTEBOOK }, &["computed in float64"], "--dtype f64"),
        (
            Script { kind: Kind::Double, converted: true, ..NOTEBOOK },
            &["it is drawn in float32 and computed in float64"],
            "",
        ),
        (
            Script { kind: Kind::Double, sgd: true, loss_after_update: true, ..NOTEBOOK },
            &[sgd, after, "computed in float64"],
            "",
        ),
    ] {
        let losses = Tensor::from_slice(&script.losses());
        let losses = if script.kind == Kind::Float { losses.to_kind(Kind::Float) } else { losses };
        let folder = folder_with("my.npy", &losses);
        let parts = [said, &["300 of 300 losses are equal to the bit"]].concat();
        let text = assert_said(folder.path(), "my.npy --run losses2", 1, &parts);
        assert_eq!(text.matches("; and ").count(), 2 * (said.len() - 1).min(1) * (said.len() - 1), "{text}");
        assert!(text.contains(again), "{again:?} isn't in {text}");
        assert_eq!(text.contains("Compare with that run"), !again.is_empty(), "{text}");
        // That command finds it equal.
        if let Some((_, command)) = text.split_once(" parity --against ").filter(|_| text.contains("Compare with")) {
            assert_said(folder.path(), command.trim(), 0, &["300 of 300 losses equal"]);
        }
    }
}

/// Of a run with settings of its own, not of the notebook's.
#[test]
fn what_was_done_otherwise_than_in_a_run_of_ones_own_is_named() {
    let double = Script { kind: Kind::Double, ..NOTEBOOK };
    let both = "the first rand after the seed is the matrix, the second the parameter";
    let drawn = "it is drawn in float64 and computed in float32";
    let sgd = "--matrix random --dtype f64 --gradient optimizer";
    for (script, options, said) in [
        (Script { momentum: 0.1, sgd: true, ..double }, sgd, "it is the notebook's run losses4"),
        (Script { converted: true, ..NOTEBOOK }, "--matrix random --dtype f64", drawn),
        (Script { matrix_first: true, diagonal: true, ..NOTEBOOK }, "--matrix diag", both),
    ] {
        let folder = folder_with("my.npy", &Tensor::from_slice(&script.losses()).to_kind(script.kind));
        let said = format!("{said}. With that, 300 of 300");
        assert_said(folder.path(), &format!("my.npy {options}"), 1, &[&said]);
    }
}

#[test]
fn a_shifted_series_is_named() {
    let losses = Script { steps: 301, ..NOTEBOOK }.losses();
    let folder = folder_with("missing.npy", &singles(&losses[1..]));
    singles(&[&[0.0], &losses[..]].concat()).write_npy(folder.path().join("before.npy")).unwrap();
    let all = ["it begins with the loss of step 1", "300 of 300 losses are equal"];
    assert_said(folder.path(), "missing.npy --run losses2", 1, &all);
    let all_but_one = ["a number stands before the first loss", "301 of 302 losses are equal"];
    assert_said(folder.path(), "before.npy --run losses2", 1, &all_but_one);
}

#[test]
fn rounded_losses_are_named_with_their_digits() {
    let losses = Script { steps: 1500, ..NOTEBOOK }.losses();
    let tensor = |loss: f64| if loss < 1e-4 { format!("{loss:.4e}") } else { format!("{loss:.4}") };
    let fixed: Vec<_> = losses.iter().map(|loss| format!("{loss:.4}")).collect();
    let mut wrong = fixed.clone();
    wrong[7] = format!("{:.4}", losses[7] + 1e-4);
    for (printed, said) in [
        (fixed, "rounded to 4 decimals"),
        (losses.iter().map(|loss| format!("{loss:.5e}")).collect(), "rounded to 6 significant digits"),
        (losses.iter().map(|&loss| tensor(loss)).collect(), "rounded as print(tensor) shows them"),
        (wrong, "this run's, but for rounding. It differs"),
    ] {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join("my.txt"), printed.join("\n")).unwrap();
        let agree = if said.starts_with("rounded") { "1,500 of 1,500 losses agree in the printed digits" } else { "" };
        assert_said(folder.path(), "my.txt --run losses2", 1, &[said, agree]);
    }
    let sgd: Vec<_> = Script { sgd: true, ..NOTEBOOK }.losses().iter().map(|loss| format!("{loss:.6e}")).collect();
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("sgd.txt"), sgd.join("\n")).unwrap();
    let both = ["torch.optim.SGD takes the steps; and its losses were rounded to 7 significant digits"];
    assert_said(folder.path(), "sgd.txt --run losses2", 1, &both);
}

#[test]
fn doubles_in_a_float32_file_and_the_reverse() {
    let doubles = Script { kind: Kind::Double, ..NOTEBOOK }.losses();
    let folder = folder_with("rounded.npy", &singles(&doubles));
    let f64_run = "rounded.npy --matrix random --dtype f64";
    assert_said(folder.path(), f64_run, 1, &["saved as float32", "300 of 300 losses are equal to the bit once"]);
    let both = ["computed in float64; and its losses, which are doubles, were saved as float32"];
    assert_said(folder.path(), "rounded.npy --run losses2", 1, &both);
    let folder = folder_with("widened.npy", &Tensor::from_slice(&NOTEBOOK.losses()));
    assert_said(folder.path(), "widened.npy --run losses2", 0, &["300 of 300 losses equal"]);
}

#[test]
fn changed_numbers_are_told_from_another_order() {
    let mut losses: Vec<f32> = NOTEBOOK.losses().into_iter().map(|loss| loss as f32).collect();
    for (at, bit, said) in [
        (31, 0, "In native arithmetic, all losses are equal but 1 of 300, at step 31."),
        (1, 30, "all losses are equal but 2 of 300, at steps 1, 31."),
        (299, 3, "all losses are equal but 3 of 300, at steps 1, 31, 299."),
    ] {
        losses[at] = f32::from_bits(losses[at].to_bits() ^ 1 << bit);
        let folder = folder_with("my.npy", &Tensor::from_slice(&losses));
        let text = assert_said(folder.path(), "my.npy --run losses2", 1, &[said]);
        assert!(!text.contains("order"), "{text}");
    }
}

/// A run that rounding has changed differs from there on; a few changed numbers leave most of the next ones as they were.
#[test]
fn few_changed_numbers_are_told_from_many() {
    let few = |count: usize| format!("all losses are equal but {count} of");
    for (length, changed, said) in [
        (300, 40..45, few(5)),
        (300, 40..46, "for rounding".to_owned()),
        (300, 295..298, few(3)),
        (300, 297..299, few(2)),
        (300, 297..300, "for rounding".to_owned()),
        (300, 299..300, few(1)),
        (3, 1..2, few(1)),
        (2, 1..2, "for rounding".to_owned()),
    ] {
        let mut losses: Vec<f32> = NOTEBOOK.losses()[..length].iter().map(|&loss| loss as f32).collect();
        losses[changed.clone()].iter_mut().for_each(|loss| *loss = f32::from_bits(loss.to_bits() ^ 4));
        let folder = folder_with("my.npy", &Tensor::from_slice(&losses));
        assert_said(folder.path(), "my.npy --run losses2", 1, &[&said]);
    }
}

/// Products summed from the last term to the first, which no kernel does.
fn in_another_order(steps: usize) -> Vec<f64> {
    let mut builder = Builder::default();
    let last = builder.add_all(None, (0..4).rev(), false).unwrap();
    let product = Entries::all(4, builder.finish(last));
    let trees =
        Trees { forward: product.clone(), backward: product, loss: Tree::sequence(16, false), fused_update: true };
    let experiment = Experiment { matrix: Matrix::Random, ..Experiment::default() };
    let libtorch = Libtorch::settle(Some(Arithmetic::Native)).unwrap();
    let run = |problem: &by_hand::Problem<f32>| by_hand::run(problem, Kernels::Trees(&trees), steps);
    with_problem(libtorch, &experiment, run).unwrap().losses.into_iter().map(f64::from).collect()
}

#[test]
fn what_is_known_of_a_series_that_nothing_gives() {
    let losses = in_another_order(300);
    let folder = folder_with("order.npy", &singles(&losses));
    singles(&losses[1..]).write_npy(folder.path().join("after.npy")).unwrap();
    let order =
        ["this run's, but for rounding", "in native arithmetic first at step", "in the notebook's arithmetic first"];
    assert_said(folder.path(), "order.npy --run losses2", 1, &order);
    let near = ["Its first losses fit, but for rounding", "it begins with the loss of step 1"];
    assert_said(folder.path(), "after.npy --run losses2", 1, &near);
    for (script, said) in [
        (
            Script { seed: 7, ..NOTEBOOK },
            "step 0 is farther off than arithmetic can explain: this is another run, with another matrix",
        ),
        (Script { learning_rate: 0.8, ..NOTEBOOK }, "with another learning rate"),
        (Script { momentum: 0.5, ..NOTEBOOK }, "with another momentum"),
    ] {
        let folder = folder_with("my.npy", &singles(&script.losses()));
        assert_said(folder.path(), "my.npy --run losses2", 1, &[said]);
    }
}

/// PyTorch's own losses, recorded in notebook arithmetic.
#[test]
fn the_arithmetic_is_named() {
    let recorded = include_bytes!("../src/parity/pytorch/recorded/notebook_arithmetic.json");
    let runs = PythonRuns::read(recorded).unwrap().runs;
    let losses = |optimizer: bool| {
        let (_, run) = Experiment::of_the_notebook()[1].clone();
        let of = |recorded: &Experiment| recorded.matrix == run.matrix && recorded.momentum == run.momentum;
        let gradient = if optimizer { "Optimizer" } else { "Scaled" };
        let found = runs.iter().find(|found| {
            of(&found.experiment)
                && found.experiment.size == 4
                && format!("{:?}", found.experiment.gradient) == gradient
        });
        match &found.unwrap().course {
            Course::F32(course) => Tensor::from_slice(&course.losses),
            Course::F64(_) => panic!("the notebook's run is in f32"),
        }
    };
    let folder = folder_with("my.npy", &losses(false));
    let equal = ["10,000 of 10,000 losses equal, in the notebook's arithmetic ("];
    assert_said(folder.path(), "my.npy --run losses2", 0, &equal);
    assert_said(folder.path(), "my.npy --run losses2 --arithmetic notebook", 0, &equal);
    let other =
        ["The series is this run in the notebook's arithmetic: there, 10,000 of 10,000 losses are equal to the bit."];
    assert_said(folder.path(), "my.npy --run losses2 --arithmetic native", 1, &other);
    losses(true).write_npy(folder.path().join("sgd.npy")).unwrap();
    let sgd = ["torch.optim.SGD takes the steps", "are equal to the bit, in the notebook's arithmetic"];
    assert_said(folder.path(), "sgd.npy --run losses2", 1, &sgd);
    assert_said(folder.path(), "sgd.npy --run losses2 --gradient optimizer", 0, &["losses equal, in the notebook's"]);
}

#[test]
fn the_length_is_the_files() {
    let losses = Script { steps: 10_002, ..NOTEBOOK }.losses();
    let folder = folder_with("longer.npy", &singles(&losses));
    singles(&losses[..20]).write_npy(folder.path().join("shorter.npy")).unwrap();
    assert_said(folder.path(), "longer.npy --run losses2", 0, &["10,002 of 10,002 losses equal"]);
    assert_said(folder.path(), "shorter.npy --run losses2 --steps 20", 0, &["20 of 20 losses equal"]);
    assert_said(folder.path(), "shorter.npy --matrix random", 0, &["20 of 20 losses equal"]);
    for options in ["--run losses2 --steps 21", "--matrix random --steps 19"] {
        let refused = ran(folder.path(), &format!("parity --against shorter.npy {options}"));
        refused.assert_refused(&["--steps", "shorter.npy holds 20 losses; leave --steps out"]);
    }
}

/// A matrix that is too large for the loop by hand is computed by libtorch alone.
#[test]
fn a_large_matrix_is_compared_too() {
    let folder = tempdir().unwrap();
    for arithmetic in ["native", "notebook"] {
        let options = "--matrix random --size 200";
        let descend = ran(folder.path(), &format!("descend {options} --steps 3 --arithmetic {arithmetic}"));
        if descend.code == Some(2) && arithmetic == "notebook" {
            continue; // this machine has no notebook arithmetic
        }
        let against = format!("descent/losses.npy {options} --arithmetic {arithmetic}");
        assert_said(folder.path(), &against, 0, &["3 of 3 losses equal"]);
    }
}

/// The pair that is best is computed with libtorch before the run.
#[test]
fn the_best_pair_is_computed_in_the_arithmetic_of_the_run() {
    let folder = tempdir().unwrap();
    let options = "--matrix random --size 6 --seed 5 --learning-rate auto --momentum auto";
    ran(folder.path(), &format!("descend --steps 3000 --out au {options}")).assert_ended(0);
    assert_said(folder.path(), &format!("au/losses.npy {options}"), 0, &["3,000 of 3,000 losses equal"]);
}

#[test]
fn the_report_is_json_and_pictures_too() {
    let folder = folder_with("my.npy", &singles(&Script { sgd: true, ..NOTEBOOK }.losses()));
    let ran = ran(folder.path(), "parity --against my.npy --run losses2 --out out --json");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let made = &report["cause"]["made"];
    assert_eq!((ran.code, &report["equal"], &report["losses"]["count"]), (Some(1), &false.into(), &300.into()));
    assert_eq!((&made["changes"][0]["gradient"], &made["losses"]), (&"optimizer".into(), &300.into()));
    assert!(report["hint"].as_str().unwrap().contains("torch.optim.SGD"), "{report}");
    for file in ["parity.json", "parity.svg", "parity.png"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file}");
    }
}

#[test]
fn a_series_that_cannot_be_compared_is_refused() {
    let folder = folder_with("my.npy", &singles(&[0.5, 0.25]));
    fs::write(folder.path().join("two.csv"), "step,loss\n0,0.5\n1,0.25\n").unwrap();
    for (arguments, parts) in [
        ("missing.npy", &["--against", "missing.npy", "can't be read"][..]),
        ("my.pt", &["--against", "my.pt", "numpy.save(\"my.npy\""]),
        ("two.csv", &["--column", "two.csv", "\"step\", \"loss\""]),
        ("two.csv --column los", &["--column", "two.csv", "\"step\", \"loss\""]),
        ("my.npy --run losses1 --matrix diag", &["--run", "--matrix"]),
        ("my.npy --gradient newton", &["--gradient", "scaled", "optimizer"]),
    ] {
        ran(folder.path(), &format!("parity --against {arguments}")).assert_refused(parts);
    }
    for option in ["--column loss", "--run losses1"] {
        ran(folder.path(), &format!("parity {option}")).assert_refused(&["--against"]);
    }
}

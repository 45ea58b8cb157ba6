//! Each number of PyTorch's recorded runs, to the bit. None of this needs libtorch.

#![allow(non_snake_case)] // the notebook's names

use tch::notebook::matrix_inverse::{Globals, mse, notebook};
use tch::notebook::page::{Check, Count, Page};
use tch::notebook::recorded::{Recorded, difference, read, runs};
use tch::{Device::Cpu, Kind, Tensor, manual_seed, no_grad};

/// The generator is one for the whole process, and tests are its threads.
static GENERATOR: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn numbers(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(tensor.reshape([-1])).unwrap()
}

/// A tensor of these numbers.
fn tensor(numbers: &[f64], kind: Kind) -> Tensor {
    Tensor::from_slice(numbers).to_kind(kind)
}

#[test]
fn the_notebook_gives_the_printed_numbers_and_the_recorded_bits() {
    let mut page = Page::default();
    {
        let _drawing = GENERATOR.lock();
        notebook(&mut page, |steps| 0..steps).unwrap();
    }
    let check = Check::of(&page);
    assert_eq!((check.in_value, check.as_printed), (Count(266, 266), Count(266, 263)), "{:?}", check.differences);
    assert_eq!(check.to_the_bit, [Count(40_000, 40_000), Count(64, 64), Count(64, 64)]);
    assert!(check.holds());
    // One bit is seen.
    page.runs[2].0[0][7777] = f64::from((page.runs[2].0[0][7777] as f32).next_up());
    let check = Check::of(&page);
    assert_eq!(check.to_the_bit[0], Count(40_000, 39_999));
    assert!(!check.holds());
}

/// Runs the port's `update` as a recorded run's settings say.
fn assert_same(run: &Recorded) {
    let number = |name| run.setting(name).parse::<f64>().unwrap();
    let (n, kind) = (number("size") as i64, if run.setting("dtype") == "f32" { Kind::Float } else { Kind::Double });
    let (learning_rate, momentum) = (number("learning_rate"), number("momentum"));
    let (random_inverse, M) = {
        let _drawing = GENERATOR.lock();
        manual_seed(number("seed") as i64);
        let random_inverse = Tensor::rand([n, n], (kind, Cpu));
        let M = match run.setting("matrix") {
            "random" => Tensor::rand([n, n], (kind, Cpu)),
            given => match given.strip_prefix("diag:") {
                Some(diagonal) => tensor(&read(diagonal, false), kind).diag(0),
                None => tensor(&read(given, false), kind).reshape([n, n]),
            },
        };
        (random_inverse, M)
    };
    assert_eq!(difference(&numbers(&random_inverse), &run.numbers("initial")), None, "the first parameter");
    assert_eq!(difference(&numbers(&M), &run.numbers("matrix")), None, "the matrix");
    let Y_true = Tensor::eye(n, (kind, Cpu));
    let mut globals = Globals { Y_true, random_inverse: random_inverse.set_requires_grad(true), t: 0 };
    let mut losses = vec![];
    let mut velocity: Option<Vec<f64>> = None;
    for _ in 0..number("steps") as usize {
        if run.setting("gradient") == "scaled" {
            globals.update(&M.copy(), learning_rate, &mut losses, momentum, None).unwrap();
            continue;
        }
        // torch.optim.SGD, which the tape doesn't have: R − α V is one fused step there.
        let Globals { Y_true, random_inverse, .. } = &mut globals;
        random_inverse.zero_grad();
        let loss = mse(Y_true, &random_inverse.matmul(&M));
        loss.backward();
        losses.push(f64::try_from(&loss).unwrap());
        let gradient = random_inverse.grad();
        let v = match velocity {
            Some(v) if momentum != 0.0 => tensor(&v, kind).reshape([n, n]) * momentum + gradient,
            _ => gradient.copy(),
        };
        let moved: Vec<f64> = numbers(random_inverse)
            .into_iter()
            .zip(numbers(&v))
            .map(|(r, v)| match kind {
                Kind::Float => (-learning_rate as f32).mul_add(v as f32, r as f32).into(),
                _ => (-learning_rate).mul_add(v, r),
            })
            .collect();
        no_grad(|| {
            *random_inverse *= 0;
            *random_inverse += tensor(&moved, kind).reshape([n, n]);
        });
        velocity = Some(numbers(&v));
    }
    let Globals { random_inverse, .. } = globals;
    for (name, ours) in
        [("losses", losses), ("parameter", numbers(&random_inverse)), ("gradient", numbers(&random_inverse.grad()))]
    {
        assert_eq!(difference(&ours, &run.numbers(name)), None, "{name} of {}", run.setting("seed"));
    }
}

#[test]
fn every_recorded_run_comes_out_to_the_bit() {
    let runs = runs();
    assert_eq!(runs.len(), 18);
    runs.iter().skip(4).for_each(assert_same);
}

//! The report of a cross-check against PyTorch.

use crate::experiment::trajectory::Course;
use crate::experiment::{Experiment, Gradient};
use crate::libtorch::Arithmetic;
use crate::libtorch::environment::Environment;
use crate::parity::compare::{Comparison, Series, series};
use crate::parity::cross_check::{Checked, CrossCheck};
use crate::parity::pytorch;
use crate::report::{count, ulp_chart};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;

/// Everything that a cross-check found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether every number of every run is the same on both sides.
    pub equal: bool,
    /// The runs, `tch` against PyTorch.
    pub runs: Vec<Checked>,
    /// Where a run was computed both ways: SGD against the scaled gradient, both by `tch`.
    pub sgd_against_scaled: Vec<SgdAgainstScaled>,
    /// `tch`'s side.
    pub environment: Environment,
    /// PyTorch's side.
    pub python: pytorch::Environment,
    /// Whether both sides loaded the same `libtorch_cpu`; if not, equality to the bit isn't to be expected.
    pub same_libtorch: bool,
    /// What the reader should know besides.
    pub notes: Vec<String>,
}

/// One run through `nn::Sgd` against the same run with the gradient scaled.
#[derive(Debug, Serialize)]
pub struct SgdAgainstScaled {
    /// The run's name.
    pub name: String,
    /// How the losses compare; ours are those of the scaled gradient.
    pub losses: Series,
}

impl Report {
    /// The report of `check`, computed in `environment` on this side.
    pub fn new(check: CrossCheck, environment: Environment, notes: Vec<String>) -> Report {
        let theirs = check.python.libtorch_cpu.as_ref().map(|path| path.display().to_string());
        Report {
            equal: check.runs.iter().all(|run| run.comparison.all_equal()),
            same_libtorch: theirs.is_some_and(|path| path == environment.libtorch_cpu),
            sgd_against_scaled: sgd_against_scaled(&check.runs),
            runs: check.runs,
            environment,
            python: check.python,
            notes,
        }
    }

    /// The report for a reader: a line a run, the notes, and the verdict.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let (ours, theirs) = (&self.environment, &self.python);
        let path = theirs.libtorch_cpu.as_ref().map_or("unknown".to_string(), |path| path.display().to_string());
        let _ = writeln!(text, "tch      tch {}, libtorch {}: {}", ours.tch, ours.torch, ours.libtorch_cpu);
        let _ = writeln!(text, "PyTorch  Python {}, torch {}: {path}", theirs.python, theirs.torch);
        if !self.same_libtorch {
            text.push_str("These are two different files: equality to the bit isn't to be expected.\n");
        }
        let _ = writeln!(
            text,
            "{} arithmetic, threads: {} here, {} there\n",
            ours.arithmetic, ours.threads, theirs.threads
        );

        for gradient in [Gradient::Scaled, Gradient::Optimizer] {
            let runs: Vec<_> = self.runs.iter().filter(|run| run.settings.gradient == gradient).collect();
            if runs.is_empty() {
                continue;
            }
            if gradient == Gradient::Optimizer {
                text.push_str("\nThe same runs through tch::nn::Sgd and torch.optim.SGD, dampening 0:\n");
            }
            for run in &runs {
                text.push_str(&line(run, ours.arithmetic));
            }
            let _ = writeln!(text, "{}", verdict(&runs));
        }
        if !self.sgd_against_scaled.is_empty() {
            text.push_str(SGD_ROUNDINGS);
            for SgdAgainstScaled { name, losses } in &self.sgd_against_scaled {
                let _ = writeln!(text, "{name}  {} of {} losses equal", count(losses.equal), count(losses.count));
                text.push_str(&losses.differences("loss", "step"));
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "\n{note}");
        }
        let _ = writeln!(text, "\n{}", if self.equal { "Equal to the bit." } else { "Not equal to the bit." });
        text
    }

    /// The distances over the steps of each run that differs, as SVG and PNG.
    ///
    /// # Errors
    /// When the picture can't be drawn.
    pub fn picture(&self) -> Result<[Vec<u8>; 2]> {
        let differ = self.runs.iter().filter(|run| !run.comparison.losses.all_equal());
        let curves: Vec<_> = differ.map(|run| (&*run.name, &*run.comparison.losses.distances)).collect();
        ulp_chart(&curves)
    }
}

/// Why SGD and the scaled gradient differ in the last bits.
const SGD_ROUNDINGS: &str = "
SGD (there) against the scaled gradient (here), both through tch. On paper they are the same: v = momentum * v + g,
R = R - lr * v. SGD computes the second with one fused multiply-add, which rounds once; the notebook's loop rounds
lr * v first and then the difference.
";

fn sgd_against_scaled(runs: &[Checked]) -> Vec<SgdAgainstScaled> {
    let through = |gradient| runs.iter().filter(move |run| run.settings.gradient == gradient);
    let twin = |sgd: &Checked| {
        let scaled = Experiment { gradient: Gradient::Scaled, ..sgd.settings.clone() };
        through(Gradient::Scaled).find(|run| run.settings == scaled)
    };
    let pairs = through(Gradient::Optimizer).filter_map(|sgd| Some((sgd, twin(sgd)?)));
    pairs
        .map(|(sgd, scaled)| SgdAgainstScaled { name: scaled.name.clone(), losses: losses(&scaled.ours, &sgd.ours) })
        .collect()
}

fn losses(ours: &Course, theirs: &Course) -> Series {
    match (ours, theirs) {
        (Course::F32(ours), Course::F32(theirs)) => series(&ours.losses, &theirs.losses),
        (Course::F64(ours), Course::F64(theirs)) => series(&ours.losses, &theirs.losses),
        _ => series::<f64>(&[f64::NAN], &[]),
    }
}

/// One run in a line, and a line for each place where it differs.
fn line(run: &Checked, arithmetic: Arithmetic) -> String {
    let Checked { name, settings, comparison, .. } = run;
    let Comparison { losses, parameter, gradient } = comparison;
    let mut text = format!(
        "{name}  {} of {} losses equal, parameter {} of {}, gradient {} of {}",
        count(losses.equal),
        count(losses.count),
        parameter.equal,
        parameter.count,
        gradient.equal,
        gradient.count,
    );
    if let Some([ours, theirs]) = &losses.last {
        let _ = match ours == theirs {
            true => write!(text, "; last loss {ours}"),
            false => write!(text, "; last loss {ours} here, {theirs} there"),
        };
    }
    text.push('\n');
    text.push_str(&losses.differences("loss", "step"));
    text.push_str(&parameter.differences("parameter", "entry"));
    text.push_str(&gradient.differences("gradient", "entry"));
    if !comparison.all_equal() && settings.gradient == Gradient::Scaled {
        let _ = writeln!(text, "    repeat with: reproduce parity {} --arithmetic {arithmetic}", settings.options());
    }
    text
}

/// `40,000 of 40,000 losses, 64 of 64 parameter entries and 64 of 64 gradient entries are equal to the bit`.
fn verdict(runs: &[&Checked]) -> String {
    let of = |series: fn(&Comparison) -> &Series| {
        let all = || runs.iter().map(|run| series(&run.comparison));
        let equal = all().map(|series| series.equal).sum();
        format!("{} of {}", count(equal), count(all().map(|series| series.count).sum()))
    };
    format!(
        "{} losses, {} parameter entries and {} gradient entries are equal to the bit",
        of(|run| &run.losses),
        of(|run| &run.parameter),
        of(|run| &run.gradient)
    )
}

//! The report of a cross-check against PyTorch.

use crate::experiment::{Experiment, Gradient};
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::compare::{Comparison, Series};
use crate::parity::cross_check::{Checked, CrossCheck, SgdAgainstScaled};
use crate::parity::pytorch::PythonEnvironment;
use crate::report::{count, differences, digests, draw_distances};
use serde::Serialize;
use std::fmt::Write;

#[derive(Debug, Serialize)]
pub struct ParityReport {
    pub equal: bool,
    pub runs: Vec<Checked>,
    /// Both by `tch`, where a run was computed both ways.
    pub sgd_against_scaled: Vec<SgdAgainstScaled>,
    pub environment: Environment,
    pub python: PythonEnvironment,
    /// Whether both sides loaded the same `libtorch_cpu`; if not, equality to the bit isn't to be expected.
    pub same_libtorch: bool,
    pub notes: Vec<String>,
}

impl ParityReport {
    /// The report of `check`, computed in `environment` on this side.
    pub fn new(check: CrossCheck, environment: Environment, notes: Vec<String>) -> ParityReport {
        let theirs = path(&check.python);
        ParityReport {
            equal: check.runs.iter().all(|run| run.comparison.all_equal()),
            same_libtorch: theirs.is_some_and(|path| path == environment.libtorch_cpu),
            sgd_against_scaled: check.sgd_against_scaled,
            runs: check.runs,
            environment,
            python: check.python,
            notes,
        }
    }

    /// The report for a reader: a line a run, the notes, and the verdict. `again` gives the command that repeats a run.
    pub fn text(&self, again: impl Fn(&Experiment) -> String) -> String {
        let mut text = String::new();
        let (ours, theirs) = (&self.environment, &self.python);
        let path = path(theirs).unwrap_or("unknown".to_owned());
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
                text += &line(run);
                if !run.comparison.all_equal() && gradient == Gradient::Scaled {
                    let _ = writeln!(text, "    repeat with: {}", again(&run.settings));
                }
            }
            let _ = writeln!(text, "{}", verdict(&runs));
        }
        if !self.sgd_against_scaled.is_empty() {
            text.push_str(SGD_ROUNDINGS);
            for SgdAgainstScaled { name, losses } in &self.sgd_against_scaled {
                let (differ, all) = (count(losses.count - losses.equal), count(losses.count));
                let _ = writeln!(text, "{name}  SGD rounds {differ} of {all} losses otherwise");
                text.push_str(&differences(losses, "loss", "step"));
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "\n{note}");
        }
        let runs = count(self.runs.len());
        let _ = match self.runs.iter().filter(|run| !run.comparison.all_equal()).count() {
            0 => writeln!(text, "\ntch and PyTorch are equal to the bit; runs compared: {runs}."),
            differ => {
                let differ = count(differ);
                writeln!(
                    text,
                    "\ntch and PyTorch are not equal to the bit; runs compared: {runs}, different: {differ}."
                )
            }
        };
        text
    }

    pub fn draw(&self, pictures: &mut Pictures) {
        let differ = self.runs.iter().filter(|run| !run.comparison.losses.all_equal());
        let curves: Vec<_> = differ.map(|run| (&*run.name, &*run.comparison.losses.distances)).collect();
        draw_distances(pictures, &curves);
    }
}

fn path(python: &PythonEnvironment) -> Option<String> {
    python.libtorch_cpu.as_ref().map(|path| path.display().to_string())
}

const SGD_ROUNDINGS: &str = "
Besides, two ways to write one step, both through tch; PyTorch takes no part in this. On paper, SGD (there) and the scaled
gradient (here) are the same: v = momentum * v + g, R = R - lr * v. SGD computes the second with one fused multiply-add,
which rounds once; the notebook's loop rounds lr * v first and then the difference.
";

/// One run in a line, and a line for each place where it differs.
fn line(
    Checked { name, comparison: Comparison { losses, parameter, gradient, losses_sha256 }, .. }: &Checked,
) -> String {
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
    let _ = writeln!(text, "; {}", digests(losses_sha256));
    let of = [(losses, "loss", "step"), (parameter, "parameter", "entry"), (gradient, "gradient", "entry")];
    text.extend(of.map(|(series, what, place)| differences(series, what, place)));
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

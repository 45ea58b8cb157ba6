//! The report of a cross-check against PyTorch.

use crate::experiment::{Experiment, Gradient};
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::account::{Account, Parting, Stage};
use crate::parity::compare::{Comparison, Series};
use crate::parity::cross_check::{Checked, CrossCheck, SgdAgainstScaled, Verdict};
use crate::parity::pytorch::PythonEnvironment;
use crate::report::orders::{self, OrdersCompared};
use crate::report::{count, differences, digests, draw_distances};
use serde::Serialize;
use std::fmt::Write;

#[derive(Debug, Serialize)]
pub struct ParityReport {
    pub equal: bool,
    pub verdict: Verdict,
    pub runs: Vec<Checked>,
    /// Both by `tch`, where a run was computed both ways.
    pub sgd_against_scaled: Vec<SgdAgainstScaled>,
    pub environment: Environment,
    pub python: PythonEnvironment,
    /// Whether both sides loaded the same `libtorch_cpu`.
    pub same_libtorch: bool,
    /// The orders of summation on both sides, where they were read.
    pub orders: Vec<OrdersCompared>,
    pub notes: Vec<String>,
}

impl ParityReport {
    /// The report of `check`, computed in `environment` on this side.
    pub fn new(check: CrossCheck, environment: Environment, notes: Vec<String>) -> ParityReport {
        let verdict = check.verdict();
        ParityReport {
            equal: verdict == Verdict::Equal,
            verdict,
            same_libtorch: check.same_libtorch,
            orders: check.orders.iter().map(OrdersCompared::new).collect(),
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
            text.push_str("These are two different files, which may sum in different orders.\n");
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
                let same = if runs.len() < self.runs.len() { "The same runs" } else { "Runs" };
                let _ = writeln!(text, "\n{same} through tch::nn::Sgd and torch.optim.SGD, dampening 0:");
            }
            for run in &runs {
                text += &line(run);
                text.extend(run.account.as_ref().map(account));
                if run.account.is_some() {
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
        text += &orders::text(&self.orders);
        text + &self.conclusion()
    }

    /// The verdict in words.
    fn conclusion(&self) -> String {
        let runs = count(self.runs.len());
        let accounts: Vec<_> = self.runs.iter().filter_map(|run| run.account.as_ref()).collect();
        let explained = accounts.iter().filter(|account| account.explained).count();
        let differ = count(accounts.len());
        let why = match self.verdict {
            Verdict::Equal => {
                return format!("\ntch and PyTorch are equal to the bit; runs compared: {runs}.\n");
            }
            Verdict::Explained => "The orders of summation explain every difference".to_owned(),
            Verdict::NotExplained => format!("The orders of summation explain {} of them", count(explained)),
        };
        format!(
            "\ntch and PyTorch are not equal to the bit; runs compared: {runs}, different: {differ}. {why}: the loop by hand \
             gives the numbers of both sides where it sums as each of them does.\n"
        )
    }

    pub fn draw(&self, pictures: &mut Pictures) {
        let differ = self.runs.iter().filter(|run| !run.comparison.losses.all_equal());
        let curves: Vec<_> = differ.map(|run| (&*run.name, &*run.comparison.losses.distances)).collect();
        draw_distances(pictures, &curves);
    }
}

/// Why a run differs, in two lines.
fn account(Account { explained, parting }: &Account) -> String {
    let parting = match parting {
        Some(Parting { step, stage, entry, ours, theirs }) => {
            let what = match stage {
                Stage::FirstParameter => "first parameter, which is drawn,",
                Stage::Matrix => "matrix",
                Stage::Forward => "product R·M",
                Stage::Residual => "residual",
                Stage::Loss => "loss",
                Stage::Gradient => "gradient, the product G·Mᵀ,",
                Stage::Update => "update of the parameter and of its gradient",
            };
            format!("the first bit differs in the {what} of step {step}, entry {entry}: {ours} here, {theirs} there")
        }
        None => "computed again stage by stage, both sides give the same: something else changed PyTorch's results"
            .to_owned(),
    };
    let by_hand = match explained {
        true => "explained: the loop by hand gives all numbers of both sides, each in that side's orders of summation",
        false => {
            "not explained: in the two sides' orders of summation the loop by hand doesn't give all of their numbers"
        }
    };
    format!("    {parting}\n    {by_hand}\n")
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

//! The report of a comparison with a loss series that was made elsewhere.

use crate::experiment::digest::Digest;
use crate::experiment::{Dtype, Experiment, Gradient, Scalar};
use crate::libtorch::Arithmetic;
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::compare::{Series, series};
use crate::parity::diagnosis::{Cause, Change, Diagnosis, Fit};
use crate::parity::loss_file::Losses;
use crate::parity::printed_digits::Printed;
use crate::report::{count, differences, digests, draw_distances};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Debug, Serialize)]
pub struct SeriesReport {
    pub equal: bool,
    pub file: String,
    /// The run that it was compared with.
    pub settings: Experiment,
    /// The arithmetics in which that run has every bit of the series.
    pub equal_in: Vec<Arithmetic>,
    /// The arithmetic in which it comes nearest; `losses` are compared in this one.
    pub arithmetic: Arithmetic,
    pub losses: Series,
    /// Of our losses and of the file's.
    pub losses_sha256: [Digest; 2],
    /// Why they aren't equal, and in words.
    pub cause: Option<Cause>,
    pub hint: Option<String>,
    pub environment: Environment,
}

impl SeriesReport {
    /// The report of what was found out of the losses of `file`, `theirs`.
    pub fn new(
        file: &Path,
        settings: Experiment,
        theirs: &Losses,
        Diagnosis { equal_in, nearest: (arithmetic, ours), cause }: Diagnosis,
        environment: Environment,
    ) -> SeriesReport {
        let (losses, losses_sha256) = match (settings.dtype, &theirs.f32) {
            (Dtype::F32, Some(theirs)) => compared(&ours.iter().map(|&loss| loss as f32).collect::<Vec<_>>(), theirs),
            _ => compared(&ours, &theirs.f64),
        };
        let hint = cause.as_ref().map(|cause| explain(cause, &equal_in, theirs.f64.len(), environment.threads));
        SeriesReport {
            equal: cause.is_none(),
            file: file.display().to_string(),
            settings,
            equal_in,
            arithmetic,
            losses,
            losses_sha256,
            cause,
            hint,
            environment,
        }
    }

    pub fn text(&self) -> String {
        let SeriesReport {
            file,
            losses,
            equal_in,
            arithmetic,
            environment: Environment { tch, torch, threads, .. },
            ..
        } = self;
        let (equal, all) = (count(losses.equal), count(losses.count));
        let arithmetics = if self.equal { equal_in.clone() } else { vec![*arithmetic] };
        let arithmetics = arithmetics.into_iter().map(words).collect::<Vec<_>>().join(" and in ");
        let mut text = format!(
            "{file}: {equal} of {all} losses equal, in {arithmetics} (tch {tch}, libtorch {torch}, threads: {threads})\n"
        );
        text += &differences(losses, "loss", "step");
        let _ = writeln!(text, "    {}", digests(&self.losses_sha256));
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "{hint}");
        }
        text
    }

    pub fn draw(&self, pictures: &mut Pictures) {
        draw_distances(pictures, &[(&self.file, &self.losses.distances)]);
    }
}

fn compared<T: Scalar>(ours: &[T], theirs: &[T]) -> (Series, [Digest; 2]) {
    (series(ours, theirs), [ours, theirs].map(Digest::of))
}

fn words(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Native => "native arithmetic",
        Arithmetic::Notebook => "the notebook's arithmetic",
    }
}

/// Why a series of `all` losses isn't equal, in words.
fn explain(cause: &Cause, equal_in: &[Arithmetic], all: usize, threads: i32) -> String {
    match cause {
        Cause::Made { changes, arithmetic, fit: Fit::Bits, losses } if changes.is_empty() => format!(
            "The series is this run in {}: there, {} of {} losses are equal to the bit. Compare in that arithmetic.",
            words(*arithmetic),
            count(*losses),
            count(all)
        ),
        Cause::Made { changes, arithmetic, fit, losses } => {
            let mut done: Vec<_> = changes.iter().map(|change| did(*change).0.to_owned()).collect();
            let instead = changes.iter().map(|change| did(*change).1.to_owned());
            let mut instead: Vec<_> = instead.filter(|instead| !instead.is_empty()).collect();
            let agree = match fit {
                Fit::Bits => "are equal to the bit",
                Fit::Float32 => {
                    done.push("its losses, which are doubles, were saved as float32".to_owned());
                    instead.push("save them as they are".to_owned());
                    "are equal to the bit once they are rounded so"
                }
                Fit::Printed(printed) => {
                    done.push(format!("its losses were rounded {}", rounded(*printed)));
                    instead.push(
                        "save the losses themselves: np.save('losses.npy', np.array(losses).flatten())".to_owned(),
                    );
                    "agree in the printed digits"
                }
            };
            let instead = match instead.join("; and ") {
                none if none.is_empty() => none,
                instead => format!("\nTo have this run's losses: {instead}."),
            };
            format!(
                "The series was made otherwise: {}. With that, {} of {} losses {agree}, in {}.{instead}",
                done.join("; and "),
                count(*losses),
                count(all),
                words(*arithmetic),
            )
        }
        Cause::Numbers { steps, arithmetic } => {
            let named: Vec<_> = steps.iter().take(5).map(usize::to_string).collect();
            let more = if steps.len() > named.len() { ", …" } else { "" };
            let (s, this) = if steps.len() == 1 { ("", "this number was") } else { ("s", "these numbers were") };
            format!(
                "In {}, all losses are equal but {} of {}, at step{s} {}{more}. The run goes on as if nothing differed there, so \
                 only {this} changed.",
                words(*arithmetic),
                count(steps.len()),
                count(all),
                named.join(", ")
            )
        }
        Cause::Near { changes } => format!(
            "This is another run. Its first losses fit, but for rounding, if the series was made otherwise: {}.",
            changes.iter().map(|change| did(*change).0).collect::<Vec<_>>().join("; and ")
        ),
        Cause::Rounding { first } => {
            let first =
                first.iter().map(|(arithmetic, step)| format!("in {} first at step {step}", words(*arithmetic)));
            let equal = equal_in.iter().map(|arithmetic| format!("in {} nowhere", words(*arithmetic)));
            format!(
                "The first losses are this run's, but for rounding. It differs {}. Another processor or another PyTorch can sum \
                 in another order; so can, from about 30×30 on, another number of threads than the {threads} here (set \
                 OMP_NUM_THREADS).",
                first.chain(equal).collect::<Vec<_>>().join(", ")
            )
        }
        Cause::Another { step } => {
            let other = ["matrix, seed or first parameter", "learning rate", "momentum"][*step];
            format!(
                "The loss at step {step} is farther off than arithmetic can explain: this is another run, with another {other}."
            )
        }
    }
}

/// What was done, and what this run's losses need instead, if a script can be changed so.
fn did(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Run("losses1") => ("it is the notebook's run losses1", ""),
        Change::Run("losses2") => ("it is the notebook's run losses2", ""),
        Change::Run("losses3") => ("it is the notebook's run losses3", ""),
        Change::Run(_) => ("it is the notebook's run losses4", ""),
        Change::Gradient(Gradient::Optimizer) => (
            "torch.optim.SGD takes the steps",
            "take them as the notebook does, random_inverse.sub_(lr * grad), then grad.mul_(momentum)",
        ),
        Change::Gradient(Gradient::Scaled) => (
            "the steps are the notebook's, random_inverse.sub_(lr * grad), then grad.mul_(momentum)",
            "take them with torch.optim.SGD",
        ),
        Change::NoMomentum => (
            "the momentum is 0: the gradient starts anew at each step",
            "multiply the gradient by the momentum after each step, instead of zeroing it",
        ),
        Change::Dtype(Dtype::F32) => ("it is drawn and computed in float32", "use float64"),
        Change::Dtype(Dtype::F64) => ("it is drawn and computed in float64", "use float32"),
        Change::Converted(Dtype::F32) => ("it is drawn in float64 and computed in float32", "use float64"),
        Change::Converted(Dtype::F64) => ("it is drawn in float32 and computed in float64", "use float32"),
        Change::MatrixFirst => (
            "the first rand after the seed is the matrix, the second the parameter",
            "draw the parameter (random_inverse) first, and then the matrix",
        ),
        Change::WithoutFirst => (
            "it begins with the loss of step 1: either each loss was computed after the update, or the first one is missing",
            "save the loss before each update, from the first on",
        ),
        Change::OneBefore => ("a number stands before the first loss", "leave the first number out"),
    }
}

fn rounded(printed: Printed) -> String {
    match printed {
        Printed::Decimals(digits) => format!("to {digits} decimals"),
        Printed::Digits(digits) => format!("to {digits} significant digits"),
        Printed::Tensor => "as print(tensor) shows them".to_owned(),
    }
}

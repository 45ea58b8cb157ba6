//! The summary of one run for the terminal.

use super::{Measured, Outcome, Report};
use crate::experiment::Experiment;
use crate::experiment::Pair;
use crate::report::{count, short};
use std::fmt::Write;

impl Report<'_> {
    /// The summary for the terminal.
    pub fn text(&self) -> String {
        let Report { settings, theory, measured, distances, .. } = self;
        let Experiment { size, steps, dtype, .. } = settings.experiment;
        let rate = measured.steps as f64 / measured.seconds.max(1e-9);
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:<14}{value}");
        };
        line(
            "matrix",
            format!(
                "{}, {size}×{size}, {dtype}: condition number {} (singular values {} to {})",
                settings.source,
                short(theory.condition_number),
                short(theory.greatest_singular_value),
                short(theory.least_singular_value)
            ),
        );
        let Pair { learning_rate, momentum } = theory.best;
        line(
            "learning rate",
            format!(
                "{}; stable above 0 and below {} with momentum {}",
                theory.learning_rate,
                short(theory.stability_limit),
                theory.momentum
            ),
        );
        line(
            "best pair",
            format!(
                "learning rate {}, momentum {}: contraction {} a step",
                short(learning_rate),
                short(momentum),
                short(theory.best_contraction)
            ),
        );
        let contraction = measured.contraction.map_or_else(
            || "not measured (too few steps before rounding)".to_string(),
            |contraction| format!("measured {}", short(contraction)),
        );
        line("contraction", format!("predicted {} a step, {contraction}", short(theory.contraction)));
        line(
            "steps",
            format!("{} of {} in {:.2} s, {rate:.0} a second", count(measured.steps), count(*steps), measured.seconds),
        );
        let Measured { first_loss, last_loss, .. } = measured;
        line("loss", format!("{first_loss} at the first step, {last_loss} at the last"));
        line(
            "distance",
            format!(
                "to the inverse {:.3e} (at most n √loss / σₙ = {:.3e}), to torch.linalg.inv {:.3e}; Frobenius norm",
                distances.to_inverse, distances.bound, distances.to_library
            ),
        );
        if let Some(end) = self.end() {
            line("ended", end);
        }
        line("written to", settings.out.display().to_string());
        line("again", self.again());
        text
    }

    /// What ended the run before its last step, or should have.
    pub(super) fn end(&self) -> Option<String> {
        let last = self.measured.steps.saturating_sub(1);
        let loss = &self.measured.last_loss;
        Some(match (self.outcome, self.settings.until) {
            (Outcome::Finished, None) => return None,
            (Outcome::Finished, Some(until)) => {
                format!("--until {until:e} wasn't reached; the last loss is {loss}")
            }
            (Outcome::Reached, _) => format!("at step {last}, whose loss {loss} is small enough"),
            (Outcome::Stopped, _) => {
                format!("by Ctrl-C after step {last}; what there is was written")
            }
            (Outcome::Diverged, _) => format!(
                "diverged: the loss of step {last} is {loss}; learning rate {} with momentum {}, stable below {}, \
                 condition number {}; what there is was written",
                self.theory.learning_rate,
                self.theory.momentum,
                short(self.theory.stability_limit),
                short(self.theory.condition_number)
            ),
        })
    }
}

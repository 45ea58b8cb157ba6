//! The summary of one run for the terminal.

use super::{DescentReport, Ending, Measured, Settings};
use crate::report::{count, short};

impl DescentReport<'_> {
    /// The summary for the terminal.
    pub fn text(&self) -> String {
        let DescentReport { settings, theory, measured, distances, again, .. } = self;
        let Settings { matrix, size, dtype, .. } = settings;
        let Measured { first_loss, last_loss, seconds, .. } = measured;
        let contraction = match measured.contraction {
            Some(contraction) => format!("measured {}", short(contraction)),
            None => "not measured (too few steps before rounding)".to_owned(),
        };
        let ended = self.end().map(|end| format!("ended         {end}\n")).unwrap_or_default();
        format!(
            "\
matrix        {matrix}, {size}×{size}, {dtype}: condition number {} (singular values {} to {})
learning rate {}; stable above 0 and below {} with momentum {}
best pair     learning rate {}, momentum {}: contraction {} a step
contraction   predicted {} a step, {contraction}
steps         {} of {} in {seconds:.2} s, {:.0} a second
loss          {first_loss} at the first step, {last_loss} at the last
distance      to the inverse {:.3e} (at most n √loss / σₙ = {:.3e}), to torch.linalg.inv {:.3e}; Frobenius norm
{ended}written to    {}
again         {again}
",
            short(theory.condition_number),
            short(theory.greatest_singular_value),
            short(theory.least_singular_value),
            theory.learning_rate,
            short(theory.stability_limit),
            theory.momentum,
            short(theory.best.learning_rate),
            short(theory.best.momentum),
            short(theory.best_contraction),
            short(theory.contraction),
            count(measured.steps),
            count(settings.steps),
            measured.steps as f64 / seconds.max(1e-9),
            distances.to_inverse,
            distances.bound,
            distances.to_library,
            self.out.display()
        )
    }

    /// What ended the run before its last step, or was to end it.
    pub(super) fn end(&self) -> Option<String> {
        let last = self.measured.steps.saturating_sub(1);
        let loss = &self.measured.last_loss;
        Some(match (self.outcome, self.settings.until) {
            (Ending::Finished, None) => return None,
            (Ending::Finished, Some(until)) => format!("the loss {until:e} wasn't reached; the last loss is {loss}"),
            (Ending::Reached, _) => format!("at step {last}, whose loss {loss} is small enough"),
            (Ending::Stopped, _) => format!("by Ctrl-C after step {last}; what there is was written"),
            (Ending::Diverged, _) => format!(
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

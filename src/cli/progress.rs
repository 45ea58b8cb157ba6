//! The progress of a run that takes a while.

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// A bar that shows itself on a terminal once a second has passed.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    /// The clock is read every so many steps: short steps are faster than the clock.
    every: u64,
    shown: bool,
}

const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// A bar over `steps` steps, looked after every so many of them.
    pub fn new(steps: u64, every: u64) -> Progress {
        let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} steps, {msg}");
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden());
        Progress {
            bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())),
            start: Instant::now(),
            every: every.max(1),
            shown: false,
        }
    }

    /// Tells that `taken` steps are done; `message` stands beside them.
    pub fn tell(&mut self, taken: u64, message: impl FnOnce() -> String) {
        if !taken.is_multiple_of(self.every) {
            return;
        }
        let elapsed = self.start.elapsed();
        if elapsed < PATIENCE {
            return;
        }
        let rate = HumanCount((taken as f64 / elapsed.as_secs_f64()) as u64);
        self.bar.set_message(format!("{}{rate} a second", message()));
        self.bar.set_position(taken);
        if !self.shown {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown = true;
        }
    }

    /// Takes the bar away; the time since its beginning.
    pub fn end(self) -> Duration {
        self.bar.finish_and_clear();
        self.start.elapsed()
    }
}

//! The progress of a run that takes a while.

use super::printing::terminal;
use console::Term;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::stderr;
use std::time::{Duration, Instant};

/// A bar that shows itself on a terminal once a second has passed.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    /// When the bar is drawn next, counted from the start.
    next: Duration,
}

/// A bar over so many steps in this style, hidden until it has a [`target`].
pub fn bar(steps: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden()).with_style(style)
}

/// The terminal of standard error. Where nobody reads it, what is drawn is lost, so that the run isn't held.
pub fn target() -> ProgressDrawTarget {
    let both = terminal(&stderr()).and_then(|terminal| Some((terminal.try_clone().ok()?, terminal)));
    both.map_or_else(ProgressDrawTarget::hidden, |(read, write)| {
        ProgressDrawTarget::term(Term::read_write_pair(read, write), 20)
    })
}

impl Progress {
    /// A bar over `steps` steps.
    pub fn new(steps: u64) -> Progress {
        Progress::of(bar(steps, "{wide_bar} {human_pos} of {human_len} steps, {msg}"))
    }

    /// A count of steps that may become any number.
    pub fn without_end() -> Progress {
        Progress::of(bar(0, "{spinner} {human_pos} steps, {msg}"))
    }

    fn of(bar: ProgressBar) -> Progress {
        Progress { bar, start: Instant::now(), next: Duration::from_secs(1) }
    }

    /// Tells that `taken` steps are done; `message` stands beside them.
    pub fn tell(&mut self, taken: u64, message: impl FnOnce() -> String) {
        let elapsed = self.start.elapsed();
        if elapsed < self.next {
            return;
        }
        self.next = elapsed + Duration::from_millis(50);
        let rate = HumanCount((taken as f64 / elapsed.as_secs_f64()) as u64);
        self.bar.set_message(format!("{}{rate} a second", message()));
        self.bar.set_position(taken);
        if self.bar.is_hidden() {
            self.bar.set_draw_target(target());
        }
    }

    /// Takes the bar away; the seconds since its beginning.
    pub fn end(self) -> f64 {
        self.bar.finish_and_clear();
        self.start.elapsed().as_secs_f64()
    }
}

//! Ctrl-C asks a run to stop after its step.

use anyhow::{Context, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a run that Ctrl-C ended: 128 and the number of SIGINT, as shells have it.
pub const EXIT_CODE: u8 = 130;

/// Whether Ctrl-C was pressed.
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on Ctrl-C is noted here instead of ending the process. To be called once.
    pub fn listen() -> Result<Interrupt> {
        let pressed = Arc::new(AtomicBool::new(false));
        let handle = Arc::clone(&pressed);
        ctrlc::set_handler(move || handle.store(true, Ordering::Relaxed)).context("Ctrl-C can't be listened to")?;
        Ok(Interrupt(pressed))
    }

    /// Whether it was pressed since.
    pub fn pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

//! Ctrl-C asks a run to stop after its step.

use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a run that Ctrl-C ended: 128 and the number of SIGINT, as shells have it.
pub const EXIT_CODE: u8 = 130;

/// From now on Ctrl-C doesn't end the process; the function tells whether it was pressed. To be called once.
pub fn listen() -> Result<impl Fn() -> bool + Sync> {
    static PRESSED: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(|| PRESSED.store(true, Ordering::Relaxed)).context("Ctrl-C can't be listened to")?;
    Ok(|| PRESSED.load(Ordering::Relaxed))
}

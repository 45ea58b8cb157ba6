//! SIGINT (Ctrl-C), SIGTERM, SIGHUP, SIGQUIT and SIGXCPU. A command that listens stops after its step and keeps what it has;
//! every other one cleans up and ends. A second signal ends any of them.

use crate::output::cleanup;
use anyhow::{Context, Result};
use signal_hook::consts::{SIGABRT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag::register_conditional_shutdown;
use signal_hook::iterator::Signals;
use signal_hook::low_level::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// Signals that change nothing.
const CAUGHT_ONLY: [i32; 2] = [libc::SIGXFSZ, libc::SIGCHLD];

static CAUGHT: AtomicI32 = AtomicI32::new(0);
static LISTENS: AtomicBool = AtomicBool::new(false);

/// Watches for signals from now on. What the program was started to ignore, with `nohup` for instance, it ignores.
pub fn watch() -> Result<()> {
    let ignored = ignored();
    let heeded =
        [SIGINT, SIGTERM, SIGHUP, SIGQUIT, libc::SIGXCPU].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    // A file that would grow too large is an error of the write. Where the ends of children are ignored, as some programs
    // leave it to those that they start, no child can be waited for.
    let mut signals = Signals::new(heeded.chain(CAUGHT_ONLY)).context("signals can't be watched for")?;
    // Memory that is refused to Rust or C++ aborts the process, which has said so.
    register_conditional_shutdown(SIGABRT, 2, Arc::new(true.into())).context("signals can't be watched for")?;
    std::thread::Builder::new()
        .spawn(move || {
            for signal in signals.forever().filter(|signal| !CAUGHT_ONLY.contains(signal)) {
                let is_second = CAUGHT.swap(signal, Ordering::Relaxed) != 0;
                // The system repeats SIGXCPU each second.
                let is_repeated = is_second && signal == libc::SIGXCPU;
                if !is_repeated && (is_second || !LISTENS.load(Ordering::Relaxed)) {
                    cleanup::undo_all();
                    exit(code(signal).into());
                }
            }
        })
        .context("no thread can be started")?;
    Ok(())
}

/// As long as it lives, the first signal doesn't end the process.
pub struct Listener(());

/// From now on the first signal doesn't end the process.
pub fn listen() -> Listener {
    LISTENS.store(true, Ordering::Relaxed);
    Listener(())
}

/// Whether a signal has come.
pub fn has_come() -> bool {
    CAUGHT.load(Ordering::Relaxed) != 0
}

impl Drop for Listener {
    fn drop(&mut self) {
        LISTENS.store(false, Ordering::Relaxed);
    }
}

/// The exit code of a run that the signal which has come ended: 128 and its number, as shells have it.
pub fn exit_code() -> u8 {
    code(CAUGHT.load(Ordering::Relaxed))
}

fn code(signal: i32) -> u8 {
    128 + signal as u8
}

/// The signals that this process ignores, a bit each. Where the system can't tell: none.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

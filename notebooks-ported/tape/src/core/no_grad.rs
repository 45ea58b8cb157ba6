//! 4. no_grad: whether operations are recorded is a switch of the thread.

use std::cell::Cell;

// [stage 6]
thread_local!(static IS_RECORDING: Cell<bool> = const { Cell::new(true) });

pub(crate) fn is_recording() -> bool {
    IS_RECORDING.get()
}

/// Runs `f` without recording. As in tch, a panic inside leaves the switch as it is: see [`no_grad_guard`].
pub fn no_grad<T>(f: impl FnOnce() -> T) -> T {
    switched(false, f)
}

/// Runs `f` with recording, also within [`no_grad`].
pub fn with_grad<T>(f: impl FnOnce() -> T) -> T {
    switched(true, f)
}

fn switched<T>(to: bool, f: impl FnOnce() -> T) -> T {
    let before = IS_RECORDING.replace(to);
    let result = f();
    IS_RECORDING.set(before);
    result
}

/// Stops recording until the guard is dropped, which a panic does too.
pub fn no_grad_guard() -> NoGradGuard {
    NoGradGuard { before: IS_RECORDING.replace(false) }
}

/// See [`no_grad_guard`].
pub struct NoGradGuard {
    before: bool,
}

impl Drop for NoGradGuard {
    fn drop(&mut self) {
        IS_RECORDING.set(self.before);
    }
}
// [end]

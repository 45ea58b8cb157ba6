//! What has to be undone when a signal ends the process, and no destructor runs: temporary files, a child.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Undo = Box<dyn FnOnce() + Send>;

static PENDING: Mutex<BTreeMap<u64, Undo>> = Mutex::new(BTreeMap::new());

/// Dropped once there is nothing to undo any more.
#[derive(Debug)]
pub struct Pending(u64);

/// Has `undo` done by [`undo_all`], until what comes back is dropped.
pub fn pending(undo: impl FnOnce() + Send + 'static) -> Pending {
    insert(&mut all(), undo)
}

/// Starts something that has to be undone; no signal comes between.
pub fn started<T, E, U: FnOnce() + Send + 'static>(
    start: impl FnOnce() -> Result<T, E>,
    undo: impl FnOnce(&T) -> U,
) -> Result<(T, Pending), E> {
    let mut all = all();
    let started = start()?;
    let pending = insert(&mut all, undo(&started));
    Ok((started, pending))
}

fn insert(all: &mut BTreeMap<u64, Undo>, undo: impl FnOnce() + Send + 'static) -> Pending {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    all.insert(key, Box::new(undo));
    Pending(key)
}

fn all() -> MutexGuard<'static, BTreeMap<u64, Undo>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Pending {
    fn drop(&mut self) {
        all().remove(&self.0);
    }
}

/// Undoes everything, the latest first: a child is ended before the folder that it writes to is removed. The process has to
/// end then: whoever starts something else to be undone waits for ever.
pub fn undo_all() {
    let mut all = all();
    std::mem::take(&mut *all).into_values().rev().for_each(|undo| undo());
    std::mem::forget(all);
}

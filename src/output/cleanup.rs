//! What has to be undone when a signal ends the process, and no destructor runs: temporary files, a child.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

type Undo = Box<dyn FnOnce() + Send>;

static PENDING: Mutex<BTreeMap<u64, Undo>> = Mutex::new(BTreeMap::new());

/// Dropped once there is nothing to undo any more.
#[derive(Debug)]
pub struct Pending(u64);

/// Has `undo` done by [`undo_all`], until what comes back is dropped.
pub fn pending(undo: impl FnOnce() + Send + 'static) -> Pending {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    PENDING.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Box::new(undo));
    Pending(key)
}

impl Drop for Pending {
    fn drop(&mut self) {
        PENDING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Undoes everything, the latest first: a child is ended before the folder that it writes to is removed.
pub fn undo_all() {
    let all = std::mem::take(&mut *PENDING.lock().unwrap_or_else(PoisonError::into_inner));
    all.into_values().rev().for_each(|undo| undo());
}

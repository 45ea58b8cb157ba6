//! Whether a run fits in memory, told before it starts.

use anyhow::{Result, ensure};
use indicatif::HumanBytes;
use rustix::process::{Resource, getrlimit};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The bytes that this process may still take: what the system has available, or less where a container's limit is nearer.
pub fn available() -> u64 {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(refresh);
    // A container's page cache counts as used there, but makes room.
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory.saturating_sub(limits.rss));
    system.available_memory().min(limit)
}

/// Refuses a limit on this process's data that leaves libtorch too little for itself: it ends a process that it can't get
/// memory in.
///
/// # Errors
/// With the limit and what is needed.
pub fn ensure_enough_data() -> Result<()> {
    const LEAST: u64 = 128 << 20;
    let limit = getrlimit(Resource::Data).current.unwrap_or(u64::MAX);
    ensure!(
        limit >= LEAST,
        "this process may have {limit} bytes of data, and libtorch needs {LEAST}: raise the limit (ulimit -d)"
    );
    Ok(())
}

/// Something that a run keeps in memory.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    what: &'static str,
    instead: &'static str,
    /// About its bytes.
    pub bytes: u64,
}

fn matrices_and_losses(matrices: u64, losses: u64) -> [Part; 2] {
    [
        Part { what: "its matrices", instead: "a smaller matrix", bytes: matrices },
        Part { what: "the losses of its steps", instead: "fewer steps", bytes: losses },
    ]
}

/// Refuses a run whose parts need more bytes together than are available.
///
/// # Errors
/// With the bytes needed and available, and what to make smaller.
pub fn ensure_fits(parts: &[Part]) -> Result<()> {
    let needed = parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.bytes));
    let available = available();
    let Some(Part { what, instead, .. }) = parts.iter().max_by_key(|part| part.bytes) else { return Ok(()) };
    let (needs, has) = (HumanBytes(needed), HumanBytes(available));
    ensure!(
        needed <= available,
        "the run needs about {needed} bytes ({needs}) of memory, most of it for {what}, but only {available} bytes \
         ({has}) are available; choose {instead}"
    );
    Ok(())
}

/// What a run of the descent needs at its peak, in a dtype of `width` bytes: 12 n×n matrices in the dtype (the parameter,
/// its gradient, the matrix, the identity, and what the graph of one step holds), or, at its end, 9 of f64 for singular
/// values and distances beside the first four; and twice the losses.
pub fn of_descent(size: usize, width: usize, steps: usize) -> [Part; 2] {
    let (entries, width) = ((size as u64).pow(2), width as u64);
    matrices_and_losses(entries * (12 * width).max(4 * width + 9 * 8), 2 * width * steps as u64)
}

/// What runs side by side need: their matrices, whose entries fill 64 bytes each, and, for each run, the losses.
pub fn of_side_by_side(size: usize, width: usize, steps: usize) -> [Part; 2] {
    matrices_and_losses(7 * 64 * (size as u64).pow(2), (width * steps) as u64)
}

/// What the results of so many runs need.
pub fn of_pairs(pairs: usize) -> Part {
    Part { what: "the pairs of its grid", instead: "a smaller grid", bytes: 64 * pairs as u64 }
}

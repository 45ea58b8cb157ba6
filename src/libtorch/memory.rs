//! Whether a run fits in memory, told before it starts.

use anyhow::{Result, ensure};
use indicatif::HumanBytes;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The bytes that this process may still take: what the system has available, or less where a container's limit is nearer.
pub fn available() -> u64 {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(refresh);
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    system.available_memory().min(limit)
}

/// Refuses `what` if it needs more bytes than are available.
///
/// # Errors
/// Then, with both numbers.
pub fn ensure_fits(what: &str, needed: u64) -> Result<()> {
    let available = available();
    ensure!(
        needed <= available,
        "{what} needs about {} bytes ({}) of memory, {} bytes ({}) are available; choose a smaller --size",
        needed,
        HumanBytes(needed),
        available,
        HumanBytes(available)
    );
    Ok(())
}

/// About the bytes that a run of the descent needs at its peak, in a dtype of `width` bytes: 12 n×n matrices in the
/// dtype (the parameter, its gradient, the matrix, the identity, and what the graph of one step holds), or, at its end,
/// 9 of f64 for singular values and distances beside the first four; and a loss a step.
pub fn of_descent(size: usize, width: usize, steps: usize) -> u64 {
    let entries = (size as u64).pow(2);
    let width = width as u64;
    entries * (12 * width).max(4 * width + 9 * 8) + 2 * width * steps as u64
}

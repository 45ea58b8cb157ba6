//! Whether a run fits in memory, told before it starts.

use anyhow::{Result, ensure};
use indicatif::HumanBytes;
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::path::Path;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The bytes that this process may still take: what the system has available, or less where a container's limit is nearer.
pub fn available() -> u64 {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(refresh);
    // Without /proc, nothing is known.
    let available = if system.total_memory() == 0 { u64::MAX } else { system.available_memory() };
    available.min(left_by_groups()).min(left_by_limits())
}

/// What the limits on this process leave it (`ulimit -v`, `ulimit -d`).
fn left_by_limits() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let left = [(Resource::As, "VmSize:"), (Resource::Data, "VmData:")].into_iter().filter_map(|(resource, name)| {
        let limit = getrlimit(resource).current?;
        let taken = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
        Some(limit.saturating_sub(taken?.parse::<u64>().ok()? << 10))
    });
    left.min().unwrap_or(u64::MAX)
}

/// What the control groups that this process is in leave it: containers have one, and so has a `MemoryMax` of systemd.
fn left_by_groups() -> u64 {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    left_by(&groups, Path::new("/sys/fs/cgroup")).unwrap_or(u64::MAX)
}

/// A line of `groups` is `4:memory:/its/group` in version 1, and `0::/its/group` in version 2.
fn left_by(groups: &str, mounted: &Path) -> Option<u64> {
    let left = groups.lines().flat_map(|line| {
        let (controllers, group) =
            line.split_once(':').and_then(|(_, rest)| rest.split_once(':')).unwrap_or(("other", ""));
        let (mounted, limit, used) = match controllers {
            "" => (mounted.to_owned(), "memory.max", "anon"),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                (mounted.join("memory"), "memory.limit_in_bytes", "total_rss")
            }
            _ => return vec![],
        };
        // The limits of the groups around it hold for it too. Inside a container, its own group may be what is mounted.
        let folder = mounted.join(group.trim_start_matches('/'));
        let around = folder.ancestors().take_while(|folder| folder.starts_with(&mounted));
        around.filter_map(|folder| left_in(folder, limit, used)).collect()
    });
    left.min()
}

fn left_in(group: &Path, limit: &str, used: &str) -> Option<u64> {
    let limit: u64 = fs::read_to_string(group.join(limit)).ok()?.trim().parse().ok()?;
    // The page cache counts as used too, but makes room.
    let used = fs::read_to_string(group.join("memory.stat")).ok()?.lines().find_map(|line| {
        let bytes = line.strip_prefix(used)?.strip_prefix(' ')?;
        bytes.parse().ok()
    })?;
    Some(limit.saturating_sub(used))
}

/// Refuses limits on this process that leave libtorch too little to start in, since it ends a process where it gets no
/// memory.
///
/// # Errors
/// With what is needed.
pub fn ensure_enough_to_start() -> Result<()> {
    const LEAST: usize = 128 << 20;
    let mut room = Vec::<u8>::new();
    let given = room.try_reserve_exact(LEAST).is_ok() && left_by_groups() >= LEAST as u64;
    // Or the compiler could leave out an allocation that nothing reads.
    std::hint::black_box(&room);
    ensure!(
        given,
        "libtorch needs {LEAST} bytes of memory to start; raise this process's limits (ulimit -d, ulimit -v, its container's)"
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

/// What the trees of the sums need, and the losses of two runs.
pub fn of_trees(size: usize, steps: usize) -> [Part; 2] {
    let [matrices, losses] = matrices_and_losses(400 * (size as u64).pow(2), 2 * 8 * steps as u64);
    [Part { what: "its trees and matrices", ..matrices }, losses]
}

/// What the results of so many runs need.
pub fn of_pairs(pairs: usize) -> Part {
    Part { what: "the pairs of its grid", instead: "a smaller grid", bytes: 64 * pairs as u64 }
}

#[cfg(test)]
#[test]
fn the_nearest_limit_around_a_process_counts() -> Result<()> {
    let mounted = tempfile::tempdir()?;
    let group = |path: &str, limit: (&str, &str), stat: &str| {
        let folder = mounted.path().join(path);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(limit.0), limit.1)?;
        fs::write(folder.join("memory.stat"), stat)
    };
    let left = |groups| left_by(groups, mounted.path());
    group("slice", ("memory.max", "1000\n"), "anon_thp 7\nanon 400\nfile 9000\n")?;
    group("slice/unit", ("memory.max", "max\n"), "anon 100\n")?;
    group("slice/unit/inner", ("memory.max", "650\n"), "anon 100\n")?;
    group("memory", ("memory.limit_in_bytes", "9000"), "total_rss_huge 7\ntotal_rss 8990")?;
    group("memory/inner", ("memory.limit_in_bytes", "5"), "total_rss 6")?;
    assert_eq!(left("0::/slice/unit\n"), Some(600));
    assert_eq!(left("0::/slice/unit/inner\n"), Some(550));
    assert_eq!(left("3:cpu:/slice\n2:memory,pids:/of/the/host\n"), Some(10));
    assert_eq!(left("2:memory:/inner\n0::/slice/unit\n"), Some(0));
    assert_eq!(left("0::/elsewhere\n"), None);
    assert_eq!(left("no line of it\n"), None);
    Ok(())
}

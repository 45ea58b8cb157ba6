//! The command line: see [`inverse_by_descent::cli`].

use inverse_by_descent::cli;

// SAFETY: the functions of this section take no arguments. The loader calls them when all libraries are in memory and
// libc works, before any library's own start.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[used]
#[unsafe(link_section = ".preinit_array")]
static BEFORE_LIBTORCH_STARTS: extern "C" fn() = cli::ensure_libtorch_can_start;

fn main() -> std::process::ExitCode {
    cli::main()
}

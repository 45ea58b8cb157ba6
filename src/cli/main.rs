//! The command line: see [`inverse_by_descent::cli`].

fn main() -> std::process::ExitCode {
    inverse_by_descent::cli::main()
}

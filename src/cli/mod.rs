//! The command line of `reproduce`.

mod arithmetic;
mod completions;
mod descend;
mod experiment;
mod interrupt;
mod landscape;
mod notebook;
mod number;
mod parity;
mod progress;

use crate::libtorch::environment::TCH_VERSION;
use crate::libtorch::loaded;
use anyhow::Context;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;
use std::str::FromStr;

/// Runs all cells of the notebook on libtorch and checks every number that it printed.
///
/// Exit codes: 0 every number is equal in value; 1 a check didn't hold; 2 bad input or environment.
#[derive(Debug, Parser)]
#[command(name = "reproduce", version = version(), after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    notebook: notebook::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    Descend(descend::Args),
    Landscape(landscape::Args),
    Parity(parity::Args),
    Arithmetic(arithmetic::Args),
    Completions(completions::Args),
}

const EXAMPLES: &str = "\
Examples:
  reproduce                            run the notebook, write reproduction/
  reproduce --out /tmp/r --quiet       write elsewhere, print the verdict alone
  reproduce --arithmetic native        sum products as libtorch chooses on this machine
  reproduce --json | jq .notebook      the report on standard output";

/// Runs the command line that this process was started with. A subcommand returns whether all that it checked held.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let code = |held| {
        if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    };
    let done = loaded::version().and_then(|_| match &cli.command {
        None => notebook::run(&cli.notebook).map(code),
        Some(Command::Descend(args)) => descend::run(args),
        Some(Command::Landscape(args)) => landscape::run(args),
        Some(Command::Parity(args)) => parity::run(args).map(code),
        Some(Command::Arithmetic(args)) => arithmetic::run(args).map(code),
        Some(Command::Completions(args)) => completions::run(args).map(code),
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            // A closed standard error leaves nothing to say it with.
            let _ = writeln!(anstream::stderr(), "Error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn version() -> String {
    let libtorch = loaded::version();
    format!(
        "{} (tch {}, libtorch {})",
        env!("CARGO_PKG_VERSION"),
        TCH_VERSION,
        libtorch.as_deref().unwrap_or("of unknown version")
    )
}

/// Writes to standard output; a reader that has gone (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output can't be written"),
    }
}

/// Reads one of these words; each stands in the help with what it means.
fn choice<T: FromStr<Err = anyhow::Error> + Clone + Send + Sync + 'static>(
    words: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> impl TypedValueParser<Value = T> {
    let words = words.into_iter().map(|(word, help)| PossibleValue::new(word).help(help));
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

/// The words of `--arithmetic`.
const ARITHMETICS: [(&str, &str); 2] = [
    ("native", "As the library chooses on this processor"),
    (
        "notebook",
        "As on the notebook's machine in 2020: in sequence, each step a fused multiply-add. It gives the notebook's digits",
    ),
];

/// Tells on standard error what isn't there; the results are, so the exit code stays theirs.
fn warn(problems: &[anyhow::Error]) {
    for problem in problems {
        let _ = writeln!(anstream::stderr(), "Warning: {problem:#}");
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}

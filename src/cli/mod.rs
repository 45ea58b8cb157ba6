//! The command line of `reproduce`: what a person types and reads. May import everything; nothing imports it.

mod arithmetic;
mod check;
mod completions;
mod descend;
mod experiment;
mod interrupt;
mod landscape;
mod notebook;
mod parity;
mod printing;
mod progress;
mod python;
mod values;

use crate::experiment::limited;
use crate::libtorch::environment::TCH_VERSION;
use crate::libtorch::{loaded, memory};
use anyhow::{Context, Error, Result, anyhow};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use printing::{in_words, print_styled, program, refuse};
use signal_hook::low_level::exit;
use std::env::current_dir;
use std::process::ExitCode;
use std::thread::Builder;

/// Runs all cells of the notebook on libtorch and checks every number that it printed.
///
/// Exit codes: 0 everything that was compared holds: each number is equal in value (in native arithmetic: or explained), each
/// loss is equal to PyTorch's recorded one (recorded in notebook arithmetic alone); 1 something doesn't hold; 2 bad input
/// or environment.
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
    Check(check::Args),
    Python(python::Args),
    Completions(completions::Args),
}

const EXAMPLES: &str = "\
Examples:
  reproduce                            run the notebook, write reproduction/
  reproduce --out /tmp/r --quiet       write elsewhere, print the verdict alone
  reproduce --arithmetic native        sum products as libtorch chooses on this machine
  reproduce --json | jq .notebook      the report on standard output";

/// Ends the process with a message where libtorch's own start would end it, which comes before `main`: MKL wants the
/// working folder, and libtorch memory.
pub extern "C" fn ensure_libtorch_can_start() {
    let folder = current_dir().context("the working folder can't be found; change to another one").map(drop);
    if let Err(error) = folder.and_then(|()| memory::ensure_enough_to_start()) {
        fail(&error);
        exit(2);
    }
}

/// Runs the command line that this process was started with.
pub fn main() -> ExitCode {
    // On a stack of its own, which is large enough whatever the system's limit is.
    match Builder::new().stack_size(16 << 20).spawn(run).context("no thread can be started") {
        Ok(thread) => thread.join().unwrap_or(ExitCode::from(101)), // a panic, which has said what it is
        Err(error) => fail(&error),
    }
}

fn run() -> ExitCode {
    let parsed = finished(Cli::command()).try_get_matches();
    let done = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => carry_out(&cli),
        // Help and version.
        Err(error) if !error.use_stderr() => {
            print_styled(&error.render().ansi().to_string()).map(|()| ExitCode::SUCCESS)
        }
        Err(error) if error.kind() == ErrorKind::InvalidUtf8 => Err(not_text()),
        Err(error) => return refuse(&in_one_line(&error.to_string())),
    };
    done.unwrap_or_else(|error| fail(&error))
}

fn fail(error: &Error) -> ExitCode {
    refuse(&format!("Error: {}", in_words(error)))
}

/// What clap says without the argument.
fn not_text() -> Error {
    let argument = std::env::args_os().find(|argument| argument.to_str().is_none()).unwrap_or_default();
    anyhow!("{}: expected UTF-8; rename the file, or give it another path, such as a link", argument.display())
}

/// What clap says, without the empty lines and the usage.
fn in_one_line(error: &str) -> String {
    let lines = error.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<_> = lines.filter(|line| !line.is_empty() && !line.starts_with("For more")).collect();
    let line = lines.join(" ").replacen("error:", "Error:", 1).replace(" tip: ", "; ");
    format!("{line}; for more information, try --help")
}

fn carry_out(cli: &Cli) -> Result<ExitCode> {
    interrupt::watch()?;
    limited::MEMORY.get_or_init(memory::available);
    loaded::version()?;
    let code = |held| if held { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    match &cli.command {
        None => notebook::run(&cli.notebook).map(code),
        Some(Command::Descend(args)) => descend::run(args),
        Some(Command::Landscape(args)) => landscape::run(args),
        Some(Command::Parity(args)) => parity::run(args).map(code),
        Some(Command::Arithmetic(args)) => arithmetic::run(args).map(code),
        Some(Command::Check(args)) => check::run(args).map(code),
        Some(Command::Python(args)) => python::run(args),
        Some(Command::Completions(args)) => completions::run(args).map(code),
    }
}

/// In this command and all below it: examples begin with the program as it was started, and a value may begin with a
/// minus, so that what is said of `--size -1` is what `--size` expects.
fn finished(command: clap::Command) -> clap::Command {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let help = help.replace("| reproduce ", &format!("| {} ", program()));
    let help = help.replace("COMPATIBLE reproduce ", &format!("COMPATIBLE {} ", program()));
    let help = help.replace("\n  reproduce ", &format!("\n  {} ", program()));
    let command = command.mut_args(|option| {
        let takes_values = option.get_action().takes_values();
        option.allow_negative_numbers(takes_values)
    });
    command.mut_subcommands(finished).after_help(help)
}

fn version() -> String {
    let libtorch = loaded::version().unwrap_or_else(|_| "of unknown version".to_owned());
    format!("{} (tch {TCH_VERSION}, libtorch {libtorch})", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
#[test]
fn the_command_line_is_well_formed() {
    finished(Cli::command()).debug_assert();
}

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
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;
use std::str::FromStr;
use tch::TchError;

/// Runs all cells of the notebook on libtorch and checks every number that it printed.
///
/// Exit codes: 0 every check held; 1 a check didn't hold; 2 bad input or environment. In notebook arithmetic every printed
/// number must be equal in value, and every loss equal to PyTorch's recorded one. In native arithmetic the last digits of
/// the four late losses of the random matrix may differ, within a bound on their rounding.
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
    let parsed = with_program(Cli::command()).try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        // Help and version.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => return refuse(&error.to_string()),
    };
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
    done.unwrap_or_else(|error| refuse(&format!("Error: {}\n", in_words(&error))))
}

/// Writes to standard error; the exit code of a command that was refused.
fn refuse(message: &str) -> ExitCode {
    // A closed standard error leaves nothing to say it with.
    let _ = anstream::stderr().write_all(printable(message).as_bytes());
    ExitCode::from(2)
}

/// This program as it was started, so that a command that begins with it works when it is typed again.
fn program() -> String {
    let name = std::env::args().next().unwrap_or_else(|| "reproduce".to_owned());
    quoted(&name).into_owned()
}

/// Quoted for a shell, where that is needed.
fn quoted(text: &str) -> Cow<'_, str> {
    // Only a NUL can't be quoted, and no argument of a process has one.
    shlex::try_quote(text).unwrap_or(Cow::Borrowed(text))
}

/// The examples of all commands begin with the program as it was started.
fn with_program(command: clap::Command) -> clap::Command {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let help = help.replace("| reproduce ", &format!("| {} ", program()));
    let help = help.replace("\n  reproduce ", &format!("\n  {} ", program()));
    command.mut_subcommands(with_program).after_help(help)
}

/// An error with its causes. Of libtorch's own, whose further lines trace its C++ calls, the first line.
fn in_words(error: &anyhow::Error) -> String {
    let causes = error.chain().map(|cause| match cause.downcast_ref::<TchError>() {
        Some(TchError::Torch(text)) => format!("libtorch: {}", text.lines().next().unwrap_or("")),
        _ => cause.to_string(),
    });
    causes.collect::<Vec<_>>().join(": ")
}

/// With each control character but the end of a line and the tabulator written out, as JSON does: a name must not steer
/// the terminal.
fn printable(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let written = |c| if steers(c) { format!("\\u{:04x}", c as u32) } else { c.to_string() };
    Cow::Owned(text.chars().map(written).collect())
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
    match anstream::stdout().write_all(printable(text).as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output can't be written"),
    }
}

/// Reads one of these words; each stands in the help with what it means.
fn choice<T>(words: impl IntoIterator<Item = (&'static str, &'static str)>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Into<Box<dyn std::error::Error + Send + Sync>>> + Clone + Send + Sync + 'static,
{
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

/// The words of `--dtype`.
const DTYPES: [(&str, &str); 4] =
    [("f32", "32 bits, torch.float32"), ("f64", "64 bits, torch.float64"), ("float32", "f32"), ("float64", "f64")];

/// Tells on standard error what isn't there; the results are, so the exit code stays theirs.
fn warn(problems: &[anyhow::Error]) {
    for problem in problems {
        refuse(&format!("Warning: {}\n", in_words(problem)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Cli, in_words, printable};
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn of_libtorchs_errors_the_first_line_is_told() {
        crate::libtorch::Libtorch::settle(None).unwrap();
        let error =
            tch::Tensor::f_eye(2, (tch::Kind::Float, tch::Device::Cpu)).and_then(|eye| eye.f_reshape([3])).unwrap_err();
        assert!(error.to_string().lines().count() > 1, "{error}");
        let words = in_words(&anyhow::Error::from(error).context("--matrix"));
        assert!(words.starts_with("--matrix: libtorch: shape '[3]' is invalid"), "{words}");
        assert_eq!(words.lines().count(), 1);
    }

    #[test]
    fn no_name_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\u{9b}b\n"), "a\\u001b[2J\\u009bb\n");
    }
}

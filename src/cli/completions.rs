//! `reproduce completions`.

use super::{Cli, printing::print};
use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  reproduce completions bash > ~/.local/share/bash-completion/completions/reproduce
  reproduce completions zsh  > ~/.zfunc/_reproduce";

/// Print a script that completes reproduce's options in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script; nothing is checked.
pub fn run(args: &Args) -> Result<bool> {
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Cli::command(), "reproduce", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(true)
}

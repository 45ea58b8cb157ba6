//! `reproduce check`.

use super::printing::print;
use crate::output::folder;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;

/// Check that a folder of results is whole: that every file is there, and is what the run wrote
///
/// The report of a run names every file that it wrote, with its SHA-256.
///
/// Exit codes: 0 everything is whole; 1 something isn't, or there is no report; 2 the folder can't be read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder that --out of another command named
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// The reports of all commands.
const RECORDS: [&str; 5] = ["report.json", "run.json", "landscape.json", "parity.json", "arithmetic.json"];

/// Checks every set of results in the folder; whether all are whole.
pub fn run(args: &Args) -> Result<bool> {
    let place = args.folder.display();
    ensure!(args.folder.is_dir(), "{place}: expected a folder of results");
    let (mut text, mut sets, mut whole) = (String::new(), 0, true);
    for record in RECORDS {
        let Some(problems) = folder::check(&args.folder, record).with_context(|| place.to_string())? else { continue };
        sets += 1;
        whole &= problems.is_empty();
        if problems.is_empty() {
            text += &format!("{place}: {record} and every file that it names are whole\n");
        }
        text.extend(problems.iter().map(|problem| format!("{place}: {problem} (named in {record})\n")));
    }
    if sets == 0 {
        text = format!("{place}: not a whole set of results: there is none of {}\n", RECORDS.join(", "));
    }
    print(&text)?;
    Ok(whole && sets > 0)
}

//! `reproduce` without a subcommand: the notebook, checked.

use crate::arithmetic::Arithmetic;
use crate::environment::Environment;
use crate::files::Folder;
use crate::report::{Report, json, pictures, text};
use crate::transcript::Page;
use crate::{matrix_inverse, printed};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder that report.json and the pictures are written to
    #[arg(long, value_name = "DIR", default_value = "reproduction")]
    out: PathBuf,
    /// How products are summed [default: notebook where the processor has AVX2 and libtorch has MKL, else native]
    #[arg(long, value_enum)]
    arithmetic: Option<Arithmetic>,
    /// Check against other printed numbers: a CSV file with the columns cell,output,row,column,printed
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// Print the report as JSON instead of text
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Print nothing but the verdict
    #[arg(short, long)]
    quiet: bool,
}

/// Runs the notebook; whether every number is equal in value.
pub fn run(args: &Args) -> Result<bool> {
    let start = Instant::now();
    let expected = match &args.expected {
        Some(path) => printed::read(path)?,
        None => printed::of_the_notebook()?,
    };
    let mut folder = Folder::open(&args.out)?;
    let arithmetic = Arithmetic::settle(args.arithmetic)?;
    let progress = if args.quiet {
        ProgressBar::hidden()
    } else {
        progress_bar()
    };

    let mut page = Page::new(progress.clone());
    matrix_inverse::notebook(&mut page)?;
    progress.finish_and_clear();

    let check = printed::check(&expected, &page, arithmetic, 0.0);
    let report = Report {
        page,
        check,
        environment: Environment::of_this_process(arithmetic),
    };
    pictures::stage(&report.page.cells, &mut folder)?;
    let json = json::render(&report)?;
    folder.stage("report.json", json.as_bytes())?;
    folder.commit()?;

    if args.json {
        super::print(&json)?;
    } else {
        if !args.quiet {
            super::print(&text::render(&report))?;
        }
        let verdict = text::verdict(&report.check);
        let seconds = start.elapsed().as_secs_f64();
        super::print(&format!(
            "{verdict}; written to {}; {seconds:.1} s\n",
            args.out.display()
        ))?;
    }
    Ok(report.check.holds())
}

/// A bar over the notebook's four runs of 10,000 steps; indicatif shows it on a terminal only.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:9} {bar:40} {pos}/{len} steps, {per_sec}");
    ProgressBar::new(40_000).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

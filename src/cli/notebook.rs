//! `reproduce` without a subcommand: the notebook, checked.

use crate::by_hand::witness::{Explained, explain};
use crate::descent::lesson::{self, Lesson};
use crate::experiment::Experiment;
use crate::libtorch::environment::Environment;
use crate::libtorch::{Arithmetic, Libtorch};
use crate::notebook::page::Page;
use crate::notebook::printing::torch;
use crate::notebook::{matrix_inverse, printed};
use crate::output::folder::Folder;
use crate::parity::pytorch::AgainstRecorded;
use crate::report::{Report, html, json, pictures, text};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;
use tch::Tensor;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder that report.html, report.json and the pictures are written to
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
        Some(path) => printed::read(path).context("--expected")?,
        None => printed::of_the_notebook()?,
    };
    let mut folder = Folder::open(&args.out)?;
    let libtorch = Libtorch::settle(args.arithmetic)?;
    let progress = if args.quiet { ProgressBar::hidden() } else { progress_bar() };

    let mut page = Page::new(libtorch, progress.clone());
    matrix_inverse::notebook(&mut page)?;
    progress.set_message("page");
    let lesson = Lesson::compute(libtorch, &progress)?;
    progress.finish_and_clear();

    let check = printed::check(&expected, &page, &late_losses_by_hand(libtorch)?);
    let losses: Vec<&[f32]> = page.runs.iter().map(|run| &run.trajectory.losses[..]).collect();
    let pytorch = AgainstRecorded::of(&losses, libtorch.arithmetic())?;
    let report = Report { page, check, pytorch, lesson, environment: Environment::of_this_process(libtorch) };
    pictures::stage(&report.page.cells, &mut folder)?;
    let json = json::render(&report)?;
    folder.stage("report.json", json.as_bytes())?;
    folder.stage("report.html", html::render(&report)?.as_bytes())?;
    folder.commit()?;

    if args.json {
        super::print(&json)?;
    } else {
        if !args.quiet {
            super::print(&text::render(&report))?;
        }
        let verdict = text::verdict(&report.check);
        let seconds = start.elapsed().as_secs_f64();
        super::print(&format!("{verdict}; written to {}; {seconds:.1} s\n", args.out.display()))?;
    }
    Ok(report.check.holds())
}

/// The random-matrix run's losses by hand as printed, in this libtorch's order of summation and in the notebook's; none
/// where the two are one.
fn late_losses_by_hand(libtorch: Libtorch) -> Result<BTreeMap<usize, [String; 2]>> {
    if libtorch.arithmetic() == Arithmetic::Notebook {
        return Ok(BTreeMap::new());
    }
    let [_, (_, random), ..] = Experiment::of_the_notebook();
    let Explained { here, notebook, .. } = explain::<f32>(libtorch, &random)?;
    let text = |loss: f32| anyhow::Ok(torch::elements(&Tensor::from(loss))?.concat());
    let steps = [2000, 4000, 6000, 8000].into_iter();
    steps.map(|step| Ok((step, [text(here.losses[step])?, text(notebook.losses[step])?]))).collect()
}

/// A bar over the notebook's four runs of 10,000 steps and what the page takes; indicatif shows it on a terminal only.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:9} {wide_bar} {human_pos} of {human_len} steps");
    ProgressBar::new(40_000 + lesson::work()).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

//! `reproduce` without a subcommand: the notebook, checked.

use super::printing::{print, print_styled, warn};
use super::progress;
use super::values::arithmetic;
use crate::by_hand::Trees;
use crate::by_hand::lesson::{Lesson, PROGRESS_STEPS};
use crate::by_hand::witness::{explain, trees_of_libtorch};
use crate::experiment::{Dtype, Experiment};
use crate::libtorch::environment::Environment;
use crate::libtorch::{Arithmetic, Libtorch};
use crate::notebook::page::Page;
use crate::notebook::printed;
use crate::notebook::printing::torch;
use crate::output::folder::Folder;
use crate::parity::pytorch::AgainstRecorded;
use crate::report::{Orders, Reproduction, Verdict, html, pictures, text};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;
use tch::Tensor;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder that report.html, report.json and the pictures are written to
    #[arg(long, value_name = "DIR", default_value = "reproduction")]
    out: PathBuf,
    /// How products are summed [default: notebook where the processor has AVX2 and libtorch has MKL, else native]
    #[arg(long, value_parser = arithmetic())]
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

/// Runs the notebook, prints and writes the verdict, then draws the page and the pictures; whether the verdict holds.
pub fn run(args: &Args) -> Result<bool> {
    let start = Instant::now();
    let expected = match &args.expected {
        Some(path) => printed::read(path).context("--expected")?,
        None => printed::of_the_notebook()?,
    };
    let folder = Folder::open(&args.out).context("--out")?;
    let libtorch = Libtorch::settle(args.arithmetic)?;
    // The notebook's four runs of 10,000 steps, and what the page takes.
    let all = 40_000 + PROGRESS_STEPS;
    let bar = progress::bar(all, "{msg:9} {wide_bar} {human_pos} of {human_len} steps");
    if !args.quiet {
        bar.set_draw_target(progress::target());
    }

    bar.set_message("notebook");
    let page = Page::run(libtorch, |steps| (0..steps).inspect(|_| bar.inc(1)))?;
    let losses: Vec<&[f32]> = page.runs.iter().map(|run| &run.losses[..]).collect();
    let verdict = Verdict {
        notebook: printed::check(&expected, &page, &late_losses_by_hand(libtorch)?),
        pytorch: AgainstRecorded::of(&losses, libtorch.arithmetic())?,
    };
    let environment = Environment::of_this_process(libtorch);
    let orders = match libtorch.arithmetic() {
        Arithmetic::Notebook => None,
        Arithmetic::Native => {
            Some(Orders::new(Trees::of_the_notebook(4, Dtype::F32), trees_of_libtorch::<f32>(libtorch, 4)?))
        }
    };
    let reproduction = Reproduction { page, verdict, orders, environment };

    let json = reproduction.json()?;
    let mut names = pictures::names(&reproduction.page.cells);
    names.push("report.html".to_owned());
    let written = folder.commit("report.json", &json, &names);
    let told = bar.suspend(|| {
        if args.json {
            return print(&json);
        }
        let cells = if args.quiet { String::new() } else { text::render(&reproduction) };
        let place = match &written {
            Ok(_) => format!("written to {}", args.out.display()),
            Err(_) => "not written".to_owned(),
        };
        print_styled(&cells)?;
        print(&format!("{}; {place}; {:.1} s\n", reproduction.verdict, start.elapsed().as_secs_f64()))
    });
    let mut pictures = written?;

    bar.set_message("page");
    let page = || {
        let lesson = Lesson::compute(libtorch, &|steps| bar.inc(steps))?;
        html::render(&reproduction, &lesson)
    };
    let html = thread::scope(|scope| {
        let beside = thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, page);
        pictures::draw(&reproduction.page.cells, &mut pictures);
        match beside {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => page(), // no second thread is to be had
        }
    });
    pictures.add("report.html", html.map(String::into_bytes));
    bar.finish_and_clear();
    warn(&pictures.finish()?);
    told.map(|()| reproduction.verdict.holds())
}

/// The random-matrix run's losses by hand as printed, in this libtorch's order of summation and in the notebook's; none
/// where the two are one.
fn late_losses_by_hand(libtorch: Libtorch) -> Result<BTreeMap<usize, [String; 2]>> {
    if libtorch.arithmetic() == Arithmetic::Notebook {
        return Ok(BTreeMap::new());
    }
    let [_, (_, random), ..] = Experiment::of_the_notebook();
    let [here, notebook] = explain::<f32>(libtorch, &random)?;
    let text = |loss: f32| anyhow::Ok(torch::elements(&Tensor::from(loss))?.concat());
    let steps = [2000, 4000, 6000, 8000].into_iter();
    steps.map(|step| Ok((step, [text(here.losses[step])?, text(notebook.losses[step])?]))).collect()
}

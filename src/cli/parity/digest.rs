//! `reproduce parity --digest`: which run has losses of this digest.

use super::Args;
use crate::cli::experiment::fit;
use crate::cli::printing::print;
use crate::cli::progress;
use crate::experiment::Experiment;
use crate::experiment::digest::Prefix;
use crate::libtorch::{Arithmetic, Libtorch, memory};
use crate::parity::kernels::{self, Choice};
use crate::parity::known_digests::{Variant, known_digests};
use crate::parity::pytorch::Process;
use crate::report::digest::{Found, LookUp};
use crate::report::json;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs::File;
use std::io::Seek;
use std::process::{Command, Stdio};
use std::time::Duration;

const NOT_FOUND: &str = "\
It must be of all losses of a run: --steps says how many there are. Of any other run, `descend` prints the digest.
";

/// Looks the digest up, first in the arithmetics that this process has, then with other kernels, each in a process of its
/// own; whether it is found.
pub fn run(args: &Args, digest: &Prefix) -> Result<bool> {
    let experiment = Experiment::default();
    let steps = args.experiment.as_ref().and_then(|options| options.steps).unwrap_or(experiment.steps);
    fit(&experiment, &memory::of_descent(experiment.size, 8, steps))?;
    let libtorch = Libtorch::settle(Some(Arithmetic::Native))?;
    let mut look_up = LookUp::new(digest, steps);
    for arithmetic in [Arithmetic::Notebook, Arithmetic::Native] {
        if args.arithmetic.is_none_or(|asked| asked == arithmetic) {
            let known = known_digests(libtorch, arithmetic, steps)?.into_iter();
            let found = known.filter(|(_, known)| known.begins_with(digest)).map(|(variant, _)| variant);
            look_up.add(format!("{arithmetic} arithmetic"), found);
        }
    }
    if look_up.found.is_empty() && args.arithmetic.is_none() {
        let choices = kernels::choices();
        let bar = progress::bar(choices.len() as u64, "{wide_bar} {pos} of {len} choices of kernels");
        bar.set_draw_target(progress::target());
        for some in choices.chunks(std::thread::available_parallelism().map_or(1, usize::from)) {
            let children: Vec<_> = some.iter().map(|choice| start(digest, steps, choice)).collect::<Result<_>>()?;
            for (choice, child) in some.iter().zip(children) {
                let found = answer(child).with_context(|| format!("with {choice}"))?;
                look_up.add(format!("native arithmetic with {choice}"), found);
                bar.inc(1);
            }
            if !look_up.found.is_empty() {
                break;
            }
        }
        bar.finish_and_clear();
    }
    let found = !look_up.found.is_empty();
    let hint = if found { "" } else { NOT_FOUND };
    print(&if args.json { json(&look_up)? } else { look_up.text() + hint })?;
    Ok(found)
}

/// Starts the same look-up in native arithmetic, in a process with these kernels.
fn start(digest: &Prefix, steps: usize, choice: &Choice) -> Result<(Process, File)> {
    let answer = tempfile::tempfile().context("no temporary file can be made; set TMPDIR to a folder with room")?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["parity", "--arithmetic", "native", "--json", "--digest", &digest.to_string()]);
    command.args(["--steps", &steps.to_string()]);
    choice.set(&mut command)?;
    // With it, MKL would write into the answer.
    command.env_remove("MKL_VERBOSE").stdin(Stdio::null()).stdout(answer.try_clone()?);
    let process = Process::spawn(&mut command, Duration::MAX, |_| false).context("this program can't start itself")?;
    Ok((process, answer))
}

/// What that process found.
fn answer((process, mut answer): (Process, File)) -> Result<Vec<Variant>> {
    #[derive(Deserialize)]
    struct Answer {
        found: Vec<Found>,
    }
    // Where it found nothing, this is an error too.
    let ended = process.wait();
    answer.rewind()?;
    let Answer { found } = match serde_json::from_reader(answer) {
        Ok(answer) => answer,
        Err(error) => return Err(ended.err().unwrap_or_else(|| error.into())),
    };
    Ok(found.into_iter().map(|found| found.variant).collect())
}

//! What was measured, as Markdown and JSON.

use crate::chart::{Bar, Chart};
use crate::jobs::JOBS;
use crate::peers::PEERS;
use crate::{BOUND, SIZES};
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The results of all rounds, by name.
pub struct Measured {
    rounds: usize,
    /// In each round, the microseconds of a step for each n.
    pub steps: BTreeMap<&'static str, Vec<BTreeMap<usize, f64>>>,
    /// In each round, the number here and that in Python.
    pub jobs: BTreeMap<&'static str, Vec<[f64; 2]>>,
    /// Who was left out, and why.
    left_out: BTreeMap<&'static str, String>,
}

impl Measured {
    pub fn new(rounds: usize) -> Measured {
        Measured { rounds, steps: BTreeMap::new(), jobs: BTreeMap::new(), left_out: BTreeMap::new() }
    }

    /// Whether it went well; else `name` is left out from now on, with the reason.
    pub fn or_left_out(&mut self, name: &'static str, result: Result<()>) -> bool {
        let Err(error) = result else { return true };
        eprintln!("left out: {name}: {error:#}");
        self.steps.remove(name);
        self.jobs.remove(name);
        self.left_out.insert(name, format!("{error:#}"));
        false
    }

    /// The median of a step's microseconds; `None` where it wasn't measured.
    fn step(&self, name: &str, n: usize) -> Option<f64> {
        median(self.steps.get(name)?.iter().map(|round| round.get(&n).copied()).collect::<Option<_>>()?)
    }

    fn job(&self, name: &str) -> Option<[f64; 2]> {
        let rounds = self.jobs.get(name)?;
        let [ours, theirs] = [0, 1].map(|side| median(rounds.iter().map(|round| round[side]).collect()));
        Some([ours?, theirs?])
    }

    /// The two tables, who was left out, and what they were measured with.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| microseconds a step at n = |");
        SIZES.iter().for_each(|(n, _)| text += &format!(" {n} |"));
        text += "\n|---|---:|---:|---:|---:|---:|\n";
        for peer in PEERS.iter().filter(|peer| self.steps.contains_key(peer.name)) {
            let _ = write!(text, "| {} |", peer.name);
            for (n, _) in SIZES {
                let _ = write!(text, " {} |", self.step(peer.name, n).map_or("–".to_owned(), three_digits));
            }
            text.push('\n');
        }
        text += "\n| | here | | in Python | | here / Python |\n|---|---|---:|---|---:|---:|\n";
        for job in &JOBS {
            let Some([ours, theirs]) = self.job(job.name) else { continue };
            let ([here, there], unit) = (job.programs, job.unit);
            let [a, b, ratio] = [ours, theirs, ours / theirs].map(three_digits);
            let _ = writeln!(text, "| {} | {here} | {a} {unit} | {there} | {b} {unit} | {ratio} |", job.name);
        }
        text.push('\n');
        for (name, reason) in &self.left_out {
            let _ = writeln!(text, "Left out: {name} ({reason}).  ");
        }
        let Environment { date, processor, cores, versions } = Environment::here();
        let _ = writeln!(
            text,
            "Measured on {date} on {cores} cores of {processor}: medians of {} rounds, in each of which all are measured in \
             turn. {versions}. Every step is in f32, reads its loss, and has one thread, but for “all threads”; \
             the jobs use all cores. JAX's compiled loop hands out its losses at the end. Each last loss is within a \
             {BOUND} part of the one in f64. A dash: too slow to be of interest.",
            self.rounds,
        );
        text
    }

    /// Everything, each round included.
    pub fn json(&self) -> Value {
        let Environment { date, processor, cores, versions } = Environment::here();
        let peers = PEERS.iter().filter_map(|peer| {
            let rounds = self.steps.get(peer.name)?;
            let medians: BTreeMap<_, _> =
                SIZES.iter().filter_map(|&(n, _)| Some((n, self.step(peer.name, n)?))).collect();
            let threads = if peer.all_threads { cores } else { 1 };
            Some(json!({"name": peer.name, "threads": threads, "us_per_step": medians, "rounds": rounds}))
        });
        let jobs = JOBS.iter().filter_map(|job| {
            let [here, there] = job.programs;
            let ([ours, theirs], rounds) = (self.job(job.name)?, self.jobs.get(job.name)?);
            Some(
                json!({"name": job.name, "here": here, "in_python": there, "unit": job.unit, "medians": [ours, theirs],
                "rounds": rounds}),
            )
        });
        json!({
            "date": date, "processor": processor, "cores": cores, "versions": versions, "rounds": self.rounds,
            "peers": peers.collect::<Vec<_>>(), "jobs": jobs.collect::<Vec<_>>(), "left_out": self.left_out,
        })
    }

    /// A bar for each peer at the smallest n.
    pub fn chart(&self) -> Chart {
        let (n, _) = SIZES[0];
        let bars = PEERS.iter().filter_map(|peer| {
            let value = self.step(peer.name, n)?;
            Some(Bar { name: peer.name, value, label: three_digits(value), is_ours: peer.is_ours() })
        });
        Chart { title: format!("Microseconds a step, n = {n} (logarithmic)"), bars: bars.collect() }
    }
}

/// Where it was measured, and with what.
struct Environment {
    date: String,
    processor: String,
    cores: usize,
    versions: String,
}

impl Environment {
    fn here() -> Environment {
        let date = std::process::Command::new("date").args(["-u", "+%F"]).output();
        let system = sysinfo::System::new_with_specifics(
            sysinfo::RefreshKind::nothing().with_cpu(sysinfo::CpuRefreshKind::nothing()),
        );
        let (rust, python) = (include_str!("../peers/Cargo.toml"), include_str!("../../xtask/pins/bench.txt"));
        let version = |text: &str, start: &str| {
            let rest = text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or("unknown");
            rest.split(['"', ' ']).next().unwrap_or(rest).to_owned()
        };
        Environment {
            date: date.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            processor: system
                .cpus()
                .first()
                .map_or("unknown processor".to_owned(), |cpu| cpu.brand().trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            versions: format!(
                "libtorch and PyTorch {}, JAX {}, NumPy {}, candle {}, burn {}",
                env!("LIBTORCH_VERSION"),
                version(python, "jax=="),
                version(python, "numpy=="),
                version(rust, "candle-core = { version = \"="),
                version(rust, "burn = { version = \"="),
            ),
        }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A number with three digits, or all that stand before the point.
fn three_digits(value: f64) -> String {
    let before = value.abs().log10().floor() as i32 + 1;
    format!("{value:.*}", (3 - before).clamp(0, 4) as usize)
}

//! The notebook's step in this project and elsewhere, side by side: what `cargo xtask bench` runs. In each round every peer
//! has a process of its own, one after another, so that what else the machine does meets all of them; the table has the
//! medians. A peer that can't be built, fails, or computes something else is named and left out.

mod chart;
mod jobs;
mod ours;
mod peers;
mod table;

use anyhow::{Context, Result, ensure};
use inverse_by_descent::descent::{Descent, Start, Steps, start};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch, flat};
use inverse_by_descent::plots::Picture;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use table::Measured;
use tch::Kind;

/// Each n, and the steps of a run: few enough that the last loss is far from where rounding ends the descent.
const SIZES: [(usize, usize); 5] = [(4, 2000), (16, 1000), (64, 300), (256, 30), (1024, 4)];

/// How far a peer's last loss may be from that in f64, relative to it.
const BOUND: f64 = 1e-3;

fn main() -> Result<()> {
    // cargo adds --bench.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--start-up"] => Libtorch::settle(None).map(drop),
        [variant, _, ..] if !variant.starts_with("--") => ours::measure(variant, &arguments[2..]),
        options => side_by_side(options),
    }
}

/// Reads `--rounds N` and `--only NAME`, measures, and prints the table. All of it is also written, unless it's a part.
fn side_by_side(options: &[&str]) -> Result<()> {
    let (mut rounds, mut only) = (7, None);
    for option in options.chunks(2) {
        match option {
            ["--rounds", number] => {
                rounds = number.parse().ok().filter(|&n| n > 0).context("--rounds: expected 1 or more")?
            }
            ["--only", name] => only = Some(*name),
            _ => anyhow::bail!("expected --rounds N and --only NAME, got {}", option.join(" ")),
        }
    }
    let wanted = |name: &str| only.is_none_or(|part| name.contains(part));
    let libtorch = Libtorch::settle(Some(Arithmetic::Native))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".bench");
    std::fs::create_dir_all(&folder)?;
    let mut expected = BTreeMap::new();
    for (n, steps) in SIZES {
        expected.insert(n, prepare(libtorch, &folder, n, steps)?);
    }

    let mut measured = Measured::new(rounds);
    let mut peers: Vec<_> = peers::PEERS.iter().filter(|peer| wanted(peer.name)).collect();
    let mut jobs: Vec<_> = jobs::JOBS.iter().filter(|job| wanted(job.name)).collect();
    peers.retain(|peer| {
        eprintln!("building: {}", peer.name);
        measured.or_left_out(peer.name, peer.build())
    });
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        peers.retain(|peer| {
            let taken = measure(peer, &folder, &expected);
            let taken = taken.map(|taken| measured.steps.entry(peer.name).or_default().push(taken));
            measured.or_left_out(peer.name, taken)
        });
        jobs.retain(|job| {
            let taken = job.measure(&folder);
            let taken = taken.map(|taken| measured.jobs.entry(job.name).or_default().push(taken));
            measured.or_left_out(job.name, taken)
        });
    }

    print!("{}", measured.markdown());
    if only.is_none() {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let json = serde_json::to_string_pretty(&measured.json())? + "\n";
        std::fs::write(place.join("side_by_side.json"), json)?;
        std::fs::write(place.join("side_by_side.svg"), measured.chart().svg()?)?;
    }
    Ok(())
}

/// Writes what the peers start from to a file in `folder`; returns the last loss in f64, through libtorch's autograd.
fn prepare(libtorch: Libtorch, folder: &Path, n: usize, steps: usize) -> Result<f64> {
    let experiment = ours::experiment(n, steps);
    let Start { random_inverse, matrix } = start::<f32>(libtorch, &experiment)?;
    let values = [flat::<f32>(&random_inverse)?, flat(&matrix)?].concat();
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join(format!("{n}.f32")), bytes)?;
    let [random_inverse, matrix] = [random_inverse, matrix].map(|tensor| tensor.to_kind(Kind::Double));
    let mut run = Descent::<f64>::new(&experiment, Start { random_inverse, matrix })?;
    (0..steps).try_fold(0.0, |_, _| run.step())
}

/// The microseconds of a step for each n, all losses as expected.
fn measure(peer: &peers::Peer, folder: &Path, expected: &BTreeMap<usize, f64>) -> Result<BTreeMap<usize, f64>> {
    let sizes: Vec<String> =
        SIZES.iter().filter(|(n, _)| *n <= peer.largest).map(|(n, steps)| format!("{n}:{steps}")).collect();
    let output = peers::output(&mut peer.command(folder, &sizes)?)?;
    let mut taken = BTreeMap::new();
    for line in output.lines() {
        let line: Value = serde_json::from_str(line).context("expected lines of JSON")?;
        let n = line["n"].as_u64().context("n")? as usize;
        let (loss, wanted) = (line["last_loss"].as_f64().context("last_loss")?, expected[&n]);
        let off = (loss - wanted).abs() / wanted;
        ensure!(off < BOUND, "n = {n}: its last loss is {loss:e}, but in f64 it is {wanted:e}");
        taken.insert(n, line["us_per_step"].as_f64().context("us_per_step")?);
    }
    ensure!(taken.len() == sizes.len(), "measured {} of {} sizes", taken.len(), sizes.len());
    Ok(taken)
}

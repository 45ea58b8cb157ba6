//! The digest of losses: what it is, where it is printed, and how it is looked up. `sha256sum` of the GNU core utilities is
//! the independent way to the same digest.

mod common;

use assert_cmd::Command;
use common::{Ran, reproduce, run};
use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::digest::{Digest, Prefix};
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::experiment::{Dtype, Experiment, Gradient, Scalar};
use inverse_by_descent::libtorch::{Arithmetic, Libtorch};
use inverse_by_descent::parity::kernels::Choice;
use inverse_by_descent::parity::known_digests::known_digests;
use inverse_by_descent::parity::pytorch::{python_lacks, recorded};
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow::Continue;
use std::path::Path;
use tempfile::tempdir;

fn ran(folder: &Path, arguments: &str) -> Ran {
    run(&mut reproduce(folder, &arguments.split_whitespace().collect::<Vec<_>>()))
}

fn sha256sum(bytes: Vec<u8>) -> String {
    let output = Command::new("sha256sum").write_stdin(bytes).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_once(' ').unwrap().0.to_owned()
}

fn bytes_of(losses: &[f32]) -> Vec<u8> {
    losses.iter().flat_map(|loss| loss.to_bits().to_le_bytes()).collect()
}

#[test]
fn it_is_the_sha256_of_the_little_endian_bytes() {
    // 1, the smallest number above it, −0 and a NaN with its own sign and payload.
    let f32s = [0x3f80_0000, 0x3f80_0001, 0x8000_0000, 0xffc0_1234].map(f32::from_bits);
    let bytes = [0, 0, 0x80, 0x3f, 1, 0, 0x80, 0x3f, 0, 0, 0, 0x80, 0x34, 0x12, 0xc0, 0xff];
    assert_eq!(Digest::of(&f32s).hex(), sha256sum(bytes.to_vec()));
    assert_eq!(Digest::of(&[1.0_f64]).hex(), sha256sum(vec![0, 0, 0, 0, 0, 0, 0xf0, 0x3f]));
    assert_eq!(Digest::of::<f32>(&[]).hex(), sha256sum(vec![]));
    let many: Vec<f32> = (0..10_000).map(|k| 1.0 / k as f32).collect();
    assert_eq!(Digest::of(&many).hex(), sha256sum(bytes_of(&many)));
    assert_eq!(Digest::of(&f32s).to_string(), format!("sha256:{}", &sha256sum(bytes.to_vec())[..16]));
}

#[test]
fn a_prefix_is_16_to_64_hex_digits() {
    let digest = Digest::of(&[1.0_f32]);
    let hex = digest.hex();
    let begins = |text: &str| text.parse::<Prefix>().map(|prefix| digest.begins_with(&prefix));
    for text in [&hex[..16], &hex[..33], &hex, &hex.to_uppercase(), &digest.to_string(), &format!("SHA256:{hex}")] {
        assert_eq!(begins(text), Ok(true), "{text}");
    }
    assert_eq!(begins(&format!("{}0", &hex[1..])), Ok(false));
    let folder = tempdir().unwrap();
    for bad in
        ["", "sha256:", &hex[..15], &format!("{hex}0"), &format!("{}g", &hex[1..]), "losses sha256", "日本語日本語"]
    {
        assert!(begins(bad).is_err(), "{bad}");
        let refused = run(&mut reproduce(folder.path(), &["parity", "--digest", bad]));
        refused.assert_refused(&["--digest", "16 to 64 hex digits"]);
    }
    for option in ["--size 3", "--matrix diag", "--against x.npy", "--grid 2", "--python x", "--out x", "--dtype f64"] {
        ran(folder.path(), &format!("parity --digest {hex} {option}")).assert_refused(&["--digest", &option[..6]]);
    }
}

/// The losses of the notebook's four runs as PyTorch computed them in notebook arithmetic.
fn recorded_losses() -> Vec<Vec<f32>> {
    let runs = recorded().unwrap().runs.into_iter().take(4);
    let losses = runs.map(|run| match run.course {
        Course::F32(run) => run.losses,
        Course::F64(_) => panic!("the notebook's runs are in f32"),
    });
    losses.collect()
}

#[test]
fn the_readme_shows_the_digest_of_pytorchs_losses() {
    let hex = sha256sum(bytes_of(&recorded_losses()[1]));
    let readme = include_str!("../README.md");
    assert!(readme.contains(&format!("losses2: random matrix, momentum 0.9: losses sha256:{}\n", &hex[..16])), "{hex}");
    assert!(readme.contains("hashlib.sha256(np.array(losses2, dtype=np.float32).tobytes()).hexdigest()[:16]"));
}

#[test]
fn reproduce_prints_it_for_each_run() {
    let folder = tempdir().unwrap();
    let ran = ran(folder.path(), "");
    ran.assert_ended(0);
    let read = |name: &str| fs::read_to_string(folder.path().join("reproduction").join(name)).unwrap();
    let (report, page) = (serde_json::from_str::<Value>(&read("report.json")).unwrap(), read("report.html"));
    for (k, recorded) in recorded_losses().iter().enumerate() {
        let run = &report["runs"][k];
        let losses: Vec<f32> = run["losses"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect();
        let hex = sha256sum(bytes_of(&losses));
        assert_eq!(run["losses_sha256"], *hex);
        assert!(ran.stdout.contains(&format!(": losses sha256:{}\n", &hex[..16])), "{}", ran.stdout);
        assert!(page.contains(&format!("losses{} sha256:{}", k + 1, &hex[..16])));
        if report["environment"]["arithmetic"] == "notebook" {
            assert_eq!(hex, sha256sum(bytes_of(recorded)));
        }
    }
}

#[test]
fn descend_and_parity_print_it() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("descent/losses.npy");
    for dtype in ["f32", "f64"] {
        let run = format!("--matrix random --steps 50 --dtype {dtype}");
        let text = ran(folder.path(), &format!("descend {run}")).stdout;
        let json = ran(folder.path(), &format!("descend {run} --json")).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        // The header of an .npy file ends at a multiple of 64 bytes, with a line end.
        let npy = fs::read(&file).unwrap();
        let hex = sha256sum(npy[npy.len() - 50 * if dtype == "f32" { 4 } else { 8 }..].to_vec());
        assert_eq!(json["measured"]["losses_sha256"], *hex);
        assert!(text.contains(&format!("losses sha256:{}, threads: ", &hex[..16])), "{text}");

        let against = format!("parity --against descent/losses.npy {run}");
        let equal = ran(folder.path(), &against);
        equal.assert_ended(0);
        assert!(equal.stdout.contains(&format!("losses sha256:{}\n", &hex[..16])), "{}", equal.stdout);
        let mut flipped = npy.clone();
        *flipped.last_mut().unwrap() ^= 1;
        fs::write(&file, &flipped).unwrap();
        let other = sha256sum(flipped[npy.len() - 50 * if dtype == "f32" { 4 } else { 8 }..].to_vec());
        let differs = ran(folder.path(), &against);
        let both = format!("losses sha256:{} here, sha256:{} there\n", &hex[..16], &other[..16]);
        assert!(differs.stdout.contains(&both), "{}", differs.stdout);
        let json: Value = serde_json::from_str(&ran(folder.path(), &format!("{against} --json")).stdout).unwrap();
        assert_eq!(json["losses_sha256"], serde_json::json!([hex, other]));
    }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn parity_prints_it_once_with_pytorch() {
    let folder = tempdir().unwrap();
    let options = "--matrix random --steps 50 --arithmetic native";
    let descent = ran(folder.path(), &format!("descend {options} --threads 1 --json")).stdout;
    let descent: Value = serde_json::from_str(&descent).unwrap();
    let hex = descent["measured"]["losses_sha256"].as_str().unwrap();
    let text = ran(folder.path(), &format!("parity {options}")).stdout;
    assert!(text.contains(&format!("; losses sha256:{}\n", &hex[..16])), "{text}");
    let json: Value = serde_json::from_str(&ran(folder.path(), &format!("parity {options} --json")).stdout).unwrap();
    assert_eq!(json["runs"][0]["comparison"]["losses_sha256"], serde_json::json!([hex, hex]));
}

#[test]
fn in_notebook_arithmetic_the_recorded_runs_are_known() {
    let libtorch = Libtorch::settle(Some(Arithmetic::Native)).unwrap();
    let known = known_digests(libtorch, Arithmetic::Notebook, 10_000).unwrap();
    assert_eq!(known.len(), 16);
    for (k, recorded) in recorded_losses().iter().enumerate() {
        let hex = sha256sum(bytes_of(recorded));
        let mut found = known.iter().filter(|(_, digest)| digest.hex() == hex);
        let (variant, _) = found.next().expect("known");
        assert_eq!(variant.to_string(), format!("losses{} in f32 with the gradient scaled", k + 1));
        assert!(found.next().is_none(), "the runs differ");
    }
}

/// The digest of a run through libtorch, in this process's native arithmetic.
fn through_libtorch<T: Scalar>(experiment: &Experiment) -> Digest {
    let libtorch = Libtorch::settle(Some(Arithmetic::Native)).unwrap();
    Digest::of(&descend::<T>(libtorch, experiment, |_, _| Continue(())).unwrap().losses)
}

#[test]
fn each_run_is_found_by_what_libtorch_gives() {
    let folder = tempdir().unwrap();
    for (name, experiment) in Experiment::of_the_notebook() {
        for (gradient, words) in
            [(Gradient::Scaled, "with the gradient scaled"), (Gradient::Optimizer, "through SGD with momentum")]
        {
            for dtype in [Dtype::F32, Dtype::F64] {
                let experiment = Experiment { gradient, dtype, steps: 100, ..experiment.clone() };
                let digest = match dtype {
                    Dtype::F32 => through_libtorch::<f32>(&experiment),
                    Dtype::F64 => through_libtorch::<f64>(&experiment),
                };
                let ran = ran(folder.path(), &format!("parity --digest {digest} --steps 100 --arithmetic native"));
                ran.assert_ended(0);
                let sentence =
                    format!("{digest} is the digest of {name} in {dtype} {words}, 100 steps, in native arithmetic.\n");
                assert_eq!(ran.stdout, sentence);
            }
        }
    }
}

#[test]
fn what_only_other_kernels_give_is_found_in_a_process_of_its_own() {
    let folder = tempdir().unwrap();
    let mut descend = std::process::Command::new(assert_cmd::cargo::cargo_bin!("reproduce"));
    descend.args(["descend", "--matrix", "random", "--steps", "3000", "--json", "--arithmetic", "native"]);
    let other = Choice { aten: "avx2", branch: Some("SSE4_2"), as_intel: true };
    other.set(descend.current_dir(folder.path())).unwrap();
    let descent: Value = serde_json::from_slice(&descend.output().unwrap().stdout).unwrap();
    let hex = descent["measured"]["losses_sha256"].as_str().unwrap();
    let ran = ran(folder.path(), &format!("parity --digest {hex} --steps 3000 --json"));
    ran.assert_ended(0);
    let look_up: Value = serde_json::from_str(&ran.stdout).unwrap();
    let found = &look_up["found"][0];
    assert_eq!([&found["run"], &found["dtype"], &found["gradient"]], ["losses2", "f32", "scaled"]);
    // Where MKL can't be told, its kernels are this machine's own.
    let kernels =
        if python_lacks().is_none() { "MKL_CBWR=SSE4_2 on a processor of Intel's" } else { "native arithmetic" };
    assert!(found["arithmetic"].as_str().unwrap().contains(kernels), "{found}");
}

#[test]
fn an_unknown_digest_is_not_found() {
    let folder = tempdir().unwrap();
    let look_up = |options| ran(folder.path(), &format!("parity --digest 0123456789abcdef --steps 3 {options}"));
    let text = look_up("--arithmetic native");
    text.assert_ended(1);
    let beginning = "No run that this machine can compute has the digest sha256:0123456789abcdef after 3 steps. ";
    assert!(text.stdout.starts_with(beginning) && text.stdout.contains("--steps"), "{}", text.stdout);
    // MKL then writes into standard output, of this process, but not of those that it starts.
    let json = run(reproduce(folder.path(), &["parity", "--digest", "0123456789abcdef", "--steps", "3", "--json"])
        .env("MKL_VERBOSE", "1"));
    json.assert_ended(1);
    let json: Value = serde_json::from_str(&json.stdout[json.stdout.find('{').unwrap()..]).unwrap();
    assert_eq!(json["found"], serde_json::json!([]));
    // Both arithmetics, and ATen's kernels for two processors at least with MKL's six choices, twice.
    assert!(json["tried"].as_array().unwrap().len() >= 2 + 2 * 6 * 2, "{json}");
}

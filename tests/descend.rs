//! `reproduce descend` as a process: what it prints and writes, for good and bad settings.

use assert_cmd::Command;
use npyz::NpyFile;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{self, Stdio};
use tempfile::{TempDir, tempdir};

/// `reproduce descend` in `folder`, with one thread, so that tests side by side don't wait for each other.
fn descend(folder: &Path, options: &[&str]) -> Command {
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command.current_dir(folder).env_remove("RUST_BACKTRACE");
    command.args(["descend", "--threads", "1"]).args(options);
    command
}

struct Ran {
    folder: TempDir,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run_with_input(options: &[&str], files: &[(&str, &str)], input: &str) -> Ran {
    let folder = tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let output = descend(folder.path(), options)
        .write_stdin(input)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        folder,
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn run(options: &[&str]) -> Ran {
    run_with_input(options, &[], "")
}

impl Ran {
    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("descent").join(name)).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes("run.json")).unwrap()
    }

    /// Shape and values of an array in f32.
    fn array(&self, name: &str) -> (Vec<u64>, Vec<f32>) {
        let bytes = self.bytes(name);
        let file = NpyFile::new(&bytes[..]).unwrap();
        (file.shape().to_vec(), file.into_vec::<f32>().unwrap())
    }

    fn losses(&self) -> Vec<f32> {
        self.array("losses.npy").1
    }

    #[track_caller]
    fn assert_ran(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr, "");
    }
}

#[track_caller]
fn assert_refused(ran: &Ran, parts: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    for part in parts {
        assert!(
            ran.stderr.contains(part),
            "{part:?} isn't in {:?}",
            ran.stderr
        );
    }
    assert!(
        !ran.stderr.contains("panicked") && !ran.stderr.contains("Exception raised"),
        "{}",
        ran.stderr
    );
    assert!(
        !ran.folder.path().join("descent").exists(),
        "nothing is written"
    );
}

#[test]
fn it_writes_every_file_and_says_what_happened() {
    let ran = run(&["--steps", "500"]);
    ran.assert_ran(0);
    let mut files: Vec<_> = fs::read_dir(ran.folder.path().join("descent"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let expected = [
        "difference.png",
        "difference.svg",
        "gradient.npy",
        "inverse.csv",
        "inverse.npy",
        "loss.png",
        "loss.svg",
        "losses.npy",
        "matrix.npy",
        "run.json",
    ];
    assert_eq!(files, expected);
    for part in [
        "condition number 4.0",
        "stable above 0 and below 1.9",
        "momentum 0.36",
        "500 of 500",
    ] {
        assert!(
            ran.stdout.contains(part),
            "{part:?} isn't in {}",
            ran.stdout
        );
    }

    let (shape, inverse) = ran.array("inverse.npy");
    assert_eq!(shape, [4, 4]);
    for (at, &entry) in inverse.iter().enumerate() {
        let known = if at % 5 == 0 {
            1.0 / (at / 5 + 1) as f32
        } else {
            0.0
        };
        assert!((entry - known).abs() < 1e-6, "{at}: {entry}");
    }
    let csv = String::from_utf8(ran.bytes("inverse.csv")).unwrap();
    let read: Vec<f32> = csv
        .lines()
        .flat_map(|row| row.split(','))
        .map(|text| text.parse().unwrap())
        .collect();
    assert_eq!(read, inverse);
    assert_eq!(ran.array("losses.npy").0, [500]);
    assert_eq!(ran.array("gradient.npy").0, [4, 4]);
    assert_eq!(ran.array("matrix.npy").1[5], 2.0);

    let json = ran.json();
    assert_eq!(json["outcome"], "finished");
    assert_eq!(json["settings"]["seed"], 314);
    assert_eq!(
        json["environment"]["torch"]
            .as_str()
            .map(|torch| torch.starts_with("2.")),
        Some(true)
    );
    let number = |path: &str| json.pointer(path).unwrap().as_f64().unwrap();
    assert_eq!(
        number("/measured/last_loss") as f32,
        *ran.losses().last().unwrap()
    );
    assert!(number("/distances/to_inverse") <= number("/distances/bound"));
    assert!(number("/distances/to_inverse") < 1e-6 && number("/distances/to_library") < 1e-6);
    assert!((number("/measured/contraction") / number("/theory/contraction") - 1.0).abs() < 2e-3);
}

#[test]
fn the_line_that_repeats_a_run_repeats_it() {
    let files = [("my matrix.csv", "2,1\n0.5,1\n")];
    let ran = run_with_input(
        &[
            "--matrix",
            "my matrix.csv",
            "--momentum",
            "auto",
            "--learning-rate",
            "0.3",
            "--steps",
            "80",
        ],
        &files,
        "",
    );
    ran.assert_ran(0);
    let line = ran.json()["again"].as_str().unwrap().to_string();
    assert!(ran.stdout.contains(&line));
    let again = tempdir().unwrap();
    fs::write(again.path().join(files[0].0), files[0].1).unwrap();
    let program = Command::cargo_bin("reproduce")
        .unwrap()
        .get_program()
        .to_owned();
    let line = line.replacen("reproduce", "\"$0\"", 1);
    let output = process::Command::new("sh")
        .arg("-c")
        .arg(line)
        .arg(program)
        .current_dir(again.path())
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        fs::read(again.path().join("descent/losses.npy")).unwrap(),
        ran.bytes("losses.npy")
    );
    assert_eq!(
        fs::read(again.path().join("descent/inverse.npy")).unwrap(),
        ran.bytes("inverse.npy")
    );
}

/// The loop by hand doesn't use libtorch's arithmetic at all; in notebook arithmetic both have the same bits.
#[test]
fn by_hand_and_autograd_agree() {
    let options = ["--matrix", "random", "--steps", "300", "--gradient"];
    let by_hand = run(&[&options[..], &["by-hand"]].concat());
    let autograd = run(&[&options[..], &["autograd"]].concat());
    let optimizer = run(&[&options[..], &["optimizer"]].concat());
    for ran in [&by_hand, &autograd, &optimizer] {
        ran.assert_ran(0);
    }
    if inverse_by_descent::arithmetic::notebook_arithmetic_lacks().is_none() {
        assert_eq!(by_hand.losses(), autograd.losses());
        assert_eq!(
            by_hand.array("gradient.npy"),
            autograd.array("gradient.npy")
        );
    }
    // SGD rounds in another order: close, not equal.
    for (one, other) in autograd.losses().iter().zip(optimizer.losses()) {
        assert!((one - other).abs() <= 1e-3 * one, "{one} {other}");
    }
}

#[test]
fn auto_is_the_heavy_balls_best_pair() {
    let ran = run(&[
        "--matrix",
        "random",
        "--learning-rate",
        "auto",
        "--momentum",
        "auto",
        "--steps",
        "400",
    ]);
    ran.assert_ran(0);
    let json = ran.json();
    let number = |path: &str| json.pointer(path).unwrap().as_f64().unwrap();
    // κ(M) = 27.19: β = ((κ − 1)/(κ + 1))², and √β is the contraction.
    let kappa = number("/theory/condition_number");
    assert!((kappa - 27.19).abs() < 0.01);
    let contraction = (kappa - 1.0) / (kappa + 1.0);
    assert!((number("/settings/momentum") - contraction.powi(2)).abs() < 1e-12);
    // Both roots are double there, which makes the residual t times a geometric series: a little slower.
    let measured = number("/measured/contraction");
    assert!(
        (contraction..contraction + 0.02).contains(&measured),
        "{measured} {contraction}"
    );

    let one = run(&[
        "--momentum",
        "auto",
        "--learning-rate",
        "0.5",
        "--steps",
        "50",
    ])
    .json();
    // μ = 1/8, L = 2: the greater of (1 − √(1/16))² and (1 − √1)².
    assert!(
        (one["settings"]["momentum"].as_f64().unwrap() - 0.5625).abs() < 1e-12,
        "{one}"
    );
    let one = run(&[
        "--learning-rate",
        "auto",
        "--momentum",
        "0",
        "--steps",
        "50",
    ])
    .json();
    assert!(
        (one["settings"]["learning_rate"].as_f64().unwrap() - 2.0 / 2.125).abs() < 1e-12,
        "{one}"
    );
}

/// Y_hat, loss and gradient of the first step are printed in the notebook: In [128], In [106] and In [133].
#[test]
fn the_trace_begins_as_the_notebook_does() {
    let ran = run(&["--trace", "2", "--steps", "3"]);
    ran.assert_ran(0);
    let start = "\
step 0
Y_hat = random_inverse @ M
tensor([[0.7196, 1.2590, 2.0002, 1.3540],
        [0.8522, 0.6251, 1.5017, 1.8571],
        [0.0083, 0.8938, 2.4086, 2.2047],
        [0.3556, 0.7420, 2.0490, 1.2297]])
loss = mse(Y_true, Y_hat)
tensor(1.6650)
loss.backward(): random_inverse.grad
tensor([[-3.5046e-02,  3.1475e-01,  7.5007e-01,  6.7699e-01],
        [ 1.0653e-01, -9.3718e-02,  5.6315e-01,  9.2856e-01],
        [ 1.0338e-03,  2.2346e-01,  5.2824e-01,  1.1024e+00],
        [ 4.4448e-02,  1.8549e-01,  7.6836e-01,  1.1486e-01]])
random_inverse.sub_(0.9 * random_inverse.grad): random_inverse
";
    assert!(ran.stdout.starts_with(start), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nstep 1\n") && !ran.stdout.contains("\nstep 2\n"));
    // The gradient of step 1 is what momentum left of that of step 0, and the new one: 0.9 · 0.31475 and more.
    assert!(ran.stdout.contains(
        "random_inverse.grad *= 0.9: random_inverse.grad\ntensor([[-3.1541e-02,  2.8327e-01,"
    ));
}

/// The parameter that the trace shows after its last step is the one that is written.
#[test]
fn the_trace_ends_where_the_run_does() {
    for gradient in ["autograd", "by-hand"] {
        let ran = run(&[
            "--matrix",
            "diag:2",
            "--learning-rate",
            "0.2",
            "--trace",
            "3",
            "--steps",
            "3",
            "--gradient",
            gradient,
        ]);
        ran.assert_ran(0);
        let step = ran.stdout.split("step 2\n").nth(1).unwrap();
        let shown = |name: &str| -> f32 {
            let text = step
                .split(name)
                .nth(1)
                .unwrap()
                .split("[[")
                .nth(1)
                .unwrap()
                .split("]]")
                .next()
                .unwrap();
            text.parse().unwrap()
        };
        let parameter = ran.array("inverse.npy").1[0];
        let gradient = ran.array("gradient.npy").1[0];
        assert!(
            (shown("random_inverse.sub_(") - parameter).abs() < 6e-5,
            "{step}"
        );
        assert!(
            (shown("random_inverse.grad *= 0.9") - gradient).abs() < 6e-5,
            "{step}"
        );
        let before: f32 = 0.9 * shown("loss.backward()");
        assert!((before - gradient).abs() < 2e-4, "{step}");
    }
}

#[test]
fn until_stops_at_the_loss() {
    let ran = run(&["--until", "1e-6"]);
    ran.assert_ran(0);
    let losses = ran.losses();
    let (last, before) = losses.split_last().unwrap();
    assert!(*last <= 1e-6 && before.iter().all(|&loss| loss > 1e-6));
    assert_eq!(ran.json()["outcome"], "reached");

    let ran = run(&["--until", "1e-30", "--steps", "20"]);
    ran.assert_ran(0);
    assert!(
        ran.stdout.contains("--until 1e-30 wasn't reached"),
        "{}",
        ran.stdout
    );
}

#[test]
fn other_types_and_sizes_run() {
    for options in [
        &["--size", "1", "--momentum", "0"][..],
        &["--size", "2", "--dtype", "f64"],
        &["--matrix", "random", "--size", "33", "--steps", "5"],
        &[
            "--matrix",
            "random",
            "--size",
            "140",
            "--steps",
            "3",
            "--dtype",
            "f64",
            "--gradient",
            "by-hand",
        ],
        &["--matrix", "diag:-1,2,-3", "--seed", "-7"],
    ] {
        let ran = run(&[&["--steps", "60"][..], options]
            .concat()
            .into_iter()
            .fold(vec![], later_wins));
        ran.assert_ran(0);
    }
}

/// Options with a later value for one that was given already: the first is dropped.
fn later_wins<'a>(mut options: Vec<&'a str>, next: &'a str) -> Vec<&'a str> {
    if let Some(at) = options
        .iter()
        .position(|&option| option == next && next.starts_with("--"))
    {
        options.drain(at..at + 2);
    }
    options.push(next);
    options
}

#[test]
fn f64_is_written_as_f64() {
    let ran = run(&["--matrix", "random", "--dtype", "f64", "--steps", "30"]);
    ran.assert_ran(0);
    let bytes = ran.bytes("losses.npy");
    assert_eq!(
        NpyFile::new(&bytes[..])
            .unwrap()
            .into_vec::<f64>()
            .unwrap()
            .len(),
        30
    );
}

#[test]
fn json_prints_what_is_written() {
    let ran = run(&["--json", "--steps", "20"]);
    ran.assert_ran(0);
    assert_eq!(ran.stdout.as_bytes(), ran.bytes("run.json"));
}

#[test]
fn standard_input_is_kept_for_the_next_time() {
    let ran = run_with_input(&["--matrix", "-", "--steps", "40"], &[], "2,1\n1,1\n");
    ran.assert_ran(0);
    assert_eq!(ran.array("matrix.npy").1, [2.0, 1.0, 1.0, 1.0]);
    assert!(
        ran.json()["again"]
            .as_str()
            .unwrap()
            .contains("--matrix descent/matrix.npy ")
    );
}

#[test]
fn what_can_not_be_inverted_is_refused_with_the_numbers() {
    let with = |text: &str| run_with_input(&["--matrix", "m.csv"], &[("m.csv", text)], "");
    assert_refused(
        &with("1,2\n2,4\n"),
        &["--matrix", "singular", "condition number"],
    );
    assert_refused(&with("0.1,0.2\n0.3,0.6\n"), &["singular"]);
    assert_refused(
        &with("1,2,3\n4,5,6\n"),
        &["m.csv", "2 rows of 3 entries", "square"],
    );
    assert_refused(
        &with("1,nan\n4,5\n"),
        &["m.csv", "row 1, column 2", "finite"],
    );
    assert_refused(&with(""), &["m.csv", "no numbers"]);
    assert_refused(&run(&["--matrix", "diag:1,0"]), &["singular"]);
    assert_refused(&run(&["--matrix", "diag:1,1e-60"]), &["singular"]);
    assert_refused(&run(&["--matrix", "diag:1e39,1"]), &["1e39", "--dtype f64"]);
    assert_refused(
        &run(&["--matrix", "diag:1,2", "--size", "3"]),
        &["--size 3", "2×2"],
    );
    assert_refused(
        &run(&["--matrix", "missing.csv"]),
        &["missing.csv", "can't be read"],
    );
    assert_refused(&run(&["--matrix", "matrix.txt"]), &["matrix.txt", ".csv"]);
}

#[test]
fn what_is_out_of_range_is_refused_before_it_runs() {
    let unstable = run(&["--learning-rate", "1.91"]);
    assert_refused(
        &unstable,
        &[
            "1.91",
            "momentum 0.9",
            "condition number 4.0",
            "= 1.9 ",
            "--force",
        ],
    );
    assert_refused(
        &run(&["--learning-rate", "0"]),
        &["--learning-rate 0", "above 0"],
    );
    assert_refused(
        &run(&["--learning-rate", "-0.1"]),
        &["--learning-rate -0.1"],
    );
    assert_refused(
        &run(&["--momentum", "1"]),
        &["--momentum 1", "between -1 and 1"],
    );
    assert_refused(
        &run(&["--learning-rate", "2.5", "--momentum", "auto"]),
        &["--momentum auto", "below 4/L = 2.0"],
    );
    for (option, value) in [
        ("--learning-rate", "nan"),
        ("--momentum", "fast"),
        ("--steps", "0"),
        ("--size", "0"),
        ("--size", "32769"),
        ("--until", "-1"),
        ("--device", "gpu"),
        ("--gradient", "magic"),
        ("--seed", "1.5"),
    ] {
        assert_refused(&run(&[option, value]), &[value, option]);
    }
    assert_refused(&run(&["--device", "cuda:97"]), &["cuda:97", "--device cpu"]);
    assert_refused(
        &run(&["--device", "cuda:0", "--gradient", "by-hand"]),
        &["by-hand", "cuda:0"],
    );
    let negative = [
        "--gradient",
        "optimizer",
        "--learning-rate",
        "-1",
        "--force",
    ];
    assert_refused(&run(&negative), &["optimizer", "negative"]);
}

#[test]
fn a_run_that_can_not_fit_says_so_with_the_bytes() {
    use inverse_by_descent::memory;
    let needed = memory::of_descent(32768, 8, 10_000);
    if memory::available() < needed {
        let ran = run(&["--size", "32768", "--dtype", "f64"]);
        assert_refused(&ran, &["--size 32768", &needed.to_string(), "bytes"]);
    }
    let message = memory::ensure_fits("all", u64::MAX)
        .unwrap_err()
        .to_string();
    assert!(message.contains("18446744073709551615 bytes"), "{message}");
    assert!(memory::ensure_fits("nothing", 0).is_ok());
}

#[test]
fn a_diverged_run_is_kept_and_marked() {
    let ran = run(&["--learning-rate", "2.5", "--force"]);
    ran.assert_ran(1);
    let losses = ran.losses();
    let (last, before) = losses.split_last().unwrap();
    assert!(!last.is_finite() && before.iter().all(|loss| loss.is_finite()));
    assert!(losses.len() < 1000, "it stops there");
    let step = losses.len() - 1;
    for part in [
        format!("diverged: the loss of step {step}"),
        "stable below 1.9".into(),
        "condition number 4.0".into(),
    ] {
        assert!(
            ran.stdout.contains(&part),
            "{part:?} isn't in {}",
            ran.stdout
        );
    }
    let json = ran.json();
    assert_eq!(json["outcome"], "diverged");
    assert!(json["measured"]["last_loss"].is_string(), "{json}");
    assert!(json["measured"]["contraction"].as_f64().unwrap() > 1.0);
    assert!(
        String::from_utf8(ran.bytes("loss.svg"))
            .unwrap()
            .contains("diverged")
    );
}

#[test]
fn an_unwritable_folder_is_said_before_the_first_step() {
    let ran = run_with_input(&["--out", "file", "--trace", "1"], &[("file", "")], "");
    assert_refused(&ran, &["file", "--out DIR"]);
}

/// A run that a test follows while it runs. The first line of its trace says that Ctrl-C is listened to.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_step_and_writes_what_there_is() {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("reproduce")
        .unwrap()
        .get_program()
        .to_owned();
    let mut child = process::Command::new(program)
        .args([
            "descend",
            "--threads",
            "1",
            "--steps",
            "200000000",
            "--trace",
            "1",
        ])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "step 0");
    // SAFETY: the child hasn't been waited for, so the number is still its own.
    assert_eq!(
        unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) },
        0
    );
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(
        rest.iter()
            .any(|line| line.contains("by Ctrl-C after step")),
        "{rest:?}"
    );
    let json: Value =
        serde_json::from_slice(&fs::read(folder.path().join("descent/run.json")).unwrap()).unwrap();
    assert_eq!(json["outcome"], "stopped");
    let losses = fs::read(folder.path().join("descent/losses.npy")).unwrap();
    let losses = NpyFile::new(&losses[..])
        .unwrap()
        .into_vec::<f32>()
        .unwrap();
    assert_eq!(
        losses.len() as u64,
        json["measured"]["steps"].as_u64().unwrap()
    );
    assert!(folder.path().join("descent/loss.png").is_file());
}

/// The greatest resident size of a run, in KiB.
#[cfg(target_os = "linux")]
#[expect(
    clippy::zombie_processes,
    reason = "wait4 waits for it: Child::wait doesn't give its memory"
)]
fn resident(steps: &str) -> i64 {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("reproduce")
        .unwrap()
        .get_program()
        .to_owned();
    let child = process::Command::new(program)
        .args([
            "descend",
            "--matrix",
            "random",
            "--threads",
            "1",
            "--steps",
            steps,
        ])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the child is ours and waited for once, here; `wait4` writes both, and a zeroed rusage is a valid one.
    let usage = unsafe {
        let waited = libc::wait4(
            child.id() as libc::pid_t,
            &mut status,
            0,
            usage.as_mut_ptr(),
        );
        assert_eq!(waited, child.id() as libc::pid_t);
        usage.assume_init()
    };
    assert_eq!(status, 0);
    usage.ru_maxrss
}

/// 198,000 steps more may take room for their losses, 4 bytes each, and what doubling a vector and drawing it take. One
/// tensor kept a step would be 40 MB.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_steps() {
    let (few, many) = (resident("2000"), resident("200000"));
    assert!(
        many - few < 16 * 1024,
        "2,000 steps: {few} KiB, 200,000 steps: {many} KiB"
    );
}

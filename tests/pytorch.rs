//! The Python side of the cross-check: Pythons that fail in every way, and a live one where there is one.
#![cfg(unix)]

mod common;

use common::pytorch;
use inverse_by_descent::by_hand::witness::{trees_of, trees_of_libtorch};
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::experiment::{Dtype, Experiment, Gradient, Matrix};
use inverse_by_descent::libtorch::arithmetic::{Arithmetic, Libtorch, notebook_arithmetic_lacks};
use inverse_by_descent::parity::pytorch::{Child, Job, Python, PythonRuns, can_claim_intel};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const VERSION: &str = "2.13.0";
const LIMIT: Duration = Duration::from_secs(300);

/// A folder with an executable `python` that runs this shell script.
fn fake(script: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("python");
    // Written by another process: while this one holds it open for writing, a fork of another test's would as well,
    // and starting it would fail with "text file busy".
    let status = std::process::Command::new("sh")
        .args(["-c", "printf '%s' \"$2\" > \"$1\"", "sh"])
        .arg(&program)
        .arg(format!("#!/bin/sh\n{script}\n"))
        .status();
    assert!(status.unwrap().success());
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    (folder, program)
}

/// A Python that answers the probe (started with -c) well and runs `script` as its child.
fn fake_child(script: &str) -> (TempDir, Python) {
    let (folder, program) = fake(&format!("{}\n{script}", whole("2.13.0+cpu")));
    let python = Python::choose(&[program], VERSION, LIMIT).unwrap();
    (folder, python)
}

/// The part of a script that answers the probe: a torch of this version beside the script, with these libraries.
fn answering(torch: &str, libraries: &str) -> String {
    format!(
        r#"if [ "$1" = -c ]; then
            torch=$(dirname "$0")/torch
            mkdir -p "$torch/lib" && cd "$torch/lib" && touch none {libraries}
            echo "__version__ = '{torch}'" > ../version.py
            printf '3 11\n%s\n%s\n' "$0" "$torch" > "$3"; exit 0
        fi"#
    )
}

fn whole(torch: &str) -> String {
    answering(torch, &format!("{DLL_PREFIX}torch_python{DLL_SUFFIX}"))
}

fn spawn(python: &Python, experiments: &[Experiment], limit: Duration) -> Child {
    let arithmetic = Arithmetic::Native;
    let job = Job { python, experiments, threads: Some(1), arithmetic, limit };
    job.spawn(|_, _| ()).unwrap()
}

/// The message of a child that runs `script`.
fn failure(script: &str, limit: Duration) -> String {
    let (_folder, python) = fake_child(script);
    let result = spawn(&python, &[Experiment::default()], limit).wait();
    let message = format!("{:#}", result.expect_err("a child that fails"));
    assert!(!message.contains('\n'), "more than one line: {message}");
    message
}

/// The message when only this Python is there.
fn not_chosen(script: &str, limit: Duration) -> String {
    let (_folder, program) = fake(script);
    let result = Python::choose(std::slice::from_ref(&program), VERSION, limit);
    let message = format!("{:#}", result.expect_err("a Python that won't do"));
    assert!(!message.contains('\n'), "more than one line: {message}");
    for part in [&program.display().to_string(), "cargo xtask setup --pytorch", "torch==2.13.0", "another Python"] {
        assert!(message.contains(part), "no {part:?} in {message}");
    }
    message
}

#[track_caller]
fn contains(message: &str, part: &str) {
    assert!(message.contains(part), "no {part:?} in {message:?}");
}

#[test]
fn a_python_that_will_not_do_is_explained() {
    let without = r#"printf '3 11\n/python\n\n' > "$3""#;
    contains(&not_chosen(without, LIMIT), "has no torch");
    for old in ["1.13.1+cu117", "0.4.1"] {
        let message = not_chosen(&whole(old), LIMIT);
        contains(&message, &format!("has torch {old}, which is too old"));
        contains(&message, "no Python was found with torch 2.0 or later");
    }
    contains(&not_chosen(&answering("2.13.0", ""), LIMIT), "without its Python half");
    contains(&not_chosen("echo nonsense", LIMIT), "isn't a Python");
    contains(&not_chosen(r#"echo nonsense > "$3""#, LIMIT), "isn't a Python");
    let crash = not_chosen("echo first >&2; echo last >&2; kill -SEGV $$", LIMIT);
    contains(&crash, "ended with signal: 11 (SIGSEGV)");
    contains(&crash, "saying: first / last");
    let hang = not_chosen("sleep 1000", Duration::from_millis(200));
    contains(&hang, "time limit");
}

#[test]
fn a_python_that_is_not_there_is_explained() {
    let nowhere = PathBuf::from("/no/such/python");
    let error = Python::choose(&[nowhere], VERSION, LIMIT).expect_err("no Python");
    contains(&format!("{error:#}"), "/no/such/python can't be started");
}

#[test]
fn a_python_of_the_linked_version_comes_before_the_first_that_will_do() {
    let pythons = ["1.13.1", "2.0.0", "2.15.0", "2.13.0+cpu", "2.13.0"].map(|version| fake(&whole(version)));
    let [old, first, newer, right, later] = pythons.each_ref().map(|(_, program)| program.clone());
    for (candidates, chosen, version) in [
        (vec![&old, &first, &newer, &right, &later], &right, "2.13.0+cpu"),
        (vec![&old, &newer, &first], &newer, "2.15.0"),
        (vec![&old, &first], &first, "2.0.0"),
    ] {
        let candidates: Vec<_> = candidates.into_iter().cloned().collect();
        let python = Python::choose(&candidates, VERSION, LIMIT).unwrap();
        assert_eq!((&python.program, &*python.torch), (chosen, version));
        assert_eq!(python.has(VERSION), version.starts_with(VERSION));
    }
}

#[test]
fn a_script_that_chooses_a_python_is_looked_through() {
    let (_a, right) = fake(&whole("2.13.0"));
    let (_b, shim) = fake(&format!("exec {} \"$@\"", right.display()));
    assert_eq!(Python::choose(&[shim], VERSION, LIMIT).unwrap().program, right);
}

#[test]
fn a_child_that_crashes_is_quoted() {
    let message = failure("echo one >&2; echo two >&2; exit 3", LIMIT);
    contains(&message, "ended with exit status: 3, saying: one / two");
    let message = failure("kill -KILL $$", LIMIT);
    contains(&message, "ended with signal: 9 (SIGKILL), saying: nothing");
    // A long last line, colours and a flood before it don't flood the message.
    let flood = "seq 100000 >&2; printf '\\033[31mred\\n' >&2; head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1";
    let message = failure(flood, LIMIT);
    assert!(message.len() < 2000, "{} bytes", message.len());
    assert!(!message.contains('\u{1b}'));
}

#[test]
fn a_child_that_hangs_is_killed_with_its_own_children() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let script = format!("echo about to hang >&2; sleep 1000 & echo $! > {}; wait", pid_file.display());
    let start = Instant::now();
    let message = failure(&script, Duration::from_millis(1500));
    contains(&message, "time limit and was killed, saying: about to hang");
    assert!(start.elapsed() < Duration::from_secs(60));
    gone(&std::fs::read_to_string(&pid_file).unwrap());
}

#[test]
fn a_child_that_is_dropped_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let (_python_folder, python) = fake_child(&format!("echo $$ > {}; sleep 1000", pid_file.display()));
    let child = spawn(&python, &[Experiment::default()], LIMIT);
    let started = Instant::now();
    let pid = loop {
        let pid = std::fs::read_to_string(&pid_file).unwrap_or_default();
        if pid.ends_with('\n') {
            break pid;
        }
        assert!(started.elapsed() < LIMIT, "the child didn't start");
        std::thread::sleep(Duration::from_millis(5));
    };
    drop(child);
    gone(&pid);
}

/// Asserts that the process has gone, or is a zombie that nobody has fetched yet.
#[track_caller]
fn gone(pid: &str) {
    let ps = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid.trim()]).output();
    let Ok(output) = ps else {
        eprintln!("not checked: there is no `ps` here");
        return;
    };
    let state = String::from_utf8_lossy(&output.stdout);
    let state = state.trim();
    assert!(state.is_empty() || state.starts_with('Z'), "{pid} lives: {state}");
}

#[test]
fn results_that_are_not_the_runs_asked_for_are_refused() {
    contains(&failure("exit 0", LIMIT), "without results");
    contains(&failure("echo garbage > result.json", LIMIT), "the results of");
    let good = recorded_like(&Experiment::default(), r#"[1.5, "nan", "-inf"]"#);
    let other = failure(&format!("echo '{good}' > result.json"), LIMIT);
    contains(&other, "3 losses for 10000 steps");
    let short = Experiment { steps: 3, ..Experiment::default() };
    let good = recorded_like(&short, r#"[1.5, "nan", "-inf"]"#);
    let other = failure(&format!("echo '{good}' > result.json"), LIMIT);
    contains(&other, "other runs than it was asked for");
}

/// One run as the script would write it, with zeros for matrices.
fn recorded_like(experiment: &Experiment, losses: &str) -> String {
    let settings = serde_json::to_string(experiment).unwrap();
    let row = vec!["-0.0"; experiment.size].join(",");
    let matrix = format!("[{}]", vec![format!("[{row}]"); experiment.size].join(","));
    format!(
        r#"{{"environment": {{"python": "3", "torch": "2.13.0", "libtorch_cpu": null, "threads": 1,
        "cpu_capability": "DEFAULT", "mkl": null}}, "runs": [{{"settings": {settings}, "seconds": 0.5,
        "losses": {losses}, "parameter": {matrix}, "gradient": {matrix}, "initial": {matrix}, "matrix": {matrix}}}]}}"#
    )
}

#[test]
fn results_come_back_to_the_bit() {
    let run = |dtype, losses: &str| {
        let experiment = Experiment { steps: 8, dtype, ..Experiment::default() };
        let outcome = PythonRuns::read(recorded_like(&experiment, losses).as_bytes());
        outcome.map(|mut outcome| outcome.runs.remove(0))
    };
    let losses = r#"[0.84928203, 1e-45, -0.0, "nan", "-nan", "inf", "-inf", 3]"#;
    let Course::F32(trajectory) = run(Dtype::F32, losses).unwrap().course else {
        panic!("an f32 run");
    };
    let bits: Vec<_> = trajectory.losses.iter().map(|x| x.to_bits()).collect();
    // The bits of 0.84928203 from `numpy.float32(0.84928203).view(numpy.uint32)`.
    let wanted = [0x3f59_6a8c, 1, 0x8000_0000, 0x7fc0_0000, 0xffc0_0000, 0x7f80_0000, 0xff80_0000, 0x4040_0000];
    assert_eq!(bits, wanted);
    assert!(trajectory.parameter.iter().all(|x| x.to_bits() == 0x8000_0000));
    // A double that a sloppy reader misses by one ULP.
    let losses = r#"[9007199254740993.1, 5e-324, 0.1, 2.2250738585072011e-308, "-nan", "nan", 1, 1]"#;
    let Course::F64(trajectory) = run(Dtype::F64, losses).unwrap().course else {
        panic!("an f64 run");
    };
    let bits: Vec<_> = trajectory.losses.iter().map(|x| x.to_bits()).collect();
    assert_eq!(
        bits[..6],
        [
            9007199254740994_f64.to_bits(),
            1,
            0x3fb9_9999_9999_999a,
            0x000f_ffff_ffff_ffff,
            0xfff8_0000_0000_0000,
            0x7ff8_0000_0000_0000,
        ]
    );
    let error = run(Dtype::F32, "[1e39, 1, 1, 1, 1, 1, 1, 1]").unwrap_err();
    contains(&format!("{error:#}"), "1e39 is beyond the range of an f32");
    let error = run(Dtype::F32, r#"["one", 1, 1, 1, 1, 1, 1, 1]"#).unwrap_err();
    contains(&format!("{error:#}"), "\"-nan\"");
}

/// The run is of a billion steps: hours, if it were computed first.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn kernels_with_pytorch_that_are_not_those_of_notebook_arithmetic_are_refused_before_the_first_step() {
    let live = pytorch();
    for (variable, part) in [
        ("MKL_ENABLE_INSTRUCTIONS=SSE4_2", "strict AVX2 kernels, branch 65546, but MKL took branch "),
        ("MKL_CBWR=COMPATIBLE", "use native arithmetic"),
        ("ATEN_CPU_CAPABILITY=default", "PyTorch took its DEFAULT kernels"),
    ] {
        let (_folder, python) = fake_child(&format!("{variable} exec {} \"$@\"", live.program.display()));
        let experiments = [Experiment { steps: 1_000_000_000, ..Experiment::default() }];
        let arithmetic = Arithmetic::Notebook;
        let job = Job { python: &python, experiments: &experiments, threads: Some(1), arithmetic, limit: LIMIT };
        let error = job.spawn(|_, _| ()).unwrap().wait().expect_err("other kernels");
        contains(&format!("{error:#}"), part);
    }
}

#[test]
fn a_fake_child_hears_its_settings_and_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let experiment = Experiment { steps: 2, ..Experiment::default() };
    let good = recorded_like(&experiment, "[1, 2]");
    let script = format!(
        "cp settings.json {0}; echo \"$@\" $MKL_CBWR $ATEN_CPU_CAPABILITY \"${{MKL_ENABLE_INSTRUCTIONS-unset}}\" >> {0}; echo progress 0 1 >&2; echo progress 0 2 >&2\n\
         echo '{good}' > result.json",
        seen.display()
    );
    let (_python_folder, python) = fake_child(&script);
    let (sender, receiver) = channel();
    let job = Job {
        python: &python,
        experiments: std::slice::from_ref(&experiment),
        threads: Some(3),
        arithmetic: Arithmetic::Notebook,
        limit: LIMIT,
    };
    job.spawn(move |run, step| sender.send((run, step)).unwrap()).unwrap().wait().unwrap();
    let steps: Vec<_> = receiver.iter().collect();
    assert_eq!(steps, [(0, 1), (0, 2)]);
    let seen = std::fs::read_to_string(&seen).unwrap();
    contains(&seen, &serde_json::to_string(&[experiment]).unwrap());
    contains(&seen, "--threads 3 --notebook-arithmetic");
    contains(&seen, "AVX2,STRICT avx2 unset");
}

fn small(matrix: Matrix, size: usize, dtype: Dtype, gradient: Gradient) -> Experiment {
    Experiment { matrix, size, dtype, gradient, steps: 300, ..Experiment::default() }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_live_python_with_pytorch_computes_what_it_is_asked_for() {
    let python = pytorch();
    let given = Matrix::Given(vec![0.1, -2.5, 1e-3, 1. / 3.]);
    let experiments = [
        small(Matrix::Random, 4, Dtype::F32, Gradient::Scaled),
        small(Matrix::counting(3), 3, Dtype::F64, Gradient::Optimizer),
        small(given, 2, Dtype::F64, Gradient::Scaled),
        Experiment { learning_rate: 1e6, ..small(Matrix::Random, 5, Dtype::F32, Gradient::Scaled) },
    ];
    let (sender, receiver) = channel();
    let arithmetic = match can_claim_intel() && notebook_arithmetic_lacks().is_none() {
        true => Arithmetic::Notebook,
        false => Arithmetic::Native,
    };
    let job = Job { python: &python, experiments: &experiments, threads: Some(1), arithmetic, limit: LIMIT };
    let child = job.spawn(move |run, step| sender.send((run, step)).unwrap()).unwrap();
    let outcome = child.wait().unwrap();

    assert_eq!(outcome.environment.torch, python.torch);
    assert_eq!(outcome.environment.libtorch_cpu, python.libtorch_cpu);
    assert_eq!(outcome.environment.threads, 1);
    let last = receiver.iter().last();
    assert_eq!(last, Some((3, 300)));

    assert_eq!(outcome.runs[2].matrix, [0.1, -2.5, 1e-3, 1. / 3.]);
    let Course::F32(first) = &outcome.runs[0].course else {
        panic!("an f32 run");
    };
    // In [116] of the notebook: step 0 printed 0.8493, in any arithmetic.
    assert_eq!(format!("{:.4}", first.losses[0]), "0.8493");
    let Course::F32(diverged) = &outcome.runs[3].course else {
        panic!("an f32 run");
    };
    assert!(diverged.losses[299].is_nan());
    assert!(diverged.losses.iter().any(|loss| loss.is_infinite()));
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_live_python_with_pytorch_explains_what_it_cannot_do() {
    let python = pytorch();
    let experiment = Experiment { size: 5, ..Experiment::default() };
    let error = spawn(&python, &[experiment], LIMIT).wait().expect_err("sizes differ");
    let message = format!("{error:#}");
    contains(&message, "size is 5, but the matrix is 4×4");
    assert!(!message.contains("Traceback"));
}

fn job(python: &Python, limit: Duration) -> Job<'_> {
    Job { python, experiments: &[], threads: Some(1), arithmetic: Arithmetic::Native, limit }
}

/// The message when a child that runs `script` is asked for the trees of 4×4 matrices.
fn unread(script: &str, limit: Duration) -> String {
    let (_folder, python) = fake_child(script);
    let error = trees_of::<f32>(&mut job(&python, limit).probes().unwrap(), 4).expect_err("no answers");
    let message = format!("{error:#}");
    assert!(!message.contains('\n'), "more than one line: {message}");
    message
}

/// The socket is the child's standard input.
#[test]
fn answers_to_probes_that_are_none_are_one_message() {
    let numbers = |count: &str, number: &str| format!("printf '{count}\\0\\0\\0\\0\\0\\0\\0{}'", number.repeat(16));
    let endless = |answer: String| format!("while {answer} >&0; do :; done");
    for (script, part) in [
        (
            "printf 'hello there' >&0; sleep 1000",
            r#"asked how its PyTorch sums, it answered with text that begins with "hello th""#,
        ),
        (&*format!("{} >&0; sleep 1000", numbers("\\003", "")), "with 3 numbers, expected 16 numbers"),
        (&*format!("{} >&0", numbers("\\020", "")), "it ended before its answer"),
        (&*endless(numbers("\\020", "\\0\\0\\300\\177")), "with NaN, expected finite numbers"),
        (
            &*endless(numbers("\\020", "\\0\\0\\0\\077")),
            "the forward product: row 0, column 0: not a tree: a probe was answered by 0.5",
        ),
        ("echo no luck >&2; exit 3", "ended with exit status: 3, saying: no luck"),
        ("exit 0", "it ended before its answer"),
    ] {
        contains(&unread(script, LIMIT), part);
    }
    let start = Instant::now();
    contains(
        &unread("echo waiting >&2; sleep 1000", Duration::from_millis(1500)),
        "time limit and was killed, saying: waiting",
    );
    assert!(start.elapsed() < Duration::from_secs(60));
}

/// What its site prints while it starts, and later, is kept apart from its answers.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_live_python_with_pytorch_sums_in_the_trees_that_are_read_here() {
    let site = tempfile::tempdir().unwrap();
    let noise = "import atexit, os\nprint('hello', flush=True)\nos.write(1, b'hello')\natexit.register(print, 'bye')\n";
    std::fs::write(site.path().join("sitecustomize.py"), noise).unwrap();
    let script = format!("PYTHONPATH={} exec {} \"$@\"", site.path().display(), pytorch().program.display());
    let (_folder, python) = fake_child(&script);
    let libtorch = Libtorch::settle(Some(Arithmetic::Native)).unwrap();
    libtorch.set_threads(1);
    let mut probes = job(&python, LIMIT).probes().unwrap();
    for n in [1, 2, 4, 9, 33] {
        assert_eq!(trees_of::<f32>(&mut probes, n).unwrap(), trees_of_libtorch::<f32>(libtorch, n).unwrap());
        assert_eq!(trees_of::<f64>(&mut probes, n).unwrap(), trees_of_libtorch::<f64>(libtorch, n).unwrap());
    }
}

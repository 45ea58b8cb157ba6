use super::{LIMIT, contains, fake_child, spawn};
use crate::common::has_ended;
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::experiment::{Dtype, Experiment};
use inverse_by_descent::libtorch::arithmetic::Arithmetic;
use inverse_by_descent::parity::pytorch::{Job, PythonRuns};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// The message of a child that runs `script`.
fn failure(script: &str, limit: Duration) -> String {
    let (_folder, python) = fake_child(script);
    let result = spawn(&python, &[Experiment::default()], limit).wait();
    let message = format!("{:#}", result.expect_err("a child that fails"));
    assert!(!message.contains('\n'), "more than one line: {message}");
    message
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
    assert!(has_ended(&std::fs::read_to_string(&pid_file).unwrap()));
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
    assert!(has_ended(&pid));
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

//! `reproduce parity` and `reproduce arithmetic` as processes.

mod common;

use common::{Ran, fake, pytorch, reproduce, run};
use inverse_by_descent::parity::pytorch::in_notebook_arithmetic;
use serde_json::Value;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::tempdir;

fn ran(folder: &Path, arguments: &[&str]) -> Ran {
    run(&mut reproduce(folder, arguments))
}

#[test]
fn a_grid_of_nothing_and_a_grid_with_a_size_are_refused() {
    let folder = tempdir().unwrap();
    ran(folder.path(), &["parity", "--grid", "0"]).assert_refused(&["--grid"]);
    ran(folder.path(), &["parity", "--grid", "2", "--size", "3"]).assert_refused(&["--grid", "--size"]);
}

#[test]
fn a_python_that_hangs_or_fails_is_one_message() {
    let folder = tempdir().unwrap();
    for (name, script) in [("hangs", "sleep 600"), ("fails", "echo no torch here >&2; exit 3"), ("silent", "exit 0")] {
        let python = fake(folder.path(), name, script);
        let arguments = ["parity", "--python", &python, "--timeout", "2", "--steps", "10"];
        ran(folder.path(), &arguments).assert_refused(&[name, "cargo xtask setup --pytorch"]);
    }
    ran(folder.path(), &["parity", "--python", "nowhere/python"]).assert_refused(&["nowhere/python"]);
}

/// The start of a script that answers the probe, and says more: its torch, in this folder, looks like the linked libtorch's.
fn probed(folder: &Path) -> String {
    let torch = folder.join("torch");
    fs::create_dir_all(torch.join("lib")).unwrap();
    fs::write(torch.join("version.py"), format!("__version__ = '{}'\n", env!("LIBTORCH_VERSION"))).unwrap();
    fs::write(torch.join(format!("lib/{DLL_PREFIX}torch_python{DLL_SUFFIX}")), "").unwrap();
    let answer = format!(r#"printf '3 11\n%s\n%s\n' "$0" '{}' > "$3""#, torch.display());
    format!("if [ \"$1\" = -c ]; then echo activated; {answer}; exit 0; fi")
}

#[test]
fn the_pythons_are_tried_in_order() {
    let folder = tempdir().unwrap();
    for place in ["asked", "venv/bin", "conda/bin", "path"] {
        fs::create_dir_all(folder.path().join(place)).unwrap();
        let name = if place == "path" { "python3" } else { "python" };
        let script = format!("{}\necho this is {place} >&2; exit 3", probed(folder.path()));
        fake(&folder.path().join(place), name, &script);
    }
    let at = |place: &str| folder.path().join(place);
    let asked = at("asked/python").display().to_string();
    for (options, virtual_environment, conda, chosen) in [
        (&["--python", &asked][..], "venv", "conda", "this is asked"),
        (&[], "venv", "conda", "this is venv/bin"),
        (&[], "", "conda", "this is conda/bin"),
        (&[], "nowhere", "", "this is path"),
    ] {
        let variable = |place: &str| if place.is_empty() { Default::default() } else { at(place).into_os_string() };
        let mut command = reproduce(folder.path(), &[&["parity", "--steps", "10"], options].concat());
        command.env("VIRTUAL_ENV", variable(virtual_environment)).env("CONDA_PREFIX", variable(conda));
        command.env("PATH", at("path"));
        run(&mut command).assert_refused(&[chosen]);
    }
}

#[test]
fn a_python_that_dies_ends_this_side_too() {
    let folder = tempdir().unwrap();
    let probed = probed(folder.path());
    let dies = fake(folder.path(), "dies", &format!("{probed}\necho out of luck >&2; exit 3"));
    let hangs = fake(folder.path(), "hangs", &format!("{probed}\nsleep 600"));
    let quits = fake(folder.path(), "quits", &probed);
    // Days of work for this side, if it went on.
    for run in [["--steps", "1000000000"], ["--grid", "1000000"]] {
        for (python, timeout, part) in [
            (&dies, "600", "exit status: 3, saying: out of luck"),
            (&hangs, "1", "time limit"),
            (&quits, "600", "without results"),
        ] {
            let arguments = [&["parity", "--python", python, "--timeout", timeout][..], &run].concat();
            common::run(reproduce(folder.path(), &arguments).timeout(Duration::from_secs(100))).assert_refused(&[part]);
        }
    }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn tch_agrees_with_pytorch_on_this_machine() {
    let folder = tempdir().unwrap();
    let ran = ran(folder.path(), &["parity", "--grid", "6", "--seed", "1", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    assert_eq!(report["runs"].as_array().unwrap().len(), 6);
    // Two copies of libtorch may be two different builds: then equality isn't promised.
    if report["same_libtorch"] == true {
        assert_eq!((ran.code, &report["equal"]), (Some(0), &Value::Bool(true)), "{}", ran.stdout);
    }
}

/// `MKL_ENABLE_INSTRUCTIONS` overrules `MKL_CBWR` where it is left in the environment.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn a_variable_that_overrules_the_arithmetic_is_cleared_here_and_with_pytorch() {
    let folder = tempdir().unwrap();
    let run_of = "--matrix random --steps 2500".split(' ');
    let with = |variable: Option<&str>, arguments: &str| {
        let mut command = reproduce(folder.path(), &[]);
        command.args(arguments.split(' ')).args(run_of.clone());
        variable.map(|value| command.env("MKL_ENABLE_INSTRUCTIONS", value));
        run(&mut command)
    };
    with(None, "descend --arithmetic notebook --out plain").assert_ended(0);
    for instructions in ["SSE4_2", "AVX"] {
        with(Some(instructions), "descend --arithmetic notebook --out overruled").assert_ended(0);
        let [plain, overruled] =
            ["plain", "overruled"].map(|out| fs::read(folder.path().join(out).join("losses.npy")).unwrap());
        assert!(plain == overruled, "the losses differ under MKL_ENABLE_INSTRUCTIONS={instructions}");
        let ran = with(Some(instructions), "parity --arithmetic notebook --json");
        let report: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
        assert_eq!(report["python"]["mkl"]["branch"], 65546, "strict AVX2");
    }
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn many_runs_that_differ_with_pytorch_are_told_and_an_equal_set_takes_their_picture_away() {
    let folder = tempdir().unwrap();
    let program = pytorch().program;
    let program = program.display();
    // It answers the probe with its own name, so that the child isn't the Python behind it.
    let wrong = format!(
        "{program} \"$@\" || exit\n[ \"$1\" != -c ] || exec sed -i \"3s|.*|$0|\" \"$3\"\n\
         sed -i 's/\"losses\":\\[[^,]*/\"losses\":[0.125/g' result.json"
    );
    let wrong = fake(folder.path(), "wrong", &wrong);
    let out = |name| folder.path().join("out").join(name);
    let grid = ["parity", "--grid", "6", "--seed", "1", "--out", "out"];
    let differs = ran(folder.path(), &[&grid[..], &["--python", &wrong]].concat());
    assert_eq!(differs.code, Some(1), "{}", differs.stderr);
    assert!(differs.stdout.contains("runs compared: 6, different: 6"), "{}", differs.stdout);
    let report: Value = serde_json::from_slice(&fs::read(out("parity.json")).unwrap()).unwrap();
    assert_eq!((&report["equal"], &report["verdict"]), (&false.into(), &"not_explained".into()));
    assert_eq!(differs.stdout.matches("something else changed PyTorch's results").count(), 6, "{}", differs.stdout);

    fs::write(out("parity.svg"), "of the run that differs").unwrap();
    let equal = ran(folder.path(), &grid);
    assert!(out("parity.svg").exists() == (equal.code == Some(1)), "{}", equal.stdout);
    assert!(
        equal.stdout.ends_with("tch and PyTorch are equal to the bit; runs compared: 6.\n") || equal.code == Some(1)
    );
}

/// The Python with PyTorch, in a script that prepares its environment and edits its results with `sed`. It answers the first
/// question with its own name, so that the child isn't the Python behind it.
fn wrapped(folder: &Path, before: &str, edit: &str) -> String {
    let script = format!(
        r#"{before}
           {} "$@" || exit
           [ "$1" != -c ] || exec sed -i "3s|.*|$0|" "$3"
           sed -i '{edit}' result.json"#,
        pytorch().program.display()
    );
    fake(folder, "wrapped", &script)
}

/// The report of a comparison with this Python, which isn't equal or is, as text and as JSON.
fn compared(folder: &Path, python: &str, options: &str, code: i32) -> (String, Value) {
    let options = ["parity", "--python", python, "--out", "out"].into_iter().chain(options.split(' '));
    let ran = ran(folder, &options.collect::<Vec<_>>());
    ran.assert_ended(code);
    (ran.stdout, serde_json::from_slice(&fs::read(folder.join("out/parity.json")).unwrap()).unwrap())
}

/// PyTorch takes other kernels than this side: MKL's strict ones, and ATen's for any processor.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn runs_that_differ_with_pytorch_are_explained_by_the_orders_of_summation() {
    let folder = tempdir().unwrap();
    let mut environment = std::process::Command::new("true");
    in_notebook_arithmetic(&mut environment).unwrap();
    environment.env("ATEN_CPU_CAPABILITY", "default");
    let set = environment.get_envs().filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)));
    let exports: String = set.map(|(name, value)| format!("export {name}={value}\n")).collect();
    let python = wrapped(folder.path(), &exports, "");
    for gradient in ["scaled", "optimizer"] {
        let options = format!("--arithmetic native --grid 4 --seed 2 --gradient {gradient}");
        let (text, report) = compared(folder.path(), &python, &options, 1);
        assert_eq!((&report["equal"], &report["verdict"]), (&false.into(), &"explained".into()), "{text}");
        assert!(text.contains("The orders of summation explain every difference"), "{text}");
        for run in report["runs"].as_array().unwrap() {
            assert_eq!(run["settings"]["gradient"], gradient);
            let account = &run["account"];
            assert!(account.is_null() || account["explained"] == true && account["parting"].is_object(), "{run}");
        }
        for of in report["orders"].as_array().unwrap() {
            let sum = |name| of["sums"].as_array().unwrap().iter().find(|sum| sum["sum"] == name).unwrap();
            assert_eq!(sum("forward product")["theirs"], "in sequence, fused");
            assert_eq!(sum("update by SGD")["theirs"], "a product and a difference");
        }
    }
}

/// Its means below 0.1 are one ULP too large.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_difference_with_pytorch_that_no_order_makes_is_not_explained() {
    let folder = tempdir().unwrap();
    let patch = "import sys
if any(argument.endswith('.py') for argument in sys.orig_argv):
    import torch
    def mean(tensor, mean=torch.Tensor.mean):
        exact = mean(tensor)
        plain = exact.detach()
        return exact + (torch.nextafter(plain, plain + 1) - plain) * (plain < 0.1)
    torch.Tensor.mean = mean
";
    fs::write(folder.path().join("sitecustomize.py"), patch).unwrap();
    let python = wrapped(folder.path(), &format!("export PYTHONPATH={}", folder.path().display()), "");
    let (text, report) = compared(folder.path(), &python, "--steps 60", 1);
    assert_eq!((&report["equal"], &report["verdict"]), (&false.into(), &"not_explained".into()), "{text}");
    let run = &report["runs"][0];
    let (account, parting, first) =
        (&run["account"], &run["account"]["parting"], &run["comparison"]["losses"]["first"]);
    assert_eq!((&account["explained"], &parting["stage"]), (&false.into(), &"loss".into()));
    for (of_step, of_loss) in [("step", "at"), ("ours", "ours"), ("theirs", "theirs")] {
        assert_eq!(parting[of_step], first[of_loss], "{run}");
    }
    assert!(parting["step"].as_u64() > Some(0), "{run}");
    assert!(text.contains("no order can be read there, the loss's sum: not a tree"), "{text}");
}

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn a_run_that_differs_with_pytorch_whose_probes_fail_is_one_message() {
    let folder = tempdir().unwrap();
    let babbles = "if [ $1 = probes.py ]; then echo 'hello there' >&0; exec sleep 1000; fi";
    let python = wrapped(folder.path(), babbles, r#"s/"losses":\[[^,]*/"losses":[0.125/g"#);
    let arguments = ["parity", "--steps", "5", "--out", "out", "--python", &python];
    ran(folder.path(), &arguments).assert_refused(&["wrapped", r#"text that begins with "hello th""#]);
    assert!(!folder.path().join("out/parity.json").exists());
}

/// It says that it has loaded another file than this side.
#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
fn another_file_with_pytorch_that_is_equal_has_its_sums_compared_too() {
    let folder = tempdir().unwrap();
    let python = wrapped(folder.path(), "", r#"s|"libtorch_cpu":"|&/elsewhere|"#);
    let (text, report) = compared(folder.path(), &python, "--steps 30", 0);
    assert_eq!((&report["same_libtorch"], &report["verdict"]), (&false.into(), &"equal".into()));
    assert!(text.contains("\nThese are two different files"), "{text}");
    assert!(text.contains("the same on both sides, for all sums: n = 4 in f32\n"), "{text}");
}

/// Its libtorch_cpu is an empty file.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn a_torch_without_mkl_has_no_notebook_arithmetic() {
    let folder = tempdir().unwrap();
    let probed = probed(folder.path());
    for file in ["__init__.py", "lib/libtorch_cpu.so"] {
        fs::write(folder.path().join("torch").join(file), "").unwrap();
    }
    let script = format!(
        "{}\nPYTHONPATH='{}' exec python3 \"$@\"",
        probed.replace("= -c", "= -c -a -n \"$3\""),
        folder.path().display()
    );
    let python = fake(folder.path(), "without", &script);
    let arguments = ["parity", "--steps", "10", "--python", &python];
    let parts = ["--arithmetic notebook", "libtorch_cpu.so can't be loaded, or has no MKL", "Use --arithmetic native"];
    ran(folder.path(), &[&arguments[..], &["--arithmetic", "notebook"]].concat()).assert_refused(&parts);
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn the_arithmetic_of_libtorch_is_named() {
    let folder = tempdir().unwrap();
    let ran = ran(folder.path(), &["arithmetic", "--arithmetic", "notebook", "--json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["explained"], true);
    for (of, lanes) in report["dtypes"].as_array().unwrap().iter().zip([8, 4]) {
        let words = |sum: usize| of["sums"][sum]["trees"][0]["words"].as_str().unwrap();
        assert_eq!([words(0), words(1)], ["in sequence, fused"; 2]);
        assert_eq!(words(2), format!("{lanes} lanes apart, added in sequence"));
        for run in of["runs"].as_array().unwrap() {
            for (what, count) in [("losses", 10_000), ("parameter", 16), ("gradient", 16)] {
                assert_eq!(run["comparison"][what]["equal"], count, "{run}");
            }
        }
    }
}

/// Whatever libtorch's own order is on this machine, it is read, explains every bit, and is drawn.
#[test]
fn native_arithmetic_is_explained() {
    let folder = tempdir().unwrap();
    let trees = folder.path().join("trees");
    fs::create_dir(&trees).unwrap();
    // Of an earlier run with more trees, and of someone else.
    for name in ["f64-backward-99.svg", "mine.svg"] {
        fs::write(trees.join(name), "").unwrap();
    }
    let options = ["arithmetic", "--size", "9", "--steps", "20", "--out", "trees"];
    let ran = ran(folder.path(), &options);
    assert_eq!(["f64-backward-99.svg", "mine.svg"].map(|name| trees.join(name).exists()), [false, true]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("20 of 20 losses, 81 of 81 parameters, 81 of 81 gradients"));
    for sum in ["forward-1", "backward-1", "loss-1"] {
        for dtype in ["f32", "f64"] {
            let path = trees.join(format!("{dtype}-{sum}.svg"));
            let svg = fs::read_to_string(&path).unwrap();
            let drawn = roxmltree::Document::parse(&svg).unwrap();
            let branches = drawn.descendants().filter(|node| node.has_tag_name("polyline")).count();
            let terms = if sum == "loss-1" { 81 } else { 9 };
            assert_eq!(branches, 2 * (terms - 1), "{}", path.display());
        }
    }
}

#[test]
fn sizes_that_cannot_be_read_are_refused() {
    let folder = tempdir().unwrap();
    for size in ["0", "1000000", "-4", "4.0"] {
        ran(folder.path(), &["arithmetic", "--size", size]).assert_refused(&["--size", "from 1 to 2048"]);
    }
}

//! `reproduce python`: a script of the user's own in notebook arithmetic. Any Python 3 will do: the script itself asks MKL,
//! in the linked libtorch, which kernels it takes.

mod common;

use assert_cmd::Command;
use common::{Ran, fake, pytorch, reproduce, run};
use inverse_by_descent::experiment::digest::Digest;
use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::libtorch::loaded;
use inverse_by_descent::parity::pytorch::{python_lacks, recorded};
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// A folder, in it a package `torch` with the linked libtorch, and the user's folder, whose name can't stand in LD_PRELOAD.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let (own, torch) = (folder.path().join("a folder: my own"), folder.path().join("site/torch"));
    fs::create_dir_all(&own).unwrap();
    fs::create_dir_all(&torch).unwrap();
    fs::write(torch.join("__init__.py"), "").unwrap();
    symlink(loaded::path().unwrap().parent().unwrap(), torch.join("lib")).unwrap();
    (folder, own)
}

/// The command in that folder, which is the one for temporary files too.
fn python(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = reproduce(folder, &["python"]);
    command.args(arguments).env_remove("VIRTUAL_ENV").env_remove("CONDA_PREFIX").env_remove("LD_PRELOAD");
    command.env("PYTHONPATH", folder.with_file_name("site")).env("TMPDIR", folder);
    command
}

const BRANCH: &str = "import ctypes, os, torch; \
    lib = os.path.join(os.path.dirname(torch.__file__), 'lib', 'libtorch_cpu.so'); \
    print(ctypes.CDLL(lib).mkl_serv_cbwr_get(-1), os.environ.get('ATEN_CPU_CAPABILITY'), flush=True)";

/// A Python script without the machine's part of the command, where this machine has no notebook arithmetic.
fn arithmetic() -> &'static str {
    if python_lacks().is_none() { "notebook" } else { "native" }
}

#[test]
fn the_script_has_its_arguments_input_folder_and_exit_code() {
    let (_folder, own) = folder();
    let script = "import os, sys; print(sys.argv[1:], sys.stdin.read(), os.getcwd(), sep='|'); \
                  print('words', file=sys.stderr); sys.exit(7)";
    fs::write(own.join("my script.py"), script).unwrap();
    let arguments = ["my script.py", "-x", "--", "--python", "a b", "--help", "-c"];
    for arithmetic in [arithmetic(), "native"] {
        let mut command = python(&own, &["--arithmetic", arithmetic, "--"]);
        let Ran { code, stdout, stderr } = run(command.args(arguments).write_stdin("some input"));
        assert_eq!((code, &*stderr), (Some(7), "words\n"));
        let folder = own.canonicalize().unwrap();
        let expected = format!("['-x', '--', '--python', 'a b', '--help', '-c']|some input|{}\n", folder.display());
        assert_eq!(stdout, expected);
    }
}

#[test]
fn the_script_and_what_it_starts_compute_in_notebook_arithmetic() {
    let (_folder, own) = folder();
    let nested =
        format!("{BRANCH}; import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)");
    let mut command = python(&own, &["--", "-c", &nested, BRANCH]);
    // Variables that would overrule it.
    let ran = run(command.env("MKL_ENABLE_INSTRUCTIONS", "SSE4_2").env("MKL_CBWR", "COMPATIBLE"));
    match python_lacks() {
        None => {
            ran.assert_ended(0);
            assert_eq!(ran.stdout, "65546 avx2\n65546 avx2\n", "strict AVX2");
        }
        Some(lack) => ran.assert_refused(&[lack, "--arithmetic native"]),
    }
}

#[test]
fn in_native_arithmetic_python_starts_as_it_is() {
    let (_folder, own) = folder();
    let script = "import os; print(*[os.environ.get(name) for name in \
                  ['MKL_CBWR', 'ATEN_CPU_CAPABILITY', 'LD_PRELOAD', 'MKL_ENABLE_INSTRUCTIONS']])";
    let mut command = python(&own, &["--arithmetic", "native", "--", "-c", script]);
    let ran = run(command.env("MKL_CBWR", "COMPATIBLE").env_remove("ATEN_CPU_CAPABILITY"));
    ran.assert_ended(0);
    assert_eq!(ran.stdout, "COMPATIBLE None None None\n");
}

#[test]
fn a_signal_ends_both() {
    let (_folder, own) = folder();
    let script = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)";
    let ended = python(&own, &["--arithmetic", arithmetic(), "--", "-c", script]).output().unwrap();
    assert_eq!(ended.status.signal(), Some(15), "a shell says 128 + 15");
}

#[test]
fn a_python_that_takes_other_kernels_is_refused() {
    let (_folder, own) = folder();
    let wrapper = fake(&own, "wrapper", "unset LD_PRELOAD; MKL_CBWR=COMPATIBLE exec python3 \"$@\"");
    let script = ["--", "-c", "print('started')"];
    let refused = run(python(&own, &["--python", &wrapper]).args(script));
    refused.assert_refused(&["--arithmetic notebook", "native"]);
    if python_lacks().is_none() {
        refused.assert_refused(&[&wrapper, "branch 65546, but MKL took branch"]);
    }
    let native = run(python(&own, &["--arithmetic", "native", "--python", &wrapper]).args(script));
    native.assert_ended(0);
    assert_eq!(native.stdout, "started\n");
}

#[test]
fn the_question_to_python_takes_no_module_out_of_the_current_folder() {
    let (folder, own) = folder();
    for name in ["ctypes", "torch"] {
        fs::write(own.join(name).with_extension("py"), "raise SystemExit('a file of the user')").unwrap();
    }
    let site = folder.path().join("site").display().to_string();
    // An entry that is empty is the current folder.
    for path in [site.clone(), format!(":{site}")] {
        let mut command = python(&own, &["--arithmetic", arithmetic(), "--", "-c", "print('started')"]);
        let ran = run(command.env("PYTHONPATH", path));
        ran.assert_ended(0);
        assert_eq!(ran.stdout, "started\n");
    }
}

#[test]
fn the_python_is_a_virtual_environments_or_python3() {
    let (folder, own) = folder();
    let at = |name: &str| folder.path().join(name);
    for place in ["asked/python", "venv/bin/python", "conda/bin/python", "path/python3"] {
        fake(folder.path(), place, &format!("echo {place} \"$@\""));
    }
    let asked = at("asked/python").display().to_string();
    for (options, environment, conda, chosen) in [
        (&["--python", &asked][..], "venv", "conda", "asked/python"),
        (&[], "venv", "conda", "venv/bin/python"),
        (&[], "nowhere", "conda", "conda/bin/python"),
        (&[], "nowhere", "", "path/python3"),
    ] {
        let mut command = python(&own, &[&["--arithmetic", "native"][..], options, &["--", "x"]].concat());
        command.env("VIRTUAL_ENV", at(environment)).env("PATH", at("path"));
        if !conda.is_empty() {
            command.env("CONDA_PREFIX", at(conda));
        }
        let ran = run(&mut command);
        ran.assert_ended(0);
        assert_eq!(ran.stdout, format!("{chosen} x\n"));
    }
    for arithmetic in ["native", "notebook"] {
        let options = ["--arithmetic", arithmetic, "--python", "nowhere/python", "--", "x"];
        run(&mut python(&own, &options)).assert_refused(&["nowhere/python", "can't be started"]);
    }
}

/// The notebook's second run, as a user may have written it.
const SCRIPT: &str = r#"
import array, hashlib, torch
torch.manual_seed(314)
R = torch.nn.Parameter(torch.rand(4, 4))
M, losses2 = torch.rand(4, 4), []
for t in range(10_000):
    loss = ((torch.eye(4) - R @ M) ** 2).mean()
    loss.backward()
    losses2.append(loss.item())
    with torch.no_grad():
        R -= 0.9 * R.grad
        R.grad *= 0.9
print(hashlib.sha256(array.array("f", losses2).tobytes()).hexdigest())
"#;

#[test]
#[ignore = "needs a Python with PyTorch: cargo xtask setup --pytorch (about 5 GB)"]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))] // where notebook arithmetic is
fn a_script_has_the_recorded_losses_with_pytorch() {
    let (_folder, own) = folder();
    let pytorch = pytorch().program.display().to_string();
    let mut command = python(&own, &["--python", &pytorch, "--", "-c", SCRIPT]);
    let ran = run(command.env_remove("PYTHONPATH"));
    ran.assert_ended(0);
    let Course::F32(losses2) = &recorded().unwrap().runs[1].course else { panic!("an f32 run") };
    assert_eq!(ran.stdout.trim(), Digest::of(&losses2.losses).hex());
}

//! The set-up as a program, in a project of its own and without a network: what it does of a disk that fills, of a kill, of
//! damage, and of files and wheels that pass for others.

mod hindered;
mod project;

use project::{Project, UV, ended, python, until, version};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

const FULL_DISK: &str = "
echo Downloading >&2
echo '  × Failed to extract torch' >&2
echo '  ╰─▶ No space left on device (os error 28)' >&2
exit 2";

/// Waits as a download does, until the file `go` is there.
const SLOW: &str = "while [ ! -e \"$home/go\" ]; do sleep 0.02; done";

#[test]
fn a_sound_copy_is_installed_once_from_pinned_wheels() {
    let project = Project::new("once", Some(UV));
    for _ in 0..2 {
        let (code, said) = project.set_up(&[]);
        assert_eq!((code, project.runs()), (Some(0), 1), "{said}");
    }
    assert_eq!(project.left(), ["lock", "site-packages"]);
    let requirements = fs::read_to_string(project.root.join("requirements")).unwrap();
    assert!(requirements.contains(&format!("torch=={} \\\n    --hash=sha256:", version())), "{requirements}");
    assert!(!requirements.contains("numpy"));
}

#[test]
fn a_damaged_copy_is_installed_again_and_one_line_says_so() {
    let project = Project::new("damaged", Some(UV));
    assert_eq!(project.set_up(&[]).0, Some(0));
    let whole = fs::read(&project.library).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let list = project.root.join(".libtorch/site-packages/complete");
    type Damage<'a> = (&'a str, &'a dyn Fn(&Path));
    let damages: [Damage; 5] = [
        ("has 0 bytes", &|file| fs::write(file, "").unwrap()),
        ("is missing", &|file| fs::remove_file(file).unwrap()),
        ("another SHA-256", &|file| {
            fs::write(file, &flipped).unwrap();
            let file = fs::File::options().append(true).open(file).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            // The list is newer.
            std::thread::sleep(Duration::from_millis(20));
            fs::set_permissions(&list, list.metadata().unwrap().permissions()).unwrap();
        }),
        ("is no whole list", &|_| fs::write(&list, "lean").unwrap()),
        ("is no whole list", &|_| {
            let text = fs::read_to_string(&list).unwrap();
            let lines: Vec<_> = text.lines().collect();
            fs::write(&list, lines[..lines.len() - 2].join("\n") + "\n").unwrap();
        }),
    ];
    for (count, (problem, damage)) in damages.into_iter().enumerate() {
        damage(&project.library);
        let (code, said) = project.set_up(&[]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(said.lines().filter(|line| line.contains(problem)).count(), 1, "{said}");
        assert_eq!((project.runs(), fs::read(&project.library).unwrap() == whole), (count + 2, true), "{problem}");
    }
}

#[test]
fn a_disk_that_fills_leaves_nothing_and_is_one_message() {
    let project = Project::new("full disk", Some(UV));
    project.mood(FULL_DISK);
    let (code, said) = project.set_up(&[]);
    assert_eq!((code, project.left()), (Some(2), vec!["lock".to_owned()]), "{said}");
    assert!(said.contains("Downloading\n"), "{said}");
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{said}");
    assert!(errors[0].contains("Failed to extract torch No space left on device (os error 28)"), "{said}");
    assert!(said.ends_with(&format!("{}\n", errors[0])), "nothing comes after it: {said}");
    project.mood("");
    assert_eq!(project.set_up(&[]).0, Some(0));
}

#[test]
fn a_killed_set_up_leaves_nothing_that_passes_for_a_copy() {
    let project = Project::new("killed", Some(UV));
    project.mood(SLOW);
    let mut child = project.command(&[]).spawn().unwrap();
    until("the installer to start", || project.root.join(".libtorch/staging/torch/version.py").exists());
    let signed = format!("(process {}, installer ", child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    // Its uv still writes: the next set-up waits for it, then begins anew.
    let next = project.command(&[]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(project.runs(), 1);
    fs::write(project.root.join("go"), "").unwrap();
    let (code, said) = ended(next);
    assert_eq!((code, project.runs()), (Some(0), 2), "{said}");
    assert!(said.contains(&format!("Another set-up {signed}")), "{said}");
    assert_eq!(project.left(), ["lock", "site-packages"]);
}

#[test]
fn of_two_set_ups_at_once_one_installs() {
    let project = Project::new("two", Some(UV));
    project.mood(SLOW);
    let both = [0, 1].map(|_| project.command(&[]).spawn().unwrap());
    until("an installer to start", || project.runs() > 0);
    std::thread::sleep(Duration::from_millis(300));
    fs::write(project.root.join("go"), "").unwrap();
    for (code, said) in both.map(ended) {
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!((project.runs(), project.left()), (1, vec!["lock".to_owned(), "site-packages".to_owned()]));
}

#[test]
fn a_package_that_was_not_asked_for_is_refused_and_one_from_a_url() {
    let project = Project::new("foreign", Some(UV));
    for (name, note) in [("evil", "METADATA"), ("torch", "direct_url.json")] {
        project
            .mood(&format!("mkdir \"$packages/{name}-1.0.dist-info\"; : > \"$packages/{name}-1.0.dist-info/{note}\""));
        let (code, said) = project.set_up(&[]);
        assert_eq!((code, project.left()), (Some(2), vec!["lock".to_owned()]), "{said}");
        assert!(said.contains(&format!("installed a {name} that the set-up didn't ask for")), "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_written_is_no_panic() {
    let project = Project::new("full output", Some(UV));
    project.mood("printf 'Down\\033[2Jloading\\n' >&2");
    let (code, said) = project.set_up(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Down\\u{1b}[2Jloading\n"), "{said}");
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(project.command(&[]).stderr(full()).status().unwrap().code(), Some(0));
    assert_eq!(project.command(&["--pytroch"]).stderr(full()).status().unwrap().code(), Some(2));
    let help = project.command(&["--help"]).stdout(full()).output().unwrap();
    assert_eq!(help.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&help.stderr).starts_with("error: standard output can't be written to"));
}

#[test]
fn a_python_or_pip_that_does_not_work_is_quoted() {
    let project = Project::new("broken", None);
    let said = |command: &mut Command| ended(command.spawn().unwrap());
    let (code, message) = said(&mut project.command(&[]));
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("can't run pip: ") && message.contains("No module named pip; and"), "{message}");
    let (code, message) = said(project.command(&[]).env("PYTHONHOME", "/nowhere"));
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("python3 doesn't start: ") && message.contains("PYTHONHOME"), "{message}");
}

#[test]
fn what_is_no_version_of_pytorch_is_refused_before_anything_is_done() {
    let project = Project::new("versions", None);
    for wrong in ["latest", "2", "1.13.1", "2.+8", "2..0", "2.8.0 evil", "/nowhere/python3"] {
        let (code, said) = ended(project.xtask(&["pytorches", "2.8.0", wrong]).spawn().unwrap());
        assert!(said.starts_with(&format!("error: {wrong:?} is neither a version")) && code == Some(2), "{said}");
    }
}

#[test]
fn what_is_no_python_gives_no_rows_of_the_table() {
    let project = Project::new("rows", Some(UV));
    let folder = project.root.join("notebooks-ported");
    let table = "<!-- cargo xtask pytorches: begin -->\n| old |\n<!-- cargo xtask pytorches: end -->\n";
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("README.md"), table).unwrap();
    let (code, said) = ended(project.xtask(&["pytorches", "/bin/true"]).spawn().unwrap());
    assert!(code == Some(2) && said.contains("error: /bin/true doesn't start as a Python"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("README.md")).unwrap(), table);
}

#[test]
fn a_python_file_is_no_option_of_python() {
    let project = Project::new("python file", None);
    let torch = project.root.join("torch");
    fs::create_dir_all(torch.join("lib")).unwrap();
    fs::write(torch.join("version.py"), format!("__version__ = '{}'", version())).unwrap();
    let library = format!("{}torch_python{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    fs::write(torch.join("lib").join(library), "").unwrap();
    let answer = format!("printf '3 11\\n%s\\n%s\\n' \"$0\" '{}'", torch.display());
    project.program("python3", &format!("#!/bin/sh\n[ \"$1\" = -c ] && {answer} && exit\necho \"$@\" >&2\n"));
    fs::write(project.root.join("here/-V"), "").unwrap();
    // What the current folder holds is no environment's.
    fs::create_dir(project.root.join("here/bin")).unwrap();
    project.program("../here/bin/python", "#!/bin/sh\necho > run\n");
    let mut command = project.xtask(&["python", "-V", "--", "-x"]);
    let said = ended(command.env("VIRTUAL_ENV", "").env("CONDA_PREFIX", ".").spawn().unwrap());
    assert_eq!((said, project.root.join("here/run").exists()), ((Some(0), "./-V -x\n".to_owned()), false));
    let (_, said) = ended(project.xtask(&["python", "two\nlines"]).spawn().unwrap());
    assert!(said.starts_with("error: there is no file two\\nlines; ") && said.lines().count() == 1, "{said}");
}

/// Each would say on standard error that it was run.
#[test]
fn no_module_of_the_current_folder_is_run() {
    let project = Project::new("modules", Some(UV));
    let mark = project.root.join("was run");
    for name in ["pip", "ctypes", "venv", "torch", "numpy", "importlib", "encodings", "os", "site"] {
        let text = format!("open({:?}, 'a').write({name:?})\nraise SystemExit\n", mark.display().to_string());
        fs::write(project.root.join(format!("here/{name}.py")), text).unwrap();
    }
    for path in ["", ".", ":/nowhere"] {
        let _ = fs::remove_dir_all(project.root.join(".libtorch"));
        let child = project.command(&["--check"]).env("PYTHONPATH", path).spawn().unwrap();
        let (code, said) = ended(child);
        assert_eq!((code, fs::read_to_string(&mark).ok()), (Some(0), None), "{path}: {said}");
    }
    let child = project.command(&["--pytorch"]).spawn().unwrap();
    let (code, said) = ended(child);
    assert_eq!((code, fs::read_to_string(&mark).ok()), (Some(2), None), "this uv's torch can't be imported: {said}");
}

/// Makes a wheel of the pinned version for each pinned package, whose code is ours.
const WHEELS: &str = "
import hashlib, re, sys, zipfile
pins, folder = sys.argv[1:]
constraints = open(f'{folder}/constraints.txt', 'w')
for name, version in re.findall('^([a-z0-9-]+)==([0-9.]+)', open(pins).read(), re.M):
    name = name.replace('-', '_')
    path = f'{folder}/{name}-{version}-py3-none-any.whl'
    with zipfile.ZipFile(path, 'w') as wheel:
        info = f'{name}-{version}.dist-info'
        wheel.writestr(f'{name}/__init__.py', '')
        wheel.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n')
        wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr(f'{info}/RECORD', '')
    sum = hashlib.sha256(open(path, 'rb').read()).hexdigest()
    url = path.replace(' ', '%20')
    print(f'{name} @ file://{url}#sha256={sum}', file=constraints)
";

#[test]
fn a_wheel_that_is_not_the_pinned_one_is_refused_and_not_unpacked() {
    let project = Project::new("wheel", None);
    // The machine's pip, without a torch that may be there.
    let packages = Command::new(python())
        .args(["-c", "import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))"])
        .output();
    let packages = PathBuf::from(String::from_utf8(packages.unwrap().stdout).unwrap().trim());
    fs::create_dir(project.root.join("packages")).unwrap();
    symlink(packages.join("pip"), project.root.join("packages/pip")).unwrap();
    let pins = concat!(env!("CARGO_MANIFEST_DIR"), "/pins/pytorch.txt");
    let made = Command::new(python()).args(["-c", WHEELS, pins]).arg(project.root.join("tmp")).status();
    assert!(made.unwrap().success());
    let links = format!("file://{}", project.root.join("tmp").display()).replace(' ', "%20");
    let mut command = project.command(&[]);
    command.env("PYTHONPATH", project.root.join("packages")).env("PIP_FIND_LINKS", links);
    // With them, pip would say that there is no such file.
    fs::write(project.root.join("pip.conf"), "[install]\nrequirement = /nowhere/file\ndry-run = yes\n").unwrap();
    command.env("PIP_CONFIG_FILE", project.root.join("pip.conf"));
    command.env("PIP_requirement", "/nowhere/variable").env("PIP_ROOT", "/nowhere/root");
    let (code, said) = ended(command.spawn().unwrap());
    assert_eq!((code, project.left()), (Some(2), vec!["lock".to_owned()]), "{said}");
    let (_, error) = said.split_once("error: ").expect(&said);
    assert!(error.contains("SHA-256 isn't the one in xtask/pins") && error.contains("-py3-none-any.whl"), "{said}");
    assert_eq!(error.lines().count(), 1, "{said}");
    // A URL in a constraint brings its own sum.
    fs::write(project.root.join("pip.conf"), "[install]\nconstraint = ../../tmp/constraints.txt\n").unwrap();
    let (code, said) = ended(command.spawn().unwrap());
    assert_eq!((code, project.left()), (Some(2), vec!["lock".to_owned()]), "{said}");
    assert!(said.contains("that the set-up didn't ask for"), "{said}");
}

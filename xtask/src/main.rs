//! `cargo xtask`: makes a fresh clone ready, then hands over to cargo or Jupyter. The standard library and SHA-256 alone, so
//! that it builds in a second or two.

#[cfg(not(unix))]
compile_error!("Linux and macOS only: the run path that build.rs sets needs a Unix linker");

mod bench;
mod cargo;
mod config;
mod evcxr;
mod exercise;
mod files;
mod find;
#[cfg(test)]
mod fresh_clone;
mod install;
mod jupyter;
mod manifest;
mod new;
mod notebook;
mod pip;
mod probe;
mod python;
mod python_file;
mod pytorches;
mod say;
#[cfg(test)]
mod scratch;
mod setup;
mod test;
mod version;
mod wheel;

use manifest::Hashes;
use notebook::Task;
use setup::Need;
use std::ffi::OsString;
use std::process::ExitCode;

/// The error is one message for the user: what is wrong, what was expected, what to do.
type Result<T, E = String> = std::result::Result<T, E>;

const HELP: &str = "\
Finds or installs libtorch, then builds and runs the project with it

Usage:
  cargo xtask setup [OPTIONS]         finds or installs libtorch (the set-up)
  cargo xtask reproduce [-- ARGS]     does the set-up, then `cargo run --bin reproduce -- ARGS`
  cargo xtask test [-- ARGS]          does the set-up, then `cargo test --workspace ARGS`; names at the end what it left
                                      out, and what provides the rest. If the variable CI is set, it leaves nothing out
  cargo xtask notebook [-- ARGS]      does the set-up, then opens the Rust notebook in JupyterLab, which gets ARGS
  cargo xtask notebook --execute      does the set-up, then runs the notebook from a clean kernel, checks its numbers
                                      and stores what it shows
  cargo xtask pytorches VERSION...    does the set-up, then compares with PyTorch of these versions (2.0 or later) and
                                      writes the table of them in notebooks-ported/README.md. Each is installed into
                                      .libtorch (about 5 GB) and deleted again. The path of a Python may stand for one
  cargo xtask exercise [NN]           runs an exercise of the course and says what is still wrong; without a number, all
                                      in order up to the first that isn't solved. With --hint, a hint; with --hint 2, both
  cargo xtask new PATH [--from PAIR]  does the set-up, then writes a crate of your own, outside this repository, that builds
                                      and runs at once; --from puts an idiom pair into it, such as 07_aliasing
  cargo xtask python FILE [-- ARGS]   runs a Python file, such as the Python half of a pair, with a Python that has PyTorch
  cargo xtask bench [OPTIONS]         does the set-up, then measures this project's loops beside PyTorch, C++, JAX, NumPy,
                                      candle and burn, and writes the tables of them in README.md, and their numbers and
                                      a chart into benches/ (a quarter of an hour, and 3 GB in .bench and benches/peers)

Options:
  --pytorch     also install PyTorch for Python (about 5 GB), which `reproduce parity` needs
  --check       also compare the SHA-256 of each file in .libtorch with that of the installed one
  --execute     run the notebook instead of opening it
  --rounds N    of `bench`: how many times each is measured (7)
  --only NAME   of `bench`: measure only what has NAME in its name, and write nothing
  -h, --help    print this help

The set-up takes the first libtorch of the right version that it finds here:
  1. the folder that you named in LIBTORCH (it holds lib and include), or the Python's where LIBTORCH_USE_PYTORCH=1
  2. the torch of a python3 on the PATH
  3. the libtorch that an earlier set-up installed or found
If there is none, it installs libtorch into .libtorch with uv or pip. It writes the choice to .cargo/libtorch.toml, so that
plain cargo commands need no variable.

The version and the SHA-256 of each wheel are pinned in xtask/pins; uv or pip refuses any other. Only the wheels of
`pytorches` aren't pinned. Each set-up compares the sizes of the files in .libtorch with what was installed, and the SHA-256 of
those that were changed since. A damaged copy is installed again.

The notebook's kernel (evcxr_jupyter) and JupyterLab are installed into .notebook (about 1 GB), with cargo and with uv or pip.

Examples:
  cargo xtask reproduce
  cargo xtask reproduce -- --out /tmp/results
  cargo xtask test -- --test cells
  cargo xtask pytorches 2.15.0 2.5.1
  cargo xtask notebook -- --no-browser
  LIBTORCH=/opt/libtorch cargo xtask setup

Exit codes: 2 if the set-up fails or the command line is wrong, 1 if an exercise isn't solved, else that of the command that is run. `notebook --execute` gives 1 if a cell fails or
a number isn't the expected one.
";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say::say(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[OsString]) -> Result<()> {
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let own = parts.next().unwrap_or_default();
    let handed_on = parts.next();
    let not_text = |argument| format!("the argument {argument:?} isn't UTF-8; give the file or folder another name");
    let own: Vec<&str> =
        own.iter().map(|argument| argument.to_str().ok_or_else(|| not_text(argument))).collect::<Result<_>>()?;
    if own.iter().any(|&argument| argument == "--help" || argument == "-h") {
        return say::print(HELP);
    }
    match (own.as_slice(), handed_on) {
        (["setup", options @ ..], None) if options.iter().all(|option| ["--pytorch", "--check"].contains(option)) => {
            let need = if options.contains(&"--pytorch") { Need::PyTorch } else { Need::Libtorch };
            let hashes = if options.contains(&"--check") { Hashes::All } else { Hashes::OfChanged };
            setup::provide(need, hashes).map(drop)
        }
        (["reproduce"], handed_on) => {
            setup::run(Need::Libtorch)?;
            cargo::hand_over("run", &["--bin", "reproduce", "--"], handed_on.unwrap_or_default())
        }
        (["test"], handed_on) => test::run(handed_on.unwrap_or_default()),
        (["notebook"], handed_on) => notebook::run(Task::Open(handed_on.unwrap_or_default())),
        (["notebook", "--execute"], None) => notebook::run(Task::Execute),
        (["pytorches", pythons @ ..], None) if !pythons.is_empty() => pytorches::run(pythons),
        (["bench", options @ ..], None) if bench_options(options) => bench::run(options),
        (["exercise", rest @ ..], None) => {
            let (number, hints) = match rest {
                [number @ .., "--hint"] => (number, 1),
                [number @ .., "--hint", "2"] => (number, 2),
                number => (number, 0),
            };
            match number {
                [] => exercise::run(None, hints),
                [number] if !number.starts_with('-') => exercise::run(Some(number), hints),
                _ => Err(usage(&own)),
            }
        }
        (["new", path], None) if !path.starts_with('-') => new::run(path, None),
        (["new", path, "--from", pair], None) if !path.starts_with('-') => new::run(path, Some(pair)),
        (["python", file], handed_on) => python_file::run(file, handed_on.unwrap_or_default()),
        (own, _) => Err(usage(own)),
    }
}

/// Whether these are options of `bench`, each with its value.
fn bench_options(options: &[&str]) -> bool {
    options.chunks(2).all(|option| match option {
        ["--rounds", rounds] => rounds.parse::<u32>().is_ok_and(|rounds| rounds > 0),
        ["--only", _] => true,
        _ => false,
    })
}

/// What is wrong with a command line that fits no command.
fn usage(own: &[&str]) -> String {
    let hint = "`cargo xtask --help` lists the commands";
    match own {
        [] => format!("no command given; {hint}"),
        ["setup", ..] => format!("`setup` takes no argument but --pytorch and --check; {hint}"),
        ["notebook", "--execute", ..] => format!("`notebook --execute` takes no argument; {hint}"),
        ["bench", ..] => format!("`bench` takes no argument but --rounds N, at least 1, and --only NAME; {hint}"),
        ["exercise", ..] => format!("`exercise` takes the number of an exercise, and --hint or --hint 2; {hint}"),
        ["new", ..] => format!("`new` takes the path of a new folder, and --from with an idiom pair; {hint}"),
        ["python", ..] => format!("`python` takes one Python file, and after a `--` its arguments; {hint}"),
        ["pytorches", ..] => format!("`pytorches` takes the versions of PyTorch to compare with; {hint}"),
        [command @ ("reproduce" | "test" | "notebook"), rest @ ..] => {
            let rest = rest.join(" ");
            format!("arguments to hand on go after a `--`: cargo xtask {command} -- {rest}")
        }
        [command, ..] => format!("unknown command `{command}`; {hint}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    fn error(arguments: &[&str]) -> String {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        run(&arguments).expect_err("an error")
    }

    #[test]
    fn a_wrong_command_line_is_named_before_anything_is_done() {
        assert!(error(&[]).contains("no command"));
        assert!(error(&["--"]).contains("no command"));
        assert!(error(&["tset"]).contains("`tset`"));
        assert!(error(&["setup", "--pytroch"]).contains("--pytorch"));
        assert!(error(&["setup", "--", "x"]).contains("setup"));
        assert!(error(&["test", "--release"]).contains("cargo xtask test -- --release"));
        assert!(error(&["reproduce", "--out", "x", "--"]).contains("cargo xtask reproduce -- --out x"));
        assert!(error(&["notebook", "--no-browser"]).contains("notebook -- --no-browser"));
        assert!(error(&["bench", "--rounds", "0"]).contains("--rounds"));
        assert!(error(&["pytorches"]).contains("versions"));
        assert!(error(&["exercise", "--hnit"]).contains("--hint 2"));
        assert!(error(&["new"]).contains("new folder"));
        assert!(error(&["python"]).contains("Python file"));
        assert!(error(&["notebook", "--execute", "x"]).contains("--execute"));
        assert!(error(&["notebook", "--execute", "--", "x"]).contains("--execute"));
        assert!(error(&["new", ""]).contains("../mine"));
        let not_text = OsString::from_vec(b"n\xff".to_vec());
        assert!(run(&["new".into(), not_text]).is_err_and(|message| message.contains(r#""n\xFF" isn't UTF-8"#)));
    }
}

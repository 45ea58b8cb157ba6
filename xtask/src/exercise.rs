//! `cargo xtask exercise`: the exercises of the course, one by one. The head of each file says what it asks for, with what it
//! fails before it is solved, and two hints.

use crate::files::{at, rust_files};
use crate::say::{print, shown};
use crate::setup::{self, Need};
use crate::{Result, cargo, python};
use std::path::Path;
use std::process::ExitStatus;

const FOLDER: &str = "notebooks-ported/course/exercises";

struct Exercise {
    /// `07_accumulated`
    name: String,
    /// Label and text of each paragraph of the head: `Task`, `Fails with`, `Hint 1`, `Hint 2`.
    head: Vec<(String, String)>,
}

/// Runs the exercise whose number is given, or all in order up to the first that isn't solved. `hints` of its hints are
/// shown. Ends with exit code 1 if the exercise isn't solved.
pub fn run(number: Option<&str>, hints: usize) -> Result<()> {
    let exercises = all(&cargo::root())?;
    let chosen = match number {
        Some(number) => vec![find(&exercises, number)?],
        None => exercises.iter().collect(),
    };
    setup::run(Need::Libtorch)?;
    for exercise in chosen {
        let (status, printed) = attempt(&format!("exercise_{}", exercise.name))?;
        if solved(status, &printed) {
            print(&format!("{}: solved. A solution to compare with: {}\n", exercise.name, solution(&exercise.name)))?;
            continue;
        }
        let (name, task) = (&exercise.name, exercise.text("Task"));
        let mut text = format!("\n{name}: not solved yet. The file: {FOLDER}/{name}.rs\nTask: {task}\n");
        // What an endless loop printed is long.
        text += &format!("\nWhat is still wrong:\n{:.10000}\n", printed.trim());
        for hint in 1..=hints {
            text += &format!("\nHint {hint}: {}\n", exercise.text(&format!("Hint {hint}")));
        }
        let number = name.split('_').next().unwrap_or(name);
        text += &match hints {
            0 => format!("\nA hint: cargo xtask exercise {number} --hint\n"),
            1 => format!("\nA plainer hint: cargo xtask exercise {number} --hint 2\n"),
            _ => format!("\nA solution: {}\n", solution(name)),
        };
        print(&text)?;
        std::process::exit(1);
    }
    Ok(())
}

fn solution(name: &str) -> String {
    format!("notebooks-ported/course/solutions/{name}.rs")
}

impl Exercise {
    fn text(&self, label: &str) -> &str {
        self.head.iter().find(|(found, _)| found == label).map_or("", |(_, text)| text)
    }
}

fn all(root: &Path) -> Result<Vec<Exercise>> {
    let folder = root.join(FOLDER);
    let read = |name: String| {
        let file = folder.join(format!("{name}.rs"));
        Ok(Exercise { head: head(&at(&file, std::fs::read_to_string(&file))?), name })
    };
    rust_files(&folder)?.into_iter().map(read).collect()
}

/// The paragraphs `//! Label: text`; a line with more space continues the one before.
fn head(text: &str) -> Vec<(String, String)> {
    let mut head: Vec<(String, String)> = vec![];
    for line in text.lines().map_while(|line| line.strip_prefix("//! ")) {
        match (line.strip_prefix("  "), head.last_mut()) {
            (Some(more), Some((_, text))) => *text += &format!(" {more}"),
            _ => head.extend(line.split_once(": ").map(|(label, text)| (label.to_owned(), text.to_owned()))),
        }
    }
    head
}

/// The exercise of a number such as `7` or `07`, or of a name.
fn find<'a>(exercises: &'a [Exercise], wanted: &str) -> Result<&'a Exercise> {
    let number = format!("{wanted:0>2}_");
    let found = exercises.iter().find(|exercise| exercise.name == wanted || exercise.name.starts_with(&number));
    found.ok_or_else(|| {
        let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        format!("there is no exercise `{wanted}`; there are {}", names.join(", "))
    })
}

/// Compiles and runs an example of the course; gives what the compiler or the program wrote.
fn attempt(example: &str) -> Result<(ExitStatus, String)> {
    let command = |verb| {
        let mut command = cargo::command(verb);
        command.args(["--quiet", "--package", "course", "--features", "exercises", "--example", example]);
        command.envs([("RUST_BACKTRACE", "0"), ("CARGO_TERM_COLOR", "never")]);
        command
    };
    let doesnt_start = |error| format!("cargo doesn't start: {error}");
    let mut output = command("build").output().map_err(doesnt_start)?;
    if output.status.success() {
        // It may have an endless loop.
        output = python::output(&mut command("run"), python::ANSWER).map_err(doesnt_start)?;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut printed = text(&output.stderr) + &text(&output.stdout);
    if output.status.code().is_none() {
        printed.insert_str(0, &format!("It didn't end by itself: {}\n", output.status));
    }
    Ok((output.status, shown(&printed)))
}

fn solved(status: ExitStatus, printed: &str) -> bool {
    status.success() && printed.lines().last() == Some("solved")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exercises() -> Vec<Exercise> {
        all(&cargo::root()).expect("exercises")
    }

    #[test]
    fn each_exercise_has_its_head_and_a_solution() {
        let exercises = exercises();
        assert!(exercises.len() >= 14);
        for (place, exercise) in exercises.iter().enumerate() {
            assert!(exercise.name.starts_with(&format!("{:02}_", place + 1)), "{}", exercise.name);
            let labels: Vec<_> = exercise.head.iter().map(|(label, _)| label.as_str()).collect();
            assert_eq!(labels, ["Task", "Fails with", "Hint 1", "Hint 2"], "{}", exercise.name);
            assert!(cargo::root().join(solution(&exercise.name)).exists(), "{}", exercise.name);
        }
        assert!(find(&exercises, "99").is_err_and(|message| message.contains("`99`") && message.contains("01_moved")));
        assert!(find(&exercises, "3").is_ok_and(|exercise| exercise.name.starts_with("03_")));
    }

    /// All at once first, which compiles them side by side; those that don't compile are meant to fail here.
    #[test]
    fn each_exercise_fails_for_the_stated_reason_and_each_solution_passes() {
        let mut build = cargo::command("build");
        build.args(["--quiet", "--keep-going", "--package", "course", "--features", "exercises", "--examples"]);
        build.output().expect("cargo starts");
        for exercise in exercises() {
            let (status, printed) = attempt(&format!("exercise_{}", exercise.name)).expect("cargo starts");
            assert!(!solved(status, &printed), "{} is solved", exercise.name);
            let reason = exercise.text("Fails with");
            assert!(printed.contains(reason), "{} should fail with {reason:?}, and says: {printed}", exercise.name);
            let (status, printed) = attempt(&format!("solution_{}", exercise.name)).expect("cargo starts");
            assert!(solved(status, &printed), "the solution of {}: {printed}", exercise.name);
        }
    }
}

//! The folder of results: results first, pictures after, nothing left of an earlier set; what isn't whole is seen.

use anyhow::{anyhow, bail};
use inverse_by_descent::output::folder::{Folder, check};
use std::fs;
use tempfile::{TempDir, tempdir};

const PICTURES: [&str; 2] = ["picture.svg", "picture.png"];
const REPORT: &str = "{\n  \"value\": 1\n}\n";

/// A folder with a set of two files, both pictures among them unless `pictures` is false.
fn written(pictures: bool) -> TempDir {
    let folder = tempdir().unwrap();
    let mut results = Folder::open(folder.path()).unwrap();
    results.stage("numbers.npy", b"numbers").unwrap();
    let mut set = results.commit("result.json", REPORT, &PICTURES).unwrap();
    if pictures {
        set.add("picture.svg", Ok(b"new".to_vec()));
        assert!(set.finish().unwrap().is_empty());
    }
    folder
}

fn problems(folder: &TempDir) -> Vec<String> {
    check(folder.path(), "result.json").unwrap().unwrap()
}

#[test]
fn what_is_not_part_of_the_new_set_is_removed_and_nothing_else() {
    let folder = tempdir().unwrap();
    let at = |name| folder.path().join(name);
    for name in ["result.json", "picture.svg", "picture.png", ".writing-3a9Zbd"] {
        fs::write(at(name), "old").unwrap();
    }
    fs::write(at("mine.svg"), "the user's").unwrap();
    fs::write(at(".writing-my-diary"), "the user's").unwrap();

    let mut results = Folder::open(folder.path()).unwrap();
    results.stage("numbers.npy", b"new").unwrap();
    assert_eq!(fs::read(at("result.json")).unwrap(), b"old", "before it is whole");
    let mut pictures = results.commit("result.json", REPORT, &PICTURES).unwrap();
    pictures.add("picture.svg", Ok(b"new".to_vec()));
    assert!(pictures.finish().unwrap().is_empty());

    assert_eq!(fs::read(at("numbers.npy")).unwrap(), b"new");
    assert_eq!(fs::read(at("picture.svg")).unwrap(), b"new");
    assert!(!at("picture.png").exists(), "a picture of the earlier result");
    assert_eq!(fs::read(at("mine.svg")).unwrap(), b"the user's");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5);
}

#[test]
fn the_report_names_each_file_with_its_sum() {
    let folder = written(true);
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("result.json")).unwrap()).unwrap();
    assert_eq!(report["value"], 1);
    let files = report["files"].as_object().unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["numbers.npy", "picture.svg"]);
    for (name, sum) in files {
        let output = std::process::Command::new("sha256sum").arg(folder.path().join(name)).output().unwrap();
        assert_eq!(sum.as_str(), String::from_utf8(output.stdout).unwrap().split(' ').next());
    }
    assert!(problems(&folder).is_empty());
}

#[test]
fn a_picture_that_fails_costs_nothing_but_itself() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("picture.png")).unwrap();
    let results = Folder::open(folder.path()).unwrap();
    let mut pictures = results.commit("result.json", REPORT, &PICTURES).unwrap();
    let drawn = || bail!("no pen");
    pictures.add("picture.svg", drawn());
    pictures.add("picture.png", Ok(vec![]));
    pictures.fail(anyhow!("no paper"));
    let said: Vec<_> = pictures.finish().unwrap().iter().map(|error| format!("{error:#}")).collect();
    assert_eq!(said[0], "picture.svg is missing: no pen");
    assert!(said[1].contains("a folder stands"), "{said:?}");
    assert_eq!(said[2..], ["no paper"]);
    assert!(problems(&folder).is_empty());
}

#[test]
fn a_set_that_is_not_committed_leaves_the_earlier_one() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("numbers.npy"), "old").unwrap();
    let mut results = Folder::open(folder.path()).unwrap();
    results.stage("numbers.npy", b"new").unwrap();
    drop(results);
    assert_eq!(fs::read(folder.path().join("numbers.npy")).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_set_that_is_not_whole_is_seen() {
    let many = format!(
        r#"{{"files": {{"{}": null}}}}"#,
        (0..10_000).map(|number| number.to_string()).collect::<Vec<_>>().join("\": null, \"")
    );
    for (pictures, change, expected) in [
        (true, Some(("numbers.npy", None)), &["numbers.npy is missing"][..]),
        (true, Some(("numbers.npy", Some("Numbers"))), &["numbers.npy isn't what the run wrote"]),
        (true, Some(("result.json", Some("{}"))), &["result.json doesn't name the files of its set"]),
        (true, Some(("result.json", Some(r#"{"files": {"../elsewhere": "12"}}"#))), &["\"../elsewhere\" is missing"]),
        (true, Some(("result.json", Some(r#"{"files": {"./numbers.npy": "12"}}"#))), &["\"./numbers.npy\" is missing"]),
        (true, Some(("result.json", Some(r#"{"files": {"\u001b[31m\n": "12"}}"#))), &["\"\\u{1b}[31m\\n\" is missing"]),
        (true, Some(("result.json", Some(&many))), &["result.json doesn't name the files of its set"]),
        // Ended between the results and the pictures.
        (
            false,
            None,
            &[
                "picture.png is missing or not whole: the run ended before it was done",
                "picture.svg is missing or not whole: the run ended before it was done",
            ],
        ),
    ] {
        let folder = written(pictures);
        match change {
            Some((name, Some(text))) => fs::write(folder.path().join(name), text).unwrap(),
            Some((name, None)) => fs::remove_file(folder.path().join(name)).unwrap(),
            None => {}
        }
        assert_eq!(problems(&folder), expected);
    }
    let folder = written(true);
    fs::remove_file(folder.path().join("result.json")).unwrap();
    assert_eq!(check(folder.path(), "result.json").unwrap(), None);
}

#[test]
fn what_is_no_file_or_no_name_is_not_waited_for() {
    let folder = written(true);
    let mkfifo = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(mkfifo.unwrap().success());
    let long = "n".repeat(300);
    for (name, expected) in [("pipe", None), (&*long, Some(format!("\"{}\"… is missing", &long[..40])))] {
        fs::write(folder.path().join("result.json"), format!(r#"{{"files": {{"{name}": "12"}}}}"#)).unwrap();
        match (check(folder.path(), "result.json"), expected) {
            (Ok(problems), Some(expected)) => assert_eq!(problems.unwrap(), [expected]),
            (refused, _) => assert!(refused.unwrap_err().to_string().ends_with("pipe: expected a file")),
        }
    }
    // A file that can't be looked at isn't missing.
    let looped = folder.path().join("loop");
    std::os::unix::fs::symlink(&looped, &looped).unwrap();
    fs::write(folder.path().join("result.json"), r#"{"files": {"loop": "12"}}"#).unwrap();
    assert!(check(folder.path(), "result.json").unwrap_err().to_string().ends_with("loop: can't be read"));
}

#[test]
fn a_second_run_waits_for_no_folder_that_is_being_written_to() {
    let folder = tempdir().unwrap();
    let first = Folder::open(folder.path()).unwrap();
    let refused = || Folder::open(folder.path()).unwrap_err().to_string();
    assert!(refused().contains("another run"), "{}", refused());
    let pictures = first.commit("result.json", REPORT, &PICTURES).unwrap();
    assert!(refused().contains("another run"), "while it draws");
    pictures.finish().unwrap();
    Folder::open(folder.path()).unwrap();
}

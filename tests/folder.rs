//! The folder of results: results first, pictures after, nothing left of an earlier set.

use anyhow::bail;
use inverse_by_descent::output::folder::Folder;
use std::fs;
use tempfile::tempdir;

const NAMES: [&str; 3] = ["result.json", "picture.svg", "picture.png"];

#[test]
fn what_is_not_part_of_the_new_set_is_removed_and_nothing_else() {
    let folder = tempdir().unwrap();
    let at = |name| folder.path().join(name);
    for name in NAMES {
        fs::write(at(name), "old").unwrap();
    }
    fs::write(at("mine.svg"), "the user's").unwrap();

    let mut results = Folder::open(folder.path()).unwrap();
    results.stage("result.json", b"new").unwrap();
    assert_eq!(fs::read(at("result.json")).unwrap(), b"old", "before it is whole");
    let mut pictures = results.commit(&NAMES).unwrap();
    pictures.add("picture.svg", Ok(b"new".to_vec()));

    assert_eq!(fs::read(at("result.json")).unwrap(), b"new");
    assert_eq!(fs::read(at("picture.svg")).unwrap(), b"new");
    assert!(!at("picture.png").exists(), "a picture of the earlier result");
    assert_eq!(fs::read(at("mine.svg")).unwrap(), b"the user's");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_picture_that_fails_costs_nothing_but_itself() {
    let folder = tempdir().unwrap();
    let mut results = Folder::open(folder.path()).unwrap();
    results.stage("result.json", b"new").unwrap();
    fs::create_dir(folder.path().join("picture.png")).unwrap();
    let mut pictures = results.commit(&NAMES).unwrap();
    let drawn = || bail!("no pen");
    pictures.add("picture.svg", drawn());
    pictures.add("picture.png", Ok(vec![]));
    let said: Vec<_> = pictures.failures.iter().map(|error| format!("{error:#}")).collect();
    assert_eq!(said[0], "picture.svg is missing: no pen");
    assert!(said[1].contains("a folder stands"), "{said:?}");
    assert_eq!(fs::read(folder.path().join("result.json")).unwrap(), b"new");
}

#[test]
fn a_set_that_is_not_committed_leaves_the_earlier_one() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("result.json"), "old").unwrap();
    let mut results = Folder::open(folder.path()).unwrap();
    results.stage("result.json", b"new").unwrap();
    drop(results);
    assert_eq!(fs::read(folder.path().join("result.json")).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

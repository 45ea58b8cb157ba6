//! The course names what is there: pairs, exercises, files, and regions of the port.

use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const COURSE: &str = include_str!("../notebooks-ported/course/README.md");
const TEACHING: &str = include_str!("../notebooks-ported/course/teaching.md");
const PORT: &str = include_str!("../notebooks-ported/matrix_inverse.rs");

/// What stands between backquotes.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn has_number(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.len() > 3
        && name.as_bytes()[..2].iter().all(u8::is_ascii_digit)
        && &name[2..3] == "_"
        && name.chars().all(plain)
}

#[test]
fn each_pair_and_each_exercise_that_is_named_exists() {
    let folders = ["autograd", "course/exercises"];
    let exists = |name: &str| {
        folders.iter().any(|folder| Path::new(ROOT).join(format!("notebooks-ported/{folder}/{name}.rs")).is_file())
    };
    let names: Vec<_> = code(COURSE).chain(code(TEACHING)).filter(|name| has_number(name)).collect();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(exists(name), "{name}");
    }
}

#[test]
fn each_exercise_is_in_a_chapter() {
    let folder = Path::new(ROOT).join("notebooks-ported/course/exercises");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(code(COURSE).any(|code| code == name), "{name} is in no chapter");
    }
}

#[test]
fn each_link_leads_to_a_file() {
    for text in [COURSE, TEACHING] {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            assert!(Path::new(ROOT).join("notebooks-ported/course").join(link).exists(), "{link}");
        }
    }
}

#[test]
fn each_chapter_has_its_parts_and_names_regions_of_the_port() {
    let chapters: Vec<_> = COURSE.split("\n## ").skip(1).collect();
    assert_eq!(chapters.len(), 6);
    for chapter in chapters {
        let title = chapter.lines().next().expect("a title");
        for part in ["**Before it:**", "**Think first:**", "**Run:**", "**Exercises:**", "**Then read"] {
            assert_eq!(chapter.matches(part).count(), 1, "{title}: {part}");
        }
        let read = chapter.split("**Then read").nth(1).expect("seen above");
        for cell in read.split("In [").skip(1).filter_map(|rest| rest.split(']').next()) {
            assert!(PORT.contains(&format!("page.cell(\"In [{cell}]\")")), "{title}: In [{cell}]");
        }
        let known = |name: &str| PORT.contains(name) || name.ends_with(".py") || name == "tape";
        for name in code(read) {
            assert!(known(name), "{title}: the port has no `{name}`");
        }
    }
}

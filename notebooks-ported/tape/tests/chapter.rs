//! The chapter (README.md) shows the code that is there, and the tape stays as short as it says.

use std::fs;
use std::path::Path;

const CORE: [&str; 5] = ["tensor", "graph", "backward", "no_grad", "in_place"];
const APART: [&str; 9] =
    ["derivatives", "arithmetic", "generator", "inverse", "conversions", "kind", "calls", "operators", "lib"];

/// The file's name under `src/`, and its text.
fn sources() -> Vec<(String, String)> {
    let core = CORE.iter().map(|name| format!("core/{name}.rs"));
    let names = core.chain(APART.iter().map(|name| format!("{name}.rs"))).chain(["core/mod.rs".to_owned()]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    names.map(|name| (name.clone(), fs::read_to_string(folder.join(&name)).expect(&name))).collect()
}

/// The lines from the first that holds `start` to the first after it that holds `end`, neither included, each part with a link.
fn regions(name: &str, text: &str, start: &str, end: &str) -> String {
    let mut shown = String::new();
    let lines: Vec<&str> = text.lines().collect();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.trim() == start) {
        let length = lines[at + 1..].iter().position(|line| line.trim() == end).expect("the end of a region");
        let code = lines[at + 1..at + 1 + length].join("\n");
        let (first, last) = (at + 2, at + 1 + length);
        shown +=
            &format!("[`{name}`, lines {first} to {last}](src/{name}#L{first}-L{last}):\n\n```rust\n{code}\n```\n\n");
    }
    shown
}

fn count(text: &str) -> usize {
    text.lines().count()
}

/// What stands between `<!-- name -->` and the next `<!-- end -->`.
fn generated(name: &str) -> String {
    let sources = sources();
    match name {
        "files" => {
            let head =
                |text: &str| text.lines().take_while(|line| line.starts_with("//! ")).collect::<Vec<_>>().join(" ");
            let row = |(name, text): &(String, String)| {
                let sentence = head(text).replace("//! ", "");
                let sentence = sentence.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
                let sentence =
                    sentence.split_inclusive(['.', ';']).next().unwrap_or_default().trim_end_matches(['.', ';']);
                format!("| {} | [`{name}`](src/{name}) | {sentence} |\n", count(text))
            };
            sources.iter().filter(|(name, _)| name != "lib.rs" && name != "core/mod.rs").map(row).collect()
        }
        "derivatives" => {
            let (name, text) = sources.iter().find(|(name, _)| name == "derivatives.rs").expect("the table");
            regions(name, text, "// [derivatives]", "// [end]")
        }
        stage => {
            let shown: Vec<_> =
                sources.iter().map(|(name, text)| regions(name, text, &format!("// [{stage}]"), "// [end]")).collect();
            shown.concat()
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn the_chapter_shows_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let chapter = fs::read_to_string(&path).unwrap();
    let mut parts = chapter.split("<!-- ");
    let mut fresh = parts.next().unwrap().to_owned();
    let mut names = vec![];
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("a comment on a line");
        fresh += &match name {
            "end" => format!("<!-- end -->\n{rest}"),
            name => format!("<!-- {name} -->\n{}", generated(name)),
        };
        names.push(name);
    }
    let stages: Vec<String> = (1..=7).map(|stage| format!("stage {stage}")).collect();
    assert!(stages.iter().all(|stage| names.contains(&stage.as_str()) && !generated(stage).is_empty()), "{names:?}");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &fresh).unwrap();
    } else {
        assert!(
            fresh == chapter,
            "README.md isn't what the sources say: `UPDATE_EXPECT=1 cargo test -p tape` writes it anew"
        );
    }
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn links_lead_somewhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapter = fs::read_to_string(folder.join("README.md")).unwrap();
    let targets = chapter.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let missing: Vec<_> = targets.filter(|target| !folder.join(target).exists()).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn it_stays_short() {
    let sources = sources();
    let all: usize = sources.iter().map(|(_, text)| count(text)).sum();
    let core: usize = sources.iter().filter(|(name, _)| name.starts_with("core/")).map(|(_, text)| count(text)).sum();
    assert!(core <= 500 && all <= 1500, "core {core}, all {all}");
    let long: Vec<_> = sources.iter().filter(|(_, text)| count(text) >= 250).map(|(name, _)| name).collect();
    assert!(long.is_empty(), "{long:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files =
        |folder: &Path| fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count();
    assert_eq!(files(&folder) + files(&folder.join("core")), sources.len(), "a file that isn't in the list");
}

/// No unsafe code, and no derivative but the table's.
#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn nothing_is_unsafe() {
    assert!(sources().iter().any(|(name, text)| name == "lib.rs" && text.contains("#![forbid(unsafe_code)]")));
}

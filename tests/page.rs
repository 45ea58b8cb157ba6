//! The report page: whole in one file, true to the run, and working in a real browser (tests/page/page.test.mjs).

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use tempfile::{TempDir, tempdir};

const NATIVE: &[&str] = &["--arithmetic", "native"];

fn report(arithmetic: &[&str]) -> (TempDir, String) {
    let folder = tempdir().unwrap();
    let mut command = Command::cargo_bin("reproduce").unwrap();
    command.current_dir(folder.path());
    command.args(["--quiet", "--out", "."]).args(arithmetic);
    command.assert().success();
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    (folder, page)
}

#[test]
fn the_page_shows_the_run_and_asks_for_nothing() {
    let (_folder, page) = report(NATIVE);
    for part in [
        "not compared",
        "arithmetic</dt><dd>native",
        "--arithmetic native",
        // the Python idea, the port's lines, what was printed
        "random_inverse.grad",
        "g_sub_",
        "[[-0.36 1.25 1.76 1.08]",
        "cargo run --example 07_aliasing",
        // the chapter's last stage with its code, and the last picture of the backward pass
        "<h3>Stage 7: freeing, and retain_graph</h3>",
        "on_the_way",
        "backward, gradient 4 of 4",
    ] {
        assert!(page.contains(part), "{part:?} isn't on the page");
    }
    // The script's gradients are the page's own.
    let own = page.replace("url(#", "");
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!own.contains(outside), "the page names {outside:?}");
    }
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(page.contains("default-src 'none'"));
}

/// The last two lines of pair 14 differ.
#[test]
fn lines_that_the_languages_print_differently_are_marked() {
    let (_folder, page) = report(NATIVE);
    let (_, pair) = page.split_once("<article class=\"idiom\" id=\"14_run_backward\">").unwrap();
    let (pair, _) = pair.split_once("</article>").unwrap();
    let recorded = |suffix: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join(format!("notebooks-ported/autograd/printed/14_run_backward{suffix}"));
        fs::read_to_string(file).unwrap()
    };
    let spelled = recorded(".txt").replace("True", "true").replace("False", "false");
    let (python, rust) = (spelled, recorded(".rs.txt"));
    let differ = python.lines().zip(rust.lines()).filter(|(python, rust)| python != rust);
    assert_eq!(pair.matches("<mark>").count(), 2 * differ.count());
    assert!(!pair.contains(&format!("<mark>{}</mark>", python.lines().next().unwrap())));
}

/// Each number that native arithmetic prints otherwise is marked, on both sides, with the reason below.
#[test]
fn numbers_that_differ_are_marked_with_the_reason() {
    let (folder, page) = report(NATIVE);
    let json = fs::read(folder.path().join("report.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let differences = json["differences"].as_array().unwrap();
    assert!(differences.len() >= 3);
    assert_eq!(page.matches("<mark title=").count(), 2 * differences.len());
    for difference in differences {
        for side in ["printed", "computed"] {
            let number = difference[side].as_str().unwrap();
            assert!(page.contains(&format!(">{number}</mark>")), "{number}");
        }
    }
    assert!(page.contains("<p class=\"reason\">Marked: the sign of a zero"));
    // Where the order of summation is the reason, both orders stand there once, each with its picture.
    let explained = json["notebook"]["explained"].as_u64().unwrap() > 0;
    assert_eq!(page.matches("Marked: the order of summation").count(), usize::from(explained));
    let mut pictures = 0;
    let names = ["forward product R·M", "backward product G·Mᵀ", "loss&#x27;s sum of 16 squares"];
    for (sum, name) in names.iter().enumerate() {
        let orders = ["notebook", "here"].map(|whose| json["orders"][whose][sum]["trees"].as_array().unwrap());
        let heads: &[_] = if orders[0] == orders[1] { &["in 2020 and here"] } else { &["in 2020", "here"] };
        for (head, trees) in heads.iter().zip(orders).filter(|_| explained) {
            let (_, shown) = page.split_once(&format!("<h4>The {name} {head}</h4>")).unwrap();
            let shown = shown.split("<h4>").next().unwrap();
            for tree in trees {
                let words = tree["words"].as_str().unwrap().replace('\'', "&#x27;");
                assert!(shown.contains(&words), "{words}");
            }
            pictures += trees.len();
            assert_eq!(shown.matches("class=\"tree\"").count(), trees.len());
        }
    }
    assert_eq!(page.matches("aria-label=\"The order as a tree\"").count(), pictures);
}

/// The browser that CHROMIUM names, or the first on the PATH.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    std::env::var_os("CHROMIUM").map(PathBuf::from).or(found)
}

#[test]
#[ignore = "needs Chromium, Node and Playwright: npm install --prefix tests/page"]
fn the_page_works_in_a_browser() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
    assert!(tests.join("node_modules").is_dir(), "run `npm install --prefix tests/page` first");
    let chromium = chromium().expect("a Chromium: set CHROMIUM to one");
    let (folder, _) = report(&[]);
    let output = process::Command::new("node")
        .args(["--test", "--test-reporter=spec", "page.test.mjs", "lesson.test.mjs"])
        .current_dir(&tests)
        .env("REPORT", folder.path().join("report.html"))
        .env("CHROMIUM", chromium)
        .output()
        .expect("node starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("fail 0"), "{told}");
}

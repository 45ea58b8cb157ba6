//! The program and the idiom pairs as processes.
#![cfg(not(miri))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The program, in a folder of its own, which is empty at first.
fn tape(test: &str, arguments: &[&str]) -> (Output, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tape")).args(arguments).current_dir(&folder).output().unwrap();
    (output, folder)
}

#[test]
fn it_prints_the_notebook_with_its_verdict() {
    let (output, _) = tape("notebook", &[]);
    let printed = text(&output.stdout);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
    for part in [
        "In [78]:  = as printed (16 numbers)\ntensor([[1., 0., 0., 0.],\n",
        "In [121]:  ≈ equal in value; 3 of 16 numbers printed differently\n    In [121] tensor, row 0, column 3: printed -0.0000, \
         computed 0.0000 (the sign of a zero)\n",
        "In [116]:  = as printed (85 numbers)\n0 : tensor(0.8493)\n[[-0.36 1.25 1.76 1.08]\n",
        "\n266 of 266 numbers equal in value, 263 as printed; 40,000 of 40,000 losses, 64 of 64 parameter and 64 of 64 \
         gradient entries equal to PyTorch's recorded ones to the bit; ",
    ] {
        assert!(printed.contains(part), "{part:?} isn't in {printed}");
    }
}

#[test]
fn it_draws_the_first_step() {
    let (output, folder) = tape("graph", &["--graph"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let graph = fs::read_to_string(folder.join("graph.svg")).unwrap();
    // The leaf and four operations, what they save, and the gradient of In [133] at the leaf.
    for part in [
        "random_inverse",
        ">mm → [4, 4]<",
        ">sub → [4, 4]<",
        ">pow → [4, 4]<",
        ">mean → []<",
        "saves operand 1 [4, 4], version 0",
        "0.3147",
    ] {
        assert!(graph.contains(part), "{part:?} isn't in {graph}");
    }
    assert_eq!(graph.matches("class=\"back\"").count(), 4);

    let (output, folder) = tape("frames", &["--frames", "some/folder"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for shown in 0..=4 {
        let frame = fs::read_to_string(folder.join(format!("some/folder/{shown}.svg"))).unwrap();
        assert_eq!(frame.matches("class=\"back\"").count(), shown);
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("frames/{shown}.svg"));
        let committed = fs::read_to_string(committed).unwrap();
        assert!(committed == frame, "frames/{shown}.svg: `cargo run -p tape -- --frames` draws another");
    }
    assert_eq!(fs::read_dir(folder.join("some/folder")).unwrap().count(), 5);
}

#[test]
fn help_is_help_and_bad_input_is_one_message() {
    let (output, _) = tape("help", &["--help"]);
    assert!(output.status.success() && text(&output.stdout).contains("--frames [FOLDER]"));
    let bad: [(&[&str], &str); 6] = [
        (&["--grahp"], "--grahp: expected nothing, --graph [FILE], --frames [FOLDER] or --help"),
        (&["graph.svg"], "graph.svg: expected nothing"),
        (&["--graph", "a.svg", "b.svg"], "--graph a.svg b.svg: expected nothing"),
        (&["--graph", "--frames"], "--graph --frames: expected nothing"),
        (
            &["--graph", "missing/graph.svg"],
            "missing/graph.svg: can't be written; give the path of a file in a folder that is",
        ),
        (&["--frames", "/dev/null"], "/dev/null: can't be made; give the path of a folder"),
    ];
    for (arguments, message) in bad {
        let (output, folder) = tape("bad", arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.starts_with(&format!("error: {message}")) && said.lines().count() == 1, "{said}");
        assert!(output.stdout.is_empty() && fs::read_dir(folder).unwrap().count() == 0);
    }
}

/// Each example of the manifest is a pair's program, and prints the pair's record.
#[test]
fn the_pairs_print_their_records() {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tape"));
    let pairs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../autograd");
    let manifest = include_str!("../Cargo.toml");
    let names: Vec<&str> = manifest.split("name = \"tape_").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(names.len(), 14);
    for name in names {
        let example = program.with_file_name("examples").join(format!("tape_{name}"));
        let output = Command::new(&example).output().unwrap_or_else(|error| panic!("{}: {error}", example.display()));
        let record = |suffix: &str| fs::read_to_string(pairs.join(format!("printed/{name}.{suffix}")));
        let expected = record("rs.txt").or_else(|_| record("txt")).unwrap();
        let in_rust = |text: &str| text.replace("True", "true").replace("False", "false"); // Python's spelling
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        assert_eq!(in_rust(&text(&output.stdout)), in_rust(&expected), "{name}");
    }
}

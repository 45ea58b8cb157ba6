use super::{LIMIT, VERSION, answering, contains, fake, whole};
use inverse_by_descent::parity::pytorch::Python;
use std::path::PathBuf;
use std::time::Duration;

/// The message when only this Python is there.
fn not_chosen(script: &str, limit: Duration) -> String {
    let (_folder, program) = fake(script);
    let result = Python::choose(std::slice::from_ref(&program), VERSION, limit);
    let message = format!("{:#}", result.expect_err("a Python that won't do"));
    assert!(!message.contains('\n'), "more than one line: {message}");
    for part in [&program.display().to_string(), "cargo xtask setup --pytorch", "torch==2.13.0", "another Python"] {
        assert!(message.contains(part), "no {part:?} in {message}");
    }
    message
}

#[test]
fn a_python_that_will_not_do_is_explained() {
    let without = r#"printf '3 11\n/python\n\n' > "$3""#;
    contains(&not_chosen(without, LIMIT), "has no torch");
    for old in ["1.13.1+cu117", "0.4.1"] {
        let message = not_chosen(&whole(old), LIMIT);
        contains(&message, &format!("has torch {old}, which is too old"));
        contains(&message, "no Python was found with torch 2.0 or later");
    }
    contains(&not_chosen(&answering("2.13.0", ""), LIMIT), "without its Python half");
    contains(&not_chosen("echo nonsense", LIMIT), "isn't a Python");
    contains(&not_chosen(r#"echo nonsense > "$3""#, LIMIT), "isn't a Python");
    let crash = not_chosen("echo first >&2; echo last >&2; kill -SEGV $$", LIMIT);
    contains(&crash, "ended with signal: 11 (SIGSEGV)");
    contains(&crash, "saying: first / last");
    let hang = not_chosen("sleep 1000", Duration::from_millis(200));
    contains(&hang, "time limit");
}

#[test]
fn a_python_that_is_not_there_is_explained() {
    let nowhere = PathBuf::from("/no/such/python");
    let error = Python::choose(&[nowhere], VERSION, LIMIT).expect_err("no Python");
    contains(&format!("{error:#}"), "/no/such/python can't be started");
}

#[test]
fn a_python_of_the_linked_version_comes_before_the_first_that_will_do() {
    let pythons = ["1.13.1", "2.0.0", "2.15.0", "2.13.0+cpu", "2.13.0"].map(|version| fake(&whole(version)));
    let [old, first, newer, right, later] = pythons.each_ref().map(|(_, program)| program.clone());
    for (candidates, chosen, version) in [
        (vec![&old, &first, &newer, &right, &later], &right, "2.13.0+cpu"),
        (vec![&old, &newer, &first], &newer, "2.15.0"),
        (vec![&old, &first], &first, "2.0.0"),
    ] {
        let candidates: Vec<_> = candidates.into_iter().cloned().collect();
        let python = Python::choose(&candidates, VERSION, LIMIT).unwrap();
        assert_eq!((&python.program, &*python.torch), (chosen, version));
        assert_eq!(python.has(VERSION), version.starts_with(VERSION));
    }
}

#[test]
fn a_script_that_chooses_a_python_is_looked_through() {
    let (_a, right) = fake(&whole("2.13.0"));
    let (_b, shim) = fake(&format!("exec {} \"$@\"", right.display()));
    assert_eq!(Python::choose(&[shim], VERSION, LIMIT).unwrap().program, right);
}

//! The program prints what main.py printed: `cargo xtask python notebooks-ported/shim/main.py > notebooks-ported/shim/printed.txt`.

use std::process::Command;

#[test]
fn rust_prints_what_python_printed() {
    let output = Command::new(env!("CARGO_BIN_EXE_shim")).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), include_str!("../printed.txt"));
}

#[test]
fn the_shim_is_short() {
    assert!(include_str!("../shim.cpp").lines().count() <= 40);
}

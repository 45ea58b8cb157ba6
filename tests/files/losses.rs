use super::{assert_refused, bytes, doubles, npy, npz, with_file};
use inverse_by_descent::experiment::Dtype;
use inverse_by_descent::parity::loss_file;
use std::path::Path;

fn read(path: &Path) -> anyhow::Result<Vec<f64>> {
    loss_file::read(path, "losses2", 3, Dtype::F32)
}

#[test]
fn losses_in_every_kind_of_file() {
    // Just above the middle of two float32, and nearest to the upper one; rounded to a double first, it would be the middle,
    // and then the lower one.
    let tie = "1.00000005960464477539062500001";
    let third = f64::from(1.0 + f32::EPSILON);
    let expected = [f64::from(0.1_f32), 2.0, third];
    let singles = bytes(&expected.map(|loss| loss as f32), f32::to_le_bytes);
    let file = npy("'<f4'", "False", "(3,)", &singles);
    let other = npy("'<f4'", "False", "(1,)", &[0; 4]);
    for (name, bytes) in [
        ("l.npy", file.clone()),
        ("l.NPY", npy("'<f8'", "False", "(3, 1, 1)", &doubles(&expected))),
        ("l.npz", npz(&[("losses1.npy", &other), ("losses2.npy", &file)])),
        ("l.npz", npz(&[("losses.npy", &file), ("losses1.npy", &other)])),
        ("l.npz", npz(&[("mine.npy", &file)])),
        ("l.json", format!("[0.1, 2, {tie}]").into()),
        ("l.json", format!("{{\"losses1\": [], \"losses2\": [0.1, 2, {tie}]}}").into()),
        ("l.json", format!("{{\"losses\": [[0.1], [2], [{tie}]], \"steps\": 3}}").into()),
        ("l.csv", format!("0.1\n2\n{tie}\n").into()),
        ("l.txt", format!("0.1\n2\n{tie}").into()),
        ("l.TXT", format!("# np.savetxt\n1.0e-01\n2.0e+00\n{tie}\n").into()),
        ("l.csv", format!("losses\r\n0.1\r\n2\r\n{tie}\r\n").into()),
        ("l.csv", format!(",losses\n0,0.1\n1,2.0\n2,{tie}\n").into()),
        ("l.csv", format!(";losses\n0;0,1\n1;2,0\n2;{}\n", tie.replace('.', ",")).into()),
    ] {
        let losses = with_file(name, &bytes, read);
        assert_eq!(losses.unwrap(), expected, "{name} {}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_diverged_run_has_infinite_losses() {
    for (name, text) in
        [("l.csv", "1\ninf\nnan\n"), ("l.txt", "1\nInfinity\nNaN\n"), ("l.json", "[1, \"inf\", \"nan\"]")]
    {
        let losses = with_file(name, text.as_bytes(), read).unwrap();
        assert_eq!(losses[..2], [1.0, f64::INFINITY], "{text}");
        assert!(losses[2].is_nan());
    }
}

#[test]
fn files_that_hold_no_such_losses() {
    for (name, text, parts) in [
        ("l.csv", "", &["0 losses; expected 3"][..]),
        ("l.json", "[]", &["0 losses; expected 3"]),
        ("l.csv", "1\n2\n", &["2 losses; expected 3"]),
        ("l.csv", "1\n2\n3\n4\n", &["4 losses; expected 3"]),
        ("l.csv", "one\n1\n2\n", &["2 losses; expected 3"]),
        ("l.csv", "1x\n1\n2\n3\n", &["line 1", "\"1x\""]),
        ("l.csv", "-\n1\n2\n3\n", &["line 1", "\"-\""]),
        ("l.csv", "1\ntwo\n3\n", &["line 2", "\"two\""]),
        ("l.csv", "1\n\"2\"0\n3\n", &["line 2", "\"2"]),
        ("l.csv", "1\n2\n\"3", &["line 3"]),
        ("l.csv", "0,5\n0,25\n3\n", &["line 3 has 1 cells between commas, not 2"]),
        ("l.csv", "0,1\n1,2\n2,3\n", &["shape [3, 2]", "one loss a step"]),
        ("l.csv", "1\n2\n1e39\n", &["line 3", "\"1e39\" is too large for f32"]),
        ("l.csv", "1\n2\n1e400\n", &["line 3", "\"1e400\" is too large"]),
        ("l.json", "[1, 2, 1e39]", &["column 3", "too large for f32"]),
        ("l.json", "[1, \"two\"]", &["column 2", "\"two\""]),
        ("l.json", "[1, null, 3]", &["column 2", "\"null\""]),
        ("l.json", "[1, [2]]", &["column 2"]),
        ("l.json", "{\"a\": [1], \"b\": [2]}", &["losses2 or losses", "\"a\", \"b\""]),
        ("l.json", "{\"losses\": [1], \"losses\": [2]}", &["\"losses\" is there twice"]),
        ("l.dat", "1\n2\n3\n", &[".csv, .txt, .json, .npy or .npz"]),
    ] {
        assert_refused(with_file(name, text.as_bytes(), read), name, parts);
    }
    let data = doubles(&[0.1, 2.0, 3.0]);
    for (bytes, part) in [
        (npy("'<f8'", "False", "(3,)", &data), "step 0: 0.1 isn't a float32"),
        (npy("'<f8'", "False", "(3,)", &doubles(&[1.0, 1e39, 3.0])), "step 1: 1e39 isn't a float32"),
        (npy("'<f8'", "False", "(2,)", &data[..16]), "2 losses; expected 3"),
        (npy("'<f8'", "False", "(3,)", &data[..20]), "ends after 2 of 3"),
        (npy("'<f8'", "False", "(2, 2)", &[0; 32]), "shape [2, 2]"),
        (npy("'<c8'", "False", "(3,)", &data), "real"),
    ] {
        assert_refused(with_file("l.npy", &bytes, read), "l.npy", &[part]);
    }
    let doubles = npy("'<f8'", "False", "(3,)", &data);
    let in_double = |path: &Path| loss_file::read(path, "losses1", 3, Dtype::F64);
    assert_eq!(with_file("l.npy", &doubles, in_double).unwrap(), [0.1, 2.0, 3.0]);
}

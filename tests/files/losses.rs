use super::{assert_refused, bytes, doubles, npy, npz, with_file};
use inverse_by_descent::parity::loss_file::{self, Losses};
use std::path::Path;

fn read(path: &Path) -> anyhow::Result<Losses> {
    loss_file::read(path, "losses2", None)
}

fn column(name: &str) -> impl Fn(&Path) -> anyhow::Result<Losses> {
    move |path| loss_file::read(path, "losses2", Some(name))
}

#[test]
fn losses_in_every_kind_of_file() {
    // Just above the middle of two float32, and nearest to the upper one; rounded to a double first, it would be the middle,
    // and then the lower one.
    let tie = "1.00000005960464477539062500001";
    let expected = [0.1_f32, 2.0, 1.0 + f32::EPSILON];
    let singles = bytes(&expected, f32::to_le_bytes);
    let file = npy("'<f4'", "False", "(3,)", &singles);
    let other = npy("'<f4'", "False", "(1,)", &[0; 4]);
    for (name, bytes) in [
        ("l.npy", file.clone()),
        ("l.NPY", npy("'<f8'", "False", "(3, 1, 1)", &doubles(&expected.map(f64::from)))),
        ("l.npz", npz(&[("losses1.npy", &other), ("losses2.npy", &file)])),
        ("l.npz", npz(&[("losses.npy", &file), ("losses1.npy", &other)])),
        ("l.npz", npz(&[("mine.npy", &file)])),
        ("l.json", format!("[0.1, 2, {tie}]").into()),
        ("l.json", format!("{{\"losses1\": [], \"losses2\": [0.1, 2, {tie}]}}").into()),
        ("l.json", format!("{{\"losses\": [[0.1], [2], [{tie}]], \"steps\": 3}}").into()),
        ("l.csv", format!("0.1\n2\n{tie}\n").into()),
        ("l.txt", format!("0.1\n2\n{tie}").into()),
        ("l.csv", format!("0.1,2,{tie}\n").into()),
        ("l.TXT", format!("# np.savetxt\n1.0e-01\n2.0e+00\n{tie}\n").into()),
        ("l.csv", format!("losses\r\n0.1\r\n2\r\n{tie}\r\n").into()),
        ("l.csv", format!(",losses\n0,0.1\n1,2.0\n2,{tie}\n").into()),
        ("l.csv", format!(";losses\n0;0,1\n1;2,0\n2;{}\n", tie.replace('.', ",")).into()),
    ] {
        let losses = with_file(name, &bytes, read);
        assert_eq!(losses.unwrap().f32.unwrap(), expected, "{name} {}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_diverged_run_has_infinite_losses() {
    for (name, text) in [
        ("l.csv", "1\ninf\nnan\n-inf"),
        ("l.txt", "1\nInfinity\nNaN\n-Infinity"),
        ("l.json", "[1, \"inf\", \"nan\", \"-inf\"]"),
        ("l.json", "{\"losses\": [1.0, Infinity, NaN, -Infinity], \"NaN\": 1}"),
        ("l.json", "[1, Infinity, \"nan\", -Infinity]"),
        ("l.json", r#"{"a\"NaN": "\\", "losses": [1, Infinity, NaN, -Infinity]}"#),
    ] {
        let losses = with_file(name, text.as_bytes(), read).unwrap().f64;
        assert_eq!(losses[..2], [1.0, f64::INFINITY], "{text}");
        assert!(losses[2].is_nan());
        assert_eq!(losses[3..], [f64::NEG_INFINITY]);
    }
}

#[test]
fn files_that_hold_no_such_losses() {
    for (name, text, parts) in [
        ("l.csv", "", &["no losses"][..]),
        ("l.csv", "loss\n", &["no losses"]),
        ("l.json", "[]", &["no losses"]),
        ("l.csv", "1x\n1\n2\n3\n", &["line 1", "\"1x\""]),
        ("l.csv", "-\n1\n2\n3\n", &["line 1", "\"-\""]),
        ("l.csv", "1\ntwo\n3\n", &["line 2", "\"two\""]),
        ("l.csv", "1\n\"2\"0\n3\n", &["line 2", "\"2"]),
        ("l.csv", "1\n2\n\"3", &["line 3"]),
        ("l.csv", "loss\n0\n0,25\n3\n", &["line 3 has 2 cells between commas, not 1"]),
        ("l.csv", "0,1\n1,2\n2,3\n", &["2 columns: one of [\"1\", \"2\"] must be named"]),
        ("l.csv", ",a,b\n0,1,2\n1,2,3\n", &["2 columns: one of [\"a\", \"b\"] must be named"]),
        ("l.csv", "time,loss\nnoon,1\n", &["2 columns: one of [\"time\", \"loss\"] must be named"]),
        ("l.csv", "1\n2\n1e400\n", &["line 3", "\"1e400\" is too large"]),
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
        (npy("'<f8'", "False", "(3,)", &data[..20]), "ends after 2 of 3"),
        (npy("'<f8'", "False", "(2, 2)", &[0; 32]), "shape [2, 2]"),
        (npy("'<c8'", "False", "(3,)", &data), "real"),
    ] {
        assert_refused(with_file("l.npy", &bytes, read), "l.npy", &[part]);
    }
}

#[test]
fn doubles_are_told_from_float32s() {
    let data = [0.1, 2.0, 1e39];
    let file = npy("'<f8'", "False", "(3,)", &doubles(&data));
    for (name, bytes) in [("l.npy", &file[..]), ("l.txt", b"0.1\n2\n1e39\n"), ("l.json", b"[0.1, 2, 1e39]")] {
        let losses = with_file(name, bytes, read).unwrap();
        assert_eq!((&losses.f64[..], &losses.f32), (&data[..], &None), "{name}");
        assert!(!losses.are_f32());
    }
    // Decimals are of both types; only some of them are float32s themselves.
    let losses = with_file("l.txt", b"0.1\n2\n", read).unwrap();
    assert_eq!((&losses.f64[..], losses.are_f32()), (&[0.1, 2.0][..], false));
    assert_eq!(losses.f32.unwrap(), [0.1, 2.0]);
    assert!(with_file("l.txt", b"0.5\n2\n", read).unwrap().are_f32());
}

#[test]
fn one_column_or_array_is_named() {
    let [file, other] =
        [2, 1].map(|count| npy("'<f8'", "False", &format!("({count},)"), &doubles(&[0.5, 2.0][..count])));
    let text = "time,loss,\"learning rate\"\n12:00,0.5,x\n12:01,2.0,y\n";
    for (name, bytes, asked) in [
        ("l.csv", text.into(), "loss"),
        ("l.csv", "step loss\n0 0.5\n1 2\n".into(), "loss"),
        ("l.csv", ",step,loss\n0,0,0.5\n1,1,2\n".into(), "loss"),
        ("l.csv", "step,loss\n0,1,0.5\n1,2,2\n".into(), "loss"),
        ("l.csv", "0,0.5\n1,2\n".into(), "2"),
        ("l.csv", "loss\n0.5\n2\n".into(), "loss"),
        ("l.json", "{\"losses2\": [1], \"mine\": [0.5, 2]}".into(), "mine"),
        ("l.npz", npz(&[("losses2.npy", &other), ("mine.npy", &file)]), "mine"),
    ] {
        let losses = with_file(name, &bytes, column(asked));
        assert_eq!(losses.unwrap().f64, [0.5, 2.0], "{name} {}", String::from_utf8_lossy(&bytes));
    }
    for (name, bytes, there) in [
        ("l.csv", text.into(), "[\"time\", \"loss\", \"learning rate\"]"),
        ("l.csv", "loss\n0.5\n".into(), "[\"loss\"]"),
        ("l.csv", "0.5\n".into(), "[\"1\"]"),
        ("l.json", "{\"mine\": [0.5]}".into(), "[\"mine\"]"),
        ("l.npz", npz(&[("losses2.npy", &other)]), "[\"losses2\"]"),
    ] {
        let refused = with_file(name, &bytes, column("los"));
        assert_refused(refused, name, &["expected one called los; there are", there]);
    }
    for (name, bytes) in [("l.npy", &file[..]), ("l.json", b"[1]")] {
        assert_refused(with_file(name, bytes, column("loss")), name, &["one array without a name"]);
    }
    let not_numbers = with_file("l.csv", text.as_bytes(), column("learning rate"));
    assert_refused(not_numbers, "l.csv", &["line 2, cell 3", "\"x\" isn't a number"]);
}

#[test]
fn of_a_pickle_the_message_has_the_line_of_python() {
    for (name, load) in [
        ("l.pt", "torch.load(\"/"),
        ("l.PTH", "torch.load(\"/"),
        ("l.pkl", "pickle.load(open(\"/"),
        ("l.pickle", "pickle.load(open(\"/"),
    ] {
        assert_refused(
            with_file(name, b"PK", read),
            name,
            &["numpy.save(\"/", "l.npy\", [float(loss) for loss in ", load],
        );
    }
}

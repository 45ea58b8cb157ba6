use super::{assert_refused, bytes, doubles, npy, npy_with, npz, with_file};
use inverse_by_descent::experiment::Matrix;
use inverse_by_descent::experiment::matrix_file::MatrixSource;
use std::path::Path;
use tempfile::tempdir;

fn read(path: &Path) -> anyhow::Result<(Matrix, usize)> {
    path.to_str().unwrap().parse::<MatrixSource>()?.read(None)
}

/// The entries of a file with this name and these bytes.
#[track_caller]
fn accepted(name: &str, bytes: &[u8]) -> Vec<f64> {
    let (matrix, size) =
        with_file(name, bytes, read).unwrap_or_else(|error| panic!("{:?}: {error:#}", String::from_utf8_lossy(bytes)));
    let Matrix::Given(entries) = matrix else { panic!("{matrix:?}") };
    assert_eq!(entries.len(), size * size);
    entries
}

#[track_caller]
fn refused(name: &str, bytes: &[u8], parts: &[&str]) {
    assert_refused(with_file(name, bytes, read), name, parts);
}

#[test]
fn text_as_programs_write_it() {
    for (program, text) in [
        ("np.savetxt with a delimiter", "1,-2.5\n3e-4,0\n"),
        ("no line end", "1,-2.5\n3e-4,0"),
        ("Excel, United States, CSV UTF-8", "\u{feff}1,-2.5\r\n3.00E-04,0\r\n"),
        ("Excel, Germany, CSV UTF-8", "\u{feff}1;-2,5\r\n3,00E-04;0\r\n"),
        ("Excel, Germany, tabs", "1\t-2,5\r\n3,00E-04\t0\r\n"),
        ("an old Macintosh", "1,-2.5\r3e-4,0\r"),
        ("empty lines", "\n1,-2.5\n\n3e-4,0\n\n \n"),
        ("blanks", " 1 , -2.5\n  3e-4 ,+0 \n"),
        ("quotation marks", "\"1\",\"-2.5\"\n\"3e-4\",0\n"),
        ("quotation marks and decimal commas", "\"1\";\"-2,5\"\n\"0,0003\";\"0\"\n"),
        ("np.savetxt", "# two rows\n1.0e+00 -2.5e+00\n3.0e-04 0.0e+00\n"),
        ("np.savetxt with a wide format", "     1   -2.5 \n 3e-4      0 \n"),
        ("np.savetxt with a header of several lines", "# a\n# b\n\n1 -2.5\n3e-4 0\n"),
        ("spaces and decimal commas", "1,0 -2,5\n0,0003 0,0\n"),
        ("MATLAB, save -ascii", "   1.0e+00  -2.5e+00\r\n   3.0e-04   0.0e+00\r\n"),
        ("Octave, save -text", "% Created by Octave\n 1 -2.5\n 0.0003 0\n"),
        ("pandas, to_csv", ",0,1\n0,1.0,-2.5\n1,0.0003,0.0\n"),
        ("pandas, named", ",x,y\na,1.0,-2.5\nb,0.0003,0.0\n"),
        ("pandas, without index", "x,y\n1.0,-2.5\n0.0003,0.0\n"),
        ("pandas, sep=';', decimal=','", ";0;1\n0;1,0;-2,5\n1;0,0003;0,0\n"),
        ("pandas, sep='\\t'", "\t0\t1\n0\t1.0\t-2.5\n1\t0.0003\t0.0\n"),
        ("R, write.csv", "\"\",\"V1\",\"V2\"\n\"1\",1,-2.5\n\"2\",3e-04,0\n"),
        ("R, write.csv2", "\"\";\"V1\";\"V2\"\n\"1\";1;-2,5\n\"2\";3e-04;0\n"),
        ("R, write.table", "\"V1\" \"V2\"\n\"1\" 1 -2.5\n\"2\" 3e-04 0\n"),
    ] {
        for name in ["m.csv", "m.txt"] {
            assert_eq!(accepted(name, text.as_bytes()), [1.0, -2.5, 3e-4, 0.0], "{program}");
        }
    }
    // Commas between the numbers are never decimal commas, and one decimal comma decides for all.
    assert_eq!(accepted("m.csv", b"1,2\n3,4\n"), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(accepted("m.csv", b"1,234;0,5\n2,345;3\n"), [1.234, 0.5, 2.345, 3.0]);
    assert_eq!(accepted("M.CSV", b"7"), [7.0]);
    assert_eq!(accepted("M.Txt", b"7"), [7.0]);
}

#[test]
fn text_that_could_be_read_in_two_ways_is_refused() {
    for (text, parts) in [
        ("1,5;2,5\n", &["1 rows of 2"][..]),
        ("1,5\n", &["1 rows of 2"]),
        ("1;2;3;4\n", &["1 rows of 4"]),
        ("1,234;2,345\n3,456;4,567\n", &["\"1,234\"", "decimal comma", "thousands"]),
        ("1,234 -2,345\n3,456 4,567\n", &["\"1,234\"", "thousands"]),
        ("1,5;2.5\n3;4\n", &["both points and commas"]),
        ("1,234.5;2\n3;4\n", &["both points and commas"]),
        ("1.234,5;2\n3;4\n", &["both points and commas"]),
        ("\"1,5\",\"2,5\"\n\"3,5\",\"4,5\"\n", &["line 1", "commas separate"]),
        ("1,234,567;2\n3;4\n", &["line 1", "\"1,234,567\""]),
        ("1, 2\n3 4\n", &["line 1, cell 1", "\"1,\"", "spaces separate"]),
        ("1;2\n3,4\n", &["line 1", "\"1;2\""]),
        // A header of numbers is a row; without a header, a first column of numbers is a column.
        ("0,1\n1.5,2.5\n3.5,4.5\n", &["3 rows of 2"]),
        ("0,1.5,2.5\n1,3.5,4.5\n", &["2 rows of 3"]),
        ("i,a,b\n0,1.5,2.5\n1,3.5,4.5\n", &["2 rows of 3"]),
        // The first entry is missing; this isn't a header.
        (",2\n3,4\n", &["line 1, cell 1", "\"\" isn't a number"]),
        (",1,2\n3,4,5\n6,7,8\n", &["line 1, cell 1", "\"\" isn't a number"]),
    ] {
        refused("m.csv", text.as_bytes(), parts);
    }
}

#[test]
fn text_that_is_no_square_matrix() {
    for (text, parts) in [
        (&b""[..], &["no numbers"][..]),
        (b"\n\n", &["no numbers"]),
        (b"\xef\xbb\xbf", &["no numbers"]),
        (b"# only\n% comments", &["no numbers"]),
        (b"a,b\n", &["no numbers"]),
        (b"1,2\n3\n", &["line 2 has 1 cells", "not 2"]),
        (b"1,2\n3,4,5\n", &["line 2 has 3 cells", "not 2"]),
        (b"# a\n\n1,2\n\n3,4,5\n", &["line 5 has 3 cells"]),
        (b"a,b,c\n1,2\n3,4\n", &["line 2 has 2 cells", "not 3"]),
        (b"1,2\n3,4\n5,6\n", &["3 rows of 2", "square"]),
        (b"1,2,3\n4,5,6\n", &["2 rows of 3", "square"]),
        (b"a,b\nc,d\n1,2\n", &["line 2, cell 1", "\"c\""]),
        (b"1a,b\n1,2\n", &["line 1, cell 1", "\"1a\""]),
        (b"1,2\n3,\n", &["line 2, cell 2", "\"\" isn't a number"]),
        (b"1,2\n# a comment\n3,4\n", &["line 2 has 1 cells"]),
        (b"1,2\n3,\x1b[31m\n", &["line 2, cell 2", "\"\\u{1b}[31m\""]),
        (b"\"1\"2,3\n4,5\n", &["line 1, cell 1"]),
        (b"1,2\n3,\"4\n", &["line 2, cell 2"]),
        (b"1,2\n3,4\"\n", &["line 2, cell 2"]),
        (b"1,2\n3,nan\n", &["row 2, column 2 is NaN", "finite"]),
        (b"1,-inf\n3,4\n", &["row 1, column 2 is -inf", "finite"]),
        (b"1,1e999\n3,4\n", &["line 1, cell 2", "\"1e999\" is too large for f64"]),
        (b"\xff\xfe1\x00,\x002\x00", &["UTF-16", "UTF-8"]),
        (b"\xfe\xff\x001\x00,\x002", &["UTF-16", "UTF-8"]),
        (b"1\x00,\x002\x00", &["zero bytes", "UTF-8"]),
        (b"gr\xf6\xdfe\n1\n", &["UTF-8"]),
        (&[b'9'; 5000], &["line 1, cell 1", "too large"]),
        (&[0; 100], &["zero bytes"]),
    ] {
        refused("m.csv", text, parts);
    }
}

#[test]
#[cfg_attr(miri, ignore = "512 MiB")]
fn input_and_lines_without_an_end_are_refused() {
    refused("m.csv", "1,".repeat(1 << 20).as_bytes(), &["line 1 has more than 1048576 cells"]);
    let folder = tempdir().unwrap();
    let path = folder.path().join("zeros.csv");
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_refused(read(&path), "zeros.csv", &["larger than 512 MiB"]);
}

#[test]
fn json_is_a_list_of_rows() {
    let expected = [1.0, -2.5, 3e-4, 0.0];
    for text in [
        "[[1, -2.5], [3e-4, 0]]\n",
        "\u{feff} [ [1,-2.5],[3e-4,0.0] ]",
        "{\"n\": 2, \"matrix\": [[1, -2.5], [3e-4, 0]]}",
        "{\"mine\": [[1, -2.5], [\"3e-4\", 0]]}",
    ] {
        assert_eq!(accepted("m.json", text.as_bytes()), expected, "{text}");
    }
    // A parser's fast path would give the neighbour.
    assert_eq!(accepted("m.json", b"[[0.30000000000000004440892098500626]]"), [0.1 + 0.2]);
    let many = if cfg!(miri) { 1_000 } else { 100_000 };
    let deep = "[".repeat(many);
    let wide = format!("[[{}1]]", "1,".repeat(many - 1));
    for (text, parts) in [
        ("", &["rows"][..]),
        ("[]", &["no numbers"]),
        ("[[]]", &["no numbers"]),
        ("[1, 2]", &["shape [2]", "square"]),
        ("[1, [2]]", &["row 1: column 2", "\"[2]\" isn't a number"]),
        ("[[1], 2]", &["row 2", "rows"]),
        ("[[1, 2], [3]]", &["row 2 has 1 numbers, not 2"]),
        ("[[1, 2], [3, 4, 5]]", &["row 2 has 3 numbers, not 2"]),
        ("[[1, 2]]", &["1 rows of 2"]),
        ("[[1, true], [3, 4]]", &["row 1: column 2", "\"true\""]),
        ("[[1, \"\u{9b}31m\"], [3, 4]]", &["row 1: column 2", "\\u{9b}31m"]),
        ("[[1, NaN], [3, 4]]", &["row 1, column 2 is NaN"]),
        ("[[1, 1e999], [3, 4]]", &["row 1: column 2", "too large"]),
        ("[[1]] [[2]]", &["trailing"]),
        ("[[1, 2], [3", &["EOF"]),
        ("{\"a\": [[1]], \"b\": [[2]]}", &["called matrix", "\"a\", \"b\""]),
        ("{\"\\u001b[31m\": 1, \"b\": 2}", &["\"\\u{1b}[31m\""]),
        ("{\"matrix\": [[1]], \"matrix\": [[2]]}", &["\"matrix\" is there twice"]),
        ("{\"matrix\": [[1]], \"m\": 1, \"\\u006d\": 2}", &["\"m\" is there twice"]),
        ("{\"matrix\": {\"0\": 1}}", &["rows"]),
        (&deep, &["rows"]),
        (&wide, &[&format!("1 rows of {many}")]),
    ] {
        refused("m.json", text.as_bytes(), parts);
    }
}

#[test]
fn npy_in_every_order_and_type() {
    let rows = [1.0, -2.5, 3.0, 0.5];
    let columns = [1.0, 3.0, -2.5, 0.5];
    let singles = |values: [f64; 4]| values.map(|x| x as f32);
    for (descr, order, data) in [
        ("'<f8'", "False", doubles(&rows)),
        ("'>f8'", "False", bytes(&rows, f64::to_be_bytes)),
        ("'<f8'", "True", doubles(&columns)),
        ("'>f8'", "True", bytes(&columns, f64::to_be_bytes)),
        ("'<f4'", "False", bytes(&singles(rows), f32::to_le_bytes)),
        ("'>f4'", "True", bytes(&singles(columns), f32::to_be_bytes)),
    ] {
        let file = npy(descr, order, "(2, 2)", &data);
        assert_eq!(accepted("m.npy", &file), rows, "{descr} {order}");
        assert_eq!(accepted("M.NPY", &file), rows);
        for names in [["matrix.npy", "other.npy"], ["other.npy", "matrix.npy"]] {
            let other = npy("'<U3'", "False", "()", &[0; 12]);
            let member = |name| if name == "matrix.npy" { &file[..] } else { &other[..] };
            let archive = npz(&names.map(|name| (name, member(name))));
            assert_eq!(accepted("m.npz", &archive), rows);
        }
        let mut archive = npz(&[("arr_0.npy", &file)]);
        assert_eq!(accepted("M.NPZ", &archive), rows);
        // With a comment at the end, after its length.
        archive.splice(archive.len() - 2.., *b"\x04\x00mine");
        assert_eq!(accepted("M.NPZ", &archive), rows);
    }
    for (descr, data, expected) in [
        (
            "'>i8'",
            bytes(&[1_i64, -2, 1 << 53, -(1 << 60)], i64::to_be_bytes),
            [1.0, -2.0, (1_u64 << 53) as f64, -((1_u64 << 60) as f64)],
        ),
        ("'<i4'", bytes(&[1_i32, -2, 3, i32::MIN], i32::to_le_bytes), [1.0, -2.0, 3.0, -2147483648.0]),
        ("'<i2'", bytes(&[1_i16, -2, 3, 4], i16::to_le_bytes), [1.0, -2.0, 3.0, 4.0]),
        ("'|i1'", vec![1, 254, 3, 4], [1.0, -2.0, 3.0, 4.0]),
        ("'|u1'", vec![1, 254, 3, 4], [1.0, 254.0, 3.0, 4.0]),
        ("'>u2'", bytes(&[1_u16, 65535, 3, 4], u16::to_be_bytes), [1.0, 65535.0, 3.0, 4.0]),
        ("'<u8'", bytes(&[1_u64, 1 << 63, 3, 4], u64::to_le_bytes), [1.0, (1_u64 << 63) as f64, 3.0, 4.0]),
    ] {
        assert_eq!(accepted("m.npy", &npy(descr, "False", "(2, 2)", &data)), expected, "{descr}");
    }
}

/// Each is refused as a file of its own and as the member of an archive.
#[test]
fn npy_that_is_no_square_matrix() {
    let whole = npy("'<f8'", "False", "(2, 2)", &doubles(&[1.0, 2.0, 3.0, 4.0]));
    let mut cases: Vec<(Vec<u8>, &[&str])> = vec![];
    for length in [0, 1, 6, 9, 10, 11, 50, 127] {
        cases.push((whole[..length].to_vec(), &[".npy"]));
    }
    cases.push((whole[..128].to_vec(), &["ends after 0 of 4"]));
    cases.push((whole[..whole.len() - 1].to_vec(), &["ends after 3 of 4"]));
    cases.push(([&whole[..], b"\0"].concat(), &["goes on after its 4 numbers"]));
    cases.push((b"1,2\n3,4\n, just a CSV file".to_vec(), &[".npy"]));
    let mut version = whole.clone();
    version[6] = 4;
    cases.push((version, &[".npy"]));
    let mut long = b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec();
    long.extend([b' '; 100]);
    cases.push((long, &["4294967295 bytes"]));
    for (descr, part) in [
        ("'|O'", "\"|O\""),
        ("'<c16'", "complex numbers; expected real ones"),
        ("'<c8'", "complex numbers; expected real ones"),
        ("'<U3'", "\"<U3\""),
        ("'|b1'", "\"|b1\""),
        ("'<f2'", "\"<f2\""),
        ("'<f16'", "\"<f16\""),
        ("'f8'", "\"f8\""),
        ("''", "\"\""),
        ("'é'", "\"é\""),
        ("'\x1b[31m'", ".npy"),
        ("[('a', '<f8')]", "plain numbers"),
    ] {
        let parts: &[&str] = Box::leak(Box::new([part]));
        cases.push((npy(descr, "False", "(1, 1)", &[0; 16]), parts));
    }
    for (shape, part) in [
        ("(2,)", "shape [2]"),
        ("()", "shape []"),
        ("(1, 2, 1)", "shape [1, 2, 1]"),
        ("(2, 1)", "2 rows of 1"),
        ("(0, 0)", "no numbers"),
        ("(8193, 8193)", "more than 67108864 numbers"),
        ("(1099511627776, 1099511627776)", "more than 67108864 numbers"),
        ("(4294967296, 4294967296, 4)", "expected a square matrix"),
        ("(536870912,)", "expected a square matrix"),
        (&format!("({})", "1, ".repeat(65)), "65 dimensions"),
        ("(8000, 8000)", "ends after 2 of 64000000"),
        ("(-2, -2)", ".npy"),
        ("(2, 2", ".npy"),
        ("(((2, 2)))", ".npy"),
        ("(True, 2)", ".npy"),
        ("[[[[[[[[[[[[[[[[[[[[[[[[2]]]]]]]]]]]]]]]]]]]]]]]]", ".npy"),
    ] {
        let parts: &[&str] = Box::leak(Box::new([part]));
        let length = if shape == "()" {
            8
        } else if shape == "(0, 0)" {
            0
        } else {
            16
        };
        cases.push((npy("'<f8'", "False", shape, &vec![0; length]), parts));
    }
    for header in [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), 'shape': (1, 1), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), 'more': 1, }",
        "{'descr': '<f8', 'fortran_order': False, }",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1, 1), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), } }",
        "\x1b[31m",
    ] {
        cases.push((npy_with(header, &[0; 8]), &["header is"]));
    }
    for nested in ["(".repeat(9_000), "[".repeat(4_000) + &"]".repeat(4_000)] {
        cases.push((npy(&nested, "False", "(2, 2)", &[]), &[".npy"]));
    }
    let fortran = doubles(&[1.0, f64::NAN, 3.0, 4.0]);
    cases.push((npy("'<f8'", "True", "(2, 2)", &fortran), &["row 2, column 1 is NaN"]));
    for large in [(1_i64 << 53) + 1, -(1 << 53) - 1, i64::MAX] {
        let data = bytes(&[large], i64::to_le_bytes);
        cases.push((npy("'<i8'", "False", "(1, 1)", &data), &["float64"]));
    }
    let data = bytes(&[u64::MAX], u64::to_le_bytes);
    cases.push((npy("'<u8'", "False", "(1, 1)", &data), &["18446744073709551615"]));
    for (bytes, parts) in cases {
        refused("m.npy", &bytes, parts);
        refused("m.npz", &npz(&[("matrix.npy", &bytes)]), parts);
    }
}

#[test]
fn npz_that_is_no_archive_of_one_matrix() {
    let one = npy("'<f8'", "False", "(1, 1)", &doubles(&[1.0]));
    let two = npz(&[("a.npy", &one), ("b.npy", &one)]);
    refused("m.npz", b"", &[".npz"]);
    refused("m.npz", &one, &[".npz"]);
    refused("m.npz", &two[..two.len() - 30], &[".npz"]);
    refused("m.npz", &npz(&[]), &["called matrix"]);
    refused("m.npz", &two, &["called matrix", "\"a\", \"b\""]);
    refused("m.npz", &npz(&[("\x1b[1m.npy", &one), ("b.npy", &one)]), &["\"\\u{1b}[1m\""]);
    let text = String::from_utf8_lossy(&two).into_owned();
    assert_eq!(text.matches("b.npy").count(), 2);
    let mut twice = two.clone();
    for at in 0..two.len() - 5 {
        if two[at..].starts_with(b"b.npy") {
            twice[at] = b'a';
        }
    }
    refused("m.npz", &twice, &["same name"]);
    refused("m.npz", &[&npz(&[("matrix.npy", &one)])[..], b"more"].concat(), &["goes on after its end"]);
    refused("m.npz", &[b"more", &npz(&[("matrix.npy", &one)])[..]].concat(), &["before its start"]);
    let mut flipped = npz(&[("matrix.npy", &one)]);
    let at = flipped.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    flipped[at + 16] ^= 1; // the sum of the member's bytes
    refused("m.npz", &flipped, &["checksum"]);
}

#[test]
fn names_that_are_no_matrix() {
    let folder = tempdir().unwrap();
    assert_refused(read(&folder.path().join("none.csv")), "none.csv", &["can't be read"]);
    std::fs::create_dir(folder.path().join("folder.json")).unwrap();
    assert_refused(read(&folder.path().join("folder.json")), "folder.json", &["can't be read"]);
    for (text, part) in [
        ("m.xlsx", "expected diag"),
        ("m", "a .csv, .txt, .json, .npy or .npz"),
        ("", "expected diag"),
        ("diag:", "\"\" isn't a number"),
        ("diag:1,x", "\"x\" isn't a number; expected numbers with commas"),
        ("diag:1,inf", "finite"),
        ("diag:1,1e400", "too large"),
    ] {
        // The command line shows this message alone, without causes.
        let message = text.parse::<MatrixSource>().unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
    let source: MatrixSource = "diag:1,2,3".parse().unwrap();
    assert_eq!(source.read(None).unwrap(), (Matrix::Diagonal(vec![1.0, 2.0, 3.0]), 3));
    assert_refused(source.read(Some(4)), "", &["size 4", "3×3"]);
}

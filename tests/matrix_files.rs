//! Matrix files as people make them, and as nobody should.

use inverse_by_descent::experiment::Matrix;
use inverse_by_descent::experiment::matrix_file::MatrixSource;
use std::fs;
use std::io::Write;
use std::path::Path;
use tempfile::tempdir;

fn read(path: &Path) -> anyhow::Result<(Matrix, usize)> {
    path.to_str().unwrap().parse::<MatrixSource>()?.read(None)
}

/// The entries of a file with this name and these bytes.
#[track_caller]
fn accepted(name: &str, bytes: &[u8]) -> Vec<f64> {
    let folder = tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let (matrix, size) = read(&path).unwrap();
    let Matrix::Given(entries) = matrix else { panic!("{matrix:?}") };
    assert_eq!(entries.len(), size * size);
    entries
}

/// The message for a file with this name and these bytes names the file and has `parts` in it.
#[track_caller]
fn refused(name: &str, bytes: &[u8], parts: &[&str]) {
    let folder = tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let message = format!("{:#}", read(&path).unwrap_err());
    for part in [&[name], parts].concat() {
        assert!(message.contains(part), "{part:?} isn't in {message:?}");
    }
    assert!(message.len() < 500, "{message}");
}

/// An .npy file of format version 1.0, as `numpy.lib.format` describes it.
fn npy(descr: &str, fortran_order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}");
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    let header = format!("{header}{}\n", " ".repeat(padding));
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

fn bytes<const N: usize, T: Copy>(values: &[T], to_bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| to_bytes(value)).collect()
}

#[test]
fn csv_as_people_write_it() {
    let expected = [1.0, -2.5, 3e-4, 0.0];
    for text in ["1,-2.5\n3e-4,0\n", "1,-2.5\n3e-4,0", "\u{feff}1,-2.5\r\n3e-4,0\r\n", " 1 ,\t-2.5\n\n\"3e-4\",+0\n\n"]
    {
        assert_eq!(accepted("m.csv", text.as_bytes()), expected, "{text:?}");
    }
    assert_eq!(accepted("M.CSV", b"7"), [7.0]);
}

#[test]
fn csv_that_is_no_square_matrix() {
    refused("m.csv", b"", &["no numbers"]);
    refused("m.csv", b"\n\n", &["no numbers"]);
    refused("m.csv", b"\xef\xbb\xbf", &["no numbers"]);
    refused("m.csv", b"1,2\n3\n", &["row 2 has 1 entries", "first has 2"]);
    refused("m.csv", b"1,2\n3,4,5\n", &["row 2 has more entries", "2"]);
    refused("m.csv", b"1,2\n3,4\n5,6\n", &["more than 2 rows"]);
    refused("m.csv", b"1,2,3\n4,5,6\n", &["2 rows of 3 entries", "square"]);
    refused("m.csv", b"a,b\n1,2\n", &["row 1, column 1", "\"a\"", "numbers with commas"]);
    refused("m.csv", b"1,2\n3,\n", &["row 2, column 2", "\"\""]);
    refused("m.csv", b"1 2\n3 4\n", &["\"1 2\"", "commas"]);
    refused("m.csv", b"1,2\n3,nan\n", &["row 2, column 2", "\"nan\"", "finite"]);
    refused("m.csv", b"1,-inf\n3,4\n", &["row 1, column 2", "finite"]);
    refused("m.csv", b"1,1e999\n3,4\n", &["row 1, column 2", "finite"]);
    refused("m.csv", b"\xff\xfe1\x00,\x002\x00", &["row 1, column 1", "UTF-8"]);
    refused("m.csv", &[b'9'; 5000], &["row 1, column 1", "1024 characters"]);
    refused("m.csv", &[0; 100], &["row 1, column 1"]);
}

#[test]
fn a_line_of_a_hundred_million_columns_is_refused_on_the_way() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("wide.csv");
    // 200 MB that take no room on the disk until the part that is read: a sparse file after its first MiB.
    let mut file = fs::File::create(&path).unwrap();
    file.write_all("1,".repeat(1 << 19).as_bytes()).unwrap();
    file.set_len(200_000_000).unwrap();
    let message = format!("{:#}", read(&path).unwrap_err());
    assert!(message.contains("row 1 has more than 32768 entries"), "{message}");
}

#[test]
fn json_is_a_list_of_rows() {
    assert_eq!(accepted("m.json", b"[[1, -2.5], [3e-4, 0]]\n"), [1.0, -2.5, 3e-4, 0.0]);
    // The parser's own fast path would give the neighbour.
    assert_eq!(accepted("m.json", b"[[0.30000000000000004440892098500626]]"), [0.1 + 0.2]);
    refused("m.json", b"", &["list of rows"]);
    refused("m.json", b"[]", &["no numbers"]);
    refused("m.json", b"[[]]", &["no numbers"]);
    refused("m.json", b"[1, 2]", &["list of rows", "line 1 column 3"]);
    refused("m.json", b"{\"matrix\": [[1]]}", &["list of rows"]);
    refused("m.json", b"[[1, 2], [3]]", &["row 2 has 1 entries"]);
    refused("m.json", b"[[1, 2], [3, 4, 5]]", &["row 2 has more entries"]);
    refused("m.json", b"[[1, 2]]", &["1 rows of 2"]);
    refused("m.json", b"[[1, \"2\"], [3, 4]]", &["line 1 column 8"]);
    refused("m.json", b"[[1, NaN], [3, 4]]", &["line 1"]);
    refused("m.json", b"[[1, 1e999], [3, 4]]", &["line 1", "out of range"]);
    refused("m.json", b"[[1]] [[2]]", &["trailing"]);
    refused("m.json", b"[[1, 2], [3", &["EOF"]);
    refused("m.json", "[".repeat(100_000).as_bytes(), &["list of rows"]);
    let wide = format!("[[{}1]]", "1,".repeat(40_000));
    refused("m.json", wide.as_bytes(), &["row 1 has more than 32768 entries"]);
}

#[test]
fn npy_in_every_order_and_type() {
    let rows = [1.0, -2.5, 3.0, 0.5];
    let columns = [1.0, 3.0, -2.5, 0.5];
    let singles = |values: [f64; 4]| values.map(|x| x as f32);
    for (descr, order, data) in [
        ("'<f8'", "False", bytes(&rows, f64::to_le_bytes)),
        ("'>f8'", "False", bytes(&rows, f64::to_be_bytes)),
        ("'<f8'", "True", bytes(&columns, f64::to_le_bytes)),
        ("'>f8'", "True", bytes(&columns, f64::to_be_bytes)),
        ("'<f4'", "False", bytes(&singles(rows), f32::to_le_bytes)),
        ("'>f4'", "True", bytes(&singles(columns), f32::to_be_bytes)),
    ] {
        assert_eq!(accepted("m.npy", &npy(descr, order, "(2, 2)", &data)), rows, "{descr} {order}");
    }
    let integers = [1.0, -2.0, 3.0, 4.0];
    let data = bytes(&[1_i64, -2, 3, 4], i64::to_be_bytes);
    assert_eq!(accepted("m.npy", &npy("'>i8'", "False", "(2, 2)", &data)), integers);
    let data = [1, 254, 3, 4];
    assert_eq!(accepted("m.npy", &npy("'|i1'", "False", "(2, 2)", &data)), integers);
}

#[test]
fn npy_that_is_no_square_matrix() {
    let whole = npy("'<f8'", "False", "(2, 2)", &bytes(&[1.0, 2.0, 3.0, 4.0], f64::to_le_bytes));
    for length in [0, 1, 6, 9, 10, 11, 50, 127] {
        refused("m.npy", &whole[..length], &[".npy"]);
    }
    refused("m.npy", &whole[..128], &["ends after 0 of 2×2"]);
    refused("m.npy", &whole[..whole.len() - 1], &["ends after 3 of 2×2"]);
    refused("m.npy", b"1,2\n3,4\n, just a CSV file", &[".npy"]);
    refused("m.npy", &npy("'|O'", "False", "(2, 2)", b"\x80\x04"), &["'|O'", "float64"]);
    refused("m.npy", &npy("'<c16'", "False", "(1, 1)", &[0; 16]), &["'<c16'", "float64"]);
    refused("m.npy", &npy("'<U3'", "False", "(1, 1)", &[0; 12]), &["'<U3'", "float64"]);
    refused("m.npy", &npy("'|b1'", "False", "(1, 1)", &[1]), &["'|b1'", "float64"]);
    refused("m.npy", &npy("[('a', '<f8')]", "False", "(1, 1)", &[0; 8]), &["something larger or deeper"]);
    refused("m.npy", &npy("'<f8'", "False", "(2,)", &[0; 16]), &["shape [2]", "square"]);
    refused("m.npy", &npy("'<f8'", "False", "()", &[0; 8]), &["shape []", "square"]);
    refused("m.npy", &npy("'<f8'", "False", "(2, 3)", &[0; 48]), &["2 rows of 3"]);
    refused("m.npy", &npy("'<f8'", "False", "(0, 0)", &[]), &["no numbers"]);
    refused("m.npy", &npy("'<f8'", "False", "(-2, -2)", &[]), &["negative"]);
    refused("m.npy", &npy("'<f8'", "False", "(30000, 30000)", &[0; 8]), &["ends after 1 of"]);
    refused("m.npy", &npy("'<f8'", "False", "(40000, 40000)", &[0; 8]), &["at most 32768"]);
    for shape in ["(1099511627776, 1099511627776)", "(4294967296, 4294967296)", "(((2, 2)))"] {
        refused("m.npy", &npy("'<f8'", "False", shape, &[0; 8]), &["square matrix"]);
    }
    let fortran = bytes(&[1.0, f64::NAN, 3.0, 4.0], f64::to_le_bytes);
    refused("m.npy", &npy("'<f8'", "True", "(2, 2)", &fortran), &["row 2, column 1 is NaN"]);
    let mut long = b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec();
    long.extend([b' '; 100]);
    refused("m.npy", &long, &["4294967295 bytes"]);
    for nested in ["(".repeat(9_000), "[".repeat(4_000) + &"]".repeat(4_000)] {
        refused("m.npy", &npy(&nested, "False", "(2, 2)", &[]), &[".npy"]);
    }
}

#[test]
fn names_that_are_no_matrix() {
    let folder = tempdir().unwrap();
    let message = format!("{:#}", read(&folder.path().join("none.csv")).unwrap_err());
    assert!(message.contains("none.csv: can't be read"), "{message}");
    fs::create_dir(folder.path().join("folder.json")).unwrap();
    let message = format!("{:#}", read(&folder.path().join("folder.json")).unwrap_err());
    assert!(message.contains("folder.json"), "{message}");
    for (text, part) in [
        ("m.txt", "expected diag"),
        ("", "expected diag"),
        ("diag:", "\"\" isn't a number"),
        ("diag:1,x", "\"x\" isn't a number"),
        ("diag:1,inf", "finite"),
    ] {
        let message = format!("{:#}", text.parse::<MatrixSource>().unwrap_err());
        assert!(message.contains(part), "{text}: {message}");
    }
    let source: MatrixSource = "diag:1,2,3".parse().unwrap();
    assert_eq!(source.read(None).unwrap(), (Matrix::Diagonal(vec![1.0, 2.0, 3.0]), 3));
    let message = format!("{:#}", source.read(Some(4)).unwrap_err());
    assert!(message.contains("--size 4") && message.contains("3×3"), "{message}");
}

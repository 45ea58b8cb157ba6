//! Tensors, arrays and numbers are printed as Python printed them. `recorded/printing.json` holds what Python printed;
//! `recorded/record_printing.py` wrote it.

use inverse_by_descent::notebook::printing::{numpy, python, torch};
use serde::Deserialize;
use tch::{Kind, Tensor};

#[derive(Deserialize)]
struct Recorded {
    tensors: Vec<Case>,
    arrays: Vec<Case>,
    numbers: Vec<Number>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    dtype: String,
    shape: Vec<i64>,
    /// Python's repr of each; repeated where there are fewer than the shape has elements.
    values: Vec<String>,
    #[serde(default)]
    requires_grad: bool,
    #[serde(default)]
    operation: Option<String>,
    printed: String,
}

#[derive(Deserialize)]
struct Number {
    value: String,
    precision: usize,
    printed: String,
}

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("recorded/printing.json")).unwrap()
}

fn kind(dtype: &str) -> Kind {
    match dtype {
        "uint8" => Kind::Uint8,
        "int8" => Kind::Int8,
        "int16" => Kind::Int16,
        "int32" => Kind::Int,
        "int64" => Kind::Int64,
        "bool" => Kind::Bool,
        "float16" => Kind::Half,
        "bfloat16" => Kind::BFloat16,
        "float32" => Kind::Float,
        "float64" => Kind::Double,
        "float8_e5m2" => Kind::Float8e5m2,
        "float8_e4m3fn" => Kind::Float8e4m3fn,
        other => panic!("a dtype that the test doesn't know: {other}"),
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug> + Copy>(case: &Case) -> Vec<T> {
    let values: Vec<T> = case.values.iter().map(|v| v.parse().unwrap()).collect();
    let count = case.shape.iter().product::<i64>() as usize;
    values.into_iter().cycle().take(count).collect()
}

/// The tensor that Python printed.
fn rebuilt(case: &Case) -> Tensor {
    let kind = kind(&case.dtype);
    let flat = match kind {
        Kind::Bool | Kind::Uint8 | Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64 => {
            Tensor::from_slice(&parsed::<i64>(case))
        }
        _ => Tensor::from_slice(&parsed::<f64>(case)),
    };
    let tensor = flat.to_kind(kind).reshape(&case.shape).set_requires_grad(case.requires_grad);
    match case.operation.as_deref() {
        None => tensor,
        Some("clone") => tensor.copy(),
        Some("transpose") => tensor.tr(),
        Some(other) => panic!("an operation that the test doesn't know: {other}"),
    }
}

/// Python's text without the `grad_fn` suffix, which is always the last one and which `printing::torch` leaves out.
fn without_grad_fn(printed: &str) -> String {
    match printed.find("grad_fn=<") {
        Some(at) => format!("{})", printed[..at].trim_end().trim_end_matches(',')),
        None => printed.to_string(),
    }
}

/// The elements that a printed text shows.
fn shown_elements(printed: &str) -> Vec<String> {
    let inside = match (printed.find('['), printed.rfind(']')) {
        (Some(start), Some(end)) => &printed[start..end],
        _ => printed.trim_start_matches("tensor(").split(&[',', ')']).next().unwrap(),
    };
    inside
        .split(|c: char| c.is_whitespace() || "[],".contains(c))
        .filter(|word| !word.is_empty() && *word != "...")
        .map(str::to_string)
        .collect()
}

/// Fails with all cases that differ, and what they should be.
fn assert_all(what: &str, cases: impl Iterator<Item = (String, String, String)>) {
    let mut count = 0;
    let mut failures = Vec::new();
    for (name, expected, got) in cases {
        count += 1;
        if got != expected {
            failures.push(format!("{name}\nPython printed:\n{expected}\nwe print:\n{got}\n"));
        }
    }
    assert!(count > 0, "no case recorded for {what}");
    assert!(failures.is_empty(), "{} of {count} {what} differ:\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn tensors_print_as_in_pytorch() {
    let cases = recorded().tensors;
    assert_all(
        "tensors",
        cases.iter().map(|case| {
            let text = torch::tensor(&rebuilt(case)).unwrap_or_else(|e| format!("{e:#}"));
            (case.name.clone(), without_grad_fn(&case.printed), text)
        }),
    );
}

#[test]
fn elements_of_tensors_are_the_printed_ones() {
    let cases = recorded().tensors;
    assert_all(
        "tensors' elements",
        cases.iter().map(|case| {
            let texts = torch::elements(&rebuilt(case)).unwrap();
            let expected = shown_elements(&case.printed);
            (case.name.clone(), expected.join(" "), texts.join(" "))
        }),
    );
}

#[test]
fn arrays_print_as_in_numpy() {
    let cases = recorded().arrays;
    assert_all(
        "arrays",
        cases.iter().map(|case| {
            let text = numpy::array(&rebuilt(case)).unwrap_or_else(|e| format!("{e:#}"));
            (case.name.clone(), case.printed.clone(), text)
        }),
    );
}

#[test]
fn elements_of_arrays_are_the_printed_ones() {
    let cases = recorded().arrays;
    assert_all(
        "arrays' elements",
        cases.iter().map(|case| {
            let texts = numpy::elements(&rebuilt(case)).unwrap();
            let expected = shown_elements(&case.printed);
            (case.name.clone(), expected.join(" "), texts.join(" "))
        }),
    );
}

#[test]
fn numbers_format_as_in_python() {
    let numbers = recorded().numbers;
    assert_all(
        "numbers",
        numbers.iter().map(|n| {
            let text = python::general(n.value.parse().unwrap(), n.precision);
            (format!("{} to {} digits", n.value, n.precision), n.printed.clone(), text)
        }),
    );
}

#[test]
fn a_view_with_other_strides_prints_its_own_order() {
    let whole = Tensor::arange(12, (Kind::Float, tch::Device::Cpu)).reshape([3, 4]);
    let column = whole.select(1, 2);
    assert_eq!(torch::elements(&column).unwrap(), ["2.", "6.", "10."]);
    assert_eq!(torch::tensor(&column).unwrap(), "tensor([ 2.,  6., 10.])");
}

#[test]
fn what_cannot_be_printed_is_an_error() {
    let dense = Tensor::ones([2, 2], (Kind::Float, tch::Device::Cpu));
    let complex = Tensor::zeros([2], (Kind::ComplexFloat, tch::Device::Cpu));
    let quantised = dense.quantize_per_tensor(0.1, 0, Kind::QInt8);
    for (what, tensor, part) in [
        ("undefined", Tensor::new(), "undefined"),
        ("sparse", dense.to_sparse(None, None::<&[i64]>, None), "dense"),
        ("CSR", dense.to_sparse_csr(None), "dense"),
        ("oneDNN", dense.to_mkldnn(), "dense"),
        ("complex", complex, "ComplexFloat"),
        ("quantised", quantised, "QInt8"),
        ("complex and empty", Tensor::zeros([0], (Kind::ComplexFloat, tch::Device::Cpu)), "ComplexFloat"),
    ] {
        for (printer, result) in [("torch", torch::tensor(&tensor)), ("numpy", numpy::array(&tensor))] {
            let message = result.expect_err(&format!("{what} by {printer}")).to_string();
            assert!(message.contains(part), "{what} by {printer}: {message}");
        }
    }
    for (tensor, part) in [(Tensor::from_slice(&[1i64, 2]), "Int64"), (Tensor::from(1.5f32), "dimension")] {
        let message = numpy::array(&tensor).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
}

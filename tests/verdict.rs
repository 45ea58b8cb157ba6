//! What fails the verdict on a reproduction.

use inverse_by_descent::experiment::trajectory::Course;
use inverse_by_descent::libtorch::Arithmetic;
use inverse_by_descent::notebook::page::{Cell, Output, Page, Text};
use inverse_by_descent::notebook::printed::{self, Check, Printed, check};
use inverse_by_descent::parity::pytorch::{AgainstRecorded, recorded};
use inverse_by_descent::report::Verdict;
use std::collections::BTreeMap;

/// A page whose cell In [116] printed one loss, of step 2000.
fn page(loss: &str) -> Page {
    let numbers = vec![loss.to_owned()];
    let text = Text { name: "loss 2000".to_owned(), text: loss.to_owned(), numbers, columns: 1 };
    let outputs = vec![Output::Text(text)];
    Page { cells: vec![Cell { cell: "In [116]", source_line: 1, outputs }], runs: vec![] }
}

fn expected(cell: &str, output: &str, row: usize, column: usize, printed: &str) -> Printed {
    let [cell, output, printed] = [cell, output, printed].map(str::to_owned);
    Printed { cell, output, row, column, printed }
}

/// The check of `loss` against `printed`, where the loop by hand prints 2.5025e-12 in this order and 2.6224e-12 in the notebook's.
fn checked(loss: &str, printed: &str) -> Check {
    let expected = expected("In [116]", "loss 2000", 0, 0, printed);
    check(&[expected], &page(loss), &BTreeMap::from([(2000, ["2.5025e-12", "2.6224e-12"].map(str::to_owned))]))
}

#[test]
fn the_order_of_summation_explains_its_own_digits_and_no_others() {
    let explained = checked("2.5025e-12", "2.6224e-12");
    assert!(explained.holds() && explained.explained == 1, "{explained:?}");
    for loss in ["nan", "-2.5025e-12", "-inf", "inf", "2.5026e-12", "0."] {
        let check = checked(loss, "2.6224e-12");
        assert!(!check.holds() && check.explained == 0, "{check:?}");
        assert!(check.differences[0].fails);
    }
    assert!(!checked("2.5025e-12", "2.6225e-12").holds(), "another number than the notebook's order gives");
    assert!(checked("2.6224e-12", "2.6224e-12").holds());
}

/// A row of 2⁶² at 16 columns once wrapped to row 0.
#[test]
fn an_expected_number_without_a_place_is_missing() {
    let mut page = page("2.6224e-12");
    let numbers = vec!["1.".to_owned(); 16];
    let text = Text { name: "tensor".to_owned(), text: String::new(), numbers, columns: 4 };
    page.cells.push(Cell { cell: "In [78]", source_line: 2, outputs: vec![Output::Text(text)] });
    let lost = [
        expected("In [78]", "tensor", 4_611_686_018_427_387_904, 0, "1."),
        expected("In [78]", "tensor", 0, 4, "1."),
        expected("In [78]", "tensor", 4, 0, "1."),
        expected("In [78]", "loss 0", 0, 0, "1."),
        expected("In [79]", "tensor", 0, 0, "1."),
    ];
    for lost in lost {
        let check = check(std::slice::from_ref(&lost), &page, &BTreeMap::new());
        assert!(!check.holds() && check.equal_in_value == 0, "{check:?}");
        assert_eq!(check.missing.len(), 1, "{lost}");
        assert_eq!(check.missing[0].to_string(), lost.to_string());
    }
    let there = expected("In [78]", "tensor", 3, 3, "1.");
    assert!(check(&[there], &page, &BTreeMap::new()).holds());
}

#[test]
fn printed_numbers_are_read_from_a_file_and_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "cell,output,row,column,printed\nIn [78],tensor,1,2,-3.5\n").unwrap();
    let named: Vec<_> = printed::read(file.path()).unwrap().iter().map(Printed::to_string).collect();
    assert_eq!(named, ["In [78] tensor, row 1, column 2: printed -3.5"]);
}

#[test]
fn one_bit_of_one_loss_fails_it() {
    let mut runs: Vec<Vec<f32>> = vec![];
    for run in &recorded().unwrap().runs[..4] {
        let Course::F32(course) = &run.course else { panic!("the notebook's runs are in f32") };
        runs.push(course.losses.clone());
    }
    let verdict = |runs: &[Vec<f32>]| {
        let runs: Vec<&[f32]> = runs.iter().map(|run| &run[..]).collect();
        Verdict {
            notebook: checked("2.6224e-12", "2.6224e-12"),
            pytorch: AgainstRecorded::of(&runs, Arithmetic::Notebook).unwrap(),
        }
    };
    let equal = verdict(&runs);
    assert!(equal.holds());
    assert_eq!(
        equal.to_string(),
        "1 of 1 numbers equal in value, 1 as printed; \
         40,000 of 40,000 losses equal to PyTorch's recorded ones"
    );
    runs[3][9999] = runs[3][9999].next_up();
    let unequal = verdict(&runs);
    assert!(!unequal.holds(), "all numbers are as printed, but not all losses as recorded");
    assert!(unequal.to_string().contains("; 39,999 of 40,000 losses equal"), "{unequal}");
}

#[test]
fn native_arithmetic_says_what_it_allows_and_what_it_leaves_out() {
    let allowed = Verdict { notebook: checked("2.5025e-12", "2.6224e-12"), pytorch: None };
    assert!(allowed.holds());
    assert_eq!(
        allowed.to_string(),
        "0 of 1 numbers equal in value, 0 as printed, 1 explained by the order of summation; \
         losses not compared: PyTorch's were recorded in notebook arithmetic"
    );
    let notebook = checked("nan", "2.6224e-12");
    assert!(!Verdict { notebook, pytorch: None }.holds());
}

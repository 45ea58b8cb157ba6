use std::process::ExitCode;
use tch::notebook::{matrix_inverse, page};

fn main() -> ExitCode {
    let mut page = page::Page::default();
    matrix_inverse::notebook(&mut page, |steps| 0..steps).unwrap();
    let check = page::check(&page);
    println!("{} {} {}", check.numbers, check.equal_in_value, check.equal_as_printed);
    ExitCode::SUCCESS
}

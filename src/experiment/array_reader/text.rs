//! Tables of numbers from text. The rules, which see to it that no text can be read in two ways:
//!
//! - The last line tells what separates the numbers: semicolons if it has one, else tabs if it has one, else commas if
//!   the text has any, unless this line is words with spaces between, whose commas all stand between digits; else spaces.
//! - A point is a decimal point. A comma is a decimal comma where something else separates the numbers; a file that has
//!   both, or whose commas could all separate thousands, is refused.
//! - A first line of names is a header; so is one with an empty first cell and names, or 0, 1, 2, … in the others. The
//!   first column is passed over if its header is empty or missing.

use super::{Array, Numbers, Wanted, choose, quoted};
use anyhow::{Context, Result, bail, ensure};
use csv::{ReaderBuilder, StringRecord};

/// The most cells of a line; with spaces between the numbers, there are empty ones.
const MAX_CELLS: usize = 1 << 20;

/// The numbers of all lines, of one column or of all. Passes over empty lines, and over lines at the top that begin with `#`
/// or `%`. Columns without names are called 1, 2, 3, …
pub fn read(text: &str, wanted: Wanted) -> Result<Array> {
    let passed_over = |line: &&str| matches!(line.trim_start().bytes().next(), None | Some(b'#' | b'%'));
    let top = text.split_inclusive('\n').take_while(passed_over);
    let (lines, length) = top.fold((0, 0), |(lines, length), line| (lines + 1, length + line.len()));
    let text = &text[length..];
    let (separator, name) = separator(text);
    ensure_one_reading(text, separator)?;
    let has_many = |line: &str| line.split('\r').any(|line| line.matches(char::from(separator)).count() >= MAX_CELLS);
    if let Some(long) = text.lines().position(has_many) {
        bail!("line {} has more than {MAX_CELLS} cells", lines + long + 1);
    }
    let mut reader = ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).quoting(false).delimiter(separator);
    let mut reader = reader.from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let (mut length, mut first, mut rows, mut numbers) = (None, 0, 0, Numbers::new());
    let (mut names, mut taken) = (vec![], None);
    while reader.read_record(&mut record)? {
        let end = reader.position().byte() as usize;
        let line = || lines + text[..end].trim_end().lines().count();
        let mut cells: Vec<_> = record.iter().map(content).collect();
        cells.retain(|cell| separator != b' ' || !cell.is_empty());
        if matches!(cells[..], [] | [""]) {
            continue;
        }
        if length.is_none() && is_header(&cells) {
            (length, first) = (Some(cells.len()), usize::from(cells[0].is_empty()));
            names = cells[first..].iter().map(|name| name.to_string()).collect();
            continue;
        }
        if (rows, first, length) == (0, 0, Some(cells.len() - 1)) {
            (length, first) = (Some(cells.len()), 1);
        }
        let length = *length.get_or_insert(cells.len());
        let count = cells.len();
        ensure!(count == length, "line {} has {count} cells between {name}, not {length} as those above", line());
        if rows == 0 && wanted.one_column {
            let is_one_line = text[end..].trim().is_empty();
            taken = column(&names, length - first, is_one_line, wanted)?.map(|column| first + column);
        }
        for (column, cell) in cells.iter().enumerate().skip(first) {
            if taken.is_some_and(|taken| taken != column) {
                continue;
            }
            let number = decimal_comma(cell);
            let place = || format!("line {}, cell {} ({name} separate the cells)", line(), column + 1);
            numbers.push_decimal(number.as_deref().unwrap_or(cell)).with_context(place)?;
        }
        rows += 1;
    }
    Ok(Array { shape: vec![rows, numbers.f64.len() / rows.max(1)], numbers })
}

/// The column that is wanted; `None` for all, where there is one only, or one line without names.
fn column(names: &[String], count: usize, is_one_line: bool, wanted: Wanted) -> Result<Option<usize>> {
    if wanted.or_only && (count == 1 || is_one_line && names.is_empty()) {
        return Ok(None);
    }
    let numbers: Vec<_> = (1..=count).map(|number| number.to_string()).collect();
    let there: Vec<&str> = if names.is_empty() { &numbers } else { names }.iter().map(String::as_str).collect();
    let names = if wanted.or_only { &[] } else { wanted.names };
    choose(&there, Wanted { names, ..wanted }).with_context(|| format!("{count} columns")).map(Some)
}

/// What separates the numbers, as a byte and in words.
fn separator(text: &str) -> (u8, &'static str) {
    let line = text.trim_end().rsplit(['\n', '\r']).next().unwrap_or_default().trim();
    let words: Vec<_> = line.split_whitespace().collect();
    let has_decimal_commas = words.len() > 1
        && !words[0].ends_with(',')
        && words[1..].iter().all(|word| !word.contains(',') || decimal_comma(word).is_some());
    match line {
        _ if line.contains(';') => (b';', "semicolons"),
        _ if line.contains('\t') => (b'\t', "tabs"),
        _ if text.contains(',') && !has_decimal_commas => (b',', "commas"),
        _ => (b' ', "spaces"),
    }
}

/// The number with a decimal point, if it has one comma, between digits, and no point.
fn decimal_comma(cell: &str) -> Option<String> {
    let (whole, rest) = cell.split_once(',')?;
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let between_digits = digit(whole.as_bytes().last()) && digit(rest.as_bytes().first());
    (between_digits && !cell.contains('.') && !rest.contains(',')).then(|| format!("{whole}.{rest}"))
}

/// Refuses a text with commas that aren't sure to be decimal commas.
fn ensure_one_reading(text: &str, separator: u8) -> Result<()> {
    if separator == b',' || !text.contains(',') {
        return Ok(());
    }
    ensure!(!text.contains('.'), "has both points and commas in its numbers; write decimal points");
    let could_be_thousands = |word: &str| {
        let (whole, rest) = word.trim_start_matches(['-', '+']).split_once(',').unwrap_or_default();
        whole.len() <= 3 && !whole.starts_with('0') && rest.len() == 3 && rest.parse::<u16>().is_ok()
    };
    let words = text.split([' ', '\t', '\r', '\n', ';', '"']).filter(|word| word.contains(','));
    let sure = words.clone().any(|word| !could_be_thousands(word));
    let first = quoted(words.clone().next().unwrap_or_default());
    ensure!(sure, "{first} can be read with a decimal comma or in thousands; write decimal points");
    Ok(())
}

/// Whether these cells are a header, as the rules above have it.
fn is_header(cells: &[&str]) -> bool {
    let is_name = |cell: &str| cell.starts_with(|first: char| first.is_alphabetic()) && cell.parse::<f64>().is_err();
    let names = cells[1..].iter().all(|cell| is_name(cell));
    let counted = || (0..).zip(&cells[1..]).all(|(k, cell)| cell.parse() == Ok(k));
    if cells[0].is_empty() { names || counted() } else { names && is_name(cells[0]) }
}

/// The cell without the blanks and the quotation marks around it. Other quotation marks stay, and so fit no number.
fn content(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

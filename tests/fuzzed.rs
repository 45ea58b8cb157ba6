//! Each reader of files is given the corpus, and inputs that are made of it by changing, moving and joining bytes. What
//! must hold is in tests/fuzz/readers.rs; `cargo fuzz` calls the same functions (see CONTRIBUTING.md).

#[path = "fuzz/readers.rs"]
mod readers;

use fastrand::Rng;
use readers::READERS;
use std::fs;

/// How many inputs are made for each reader, if the variable `INPUTS` doesn't say it.
const INPUTS: usize = if cfg!(miri) { 5 } else { 500 };

/// What is put somewhere: what parts the numbers, brackets the lists, and is large.
const PIECES: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ",",
    ";",
    "\"",
    "\n",
    "\r",
    "\t",
    " ",
    ".",
    "-",
    ":",
    "1e400",
    "NaN",
    "\u{1b}[31m",
    "\0",
    "\\u0000",
    "4294967296",
    "18446744073709551616",
    "\u{7f}\u{9b}\u{202e}",
];

#[test]
fn no_file_breaks_a_reader() {
    #[cfg(not(miri))]
    limit_memory();
    let number = |name| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let (inputs, seed) = (number("INPUTS").unwrap_or(INPUTS as u64), number("SEED").unwrap_or(314));
    let folder = tempfile::tempdir().unwrap();
    for (name, read) in READERS {
        let corpus = readers::folder().join("corpus").join(name);
        let mut files: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let corpus: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        let mut random = Rng::with_seed(seed);
        let made = (0..inputs).map(|_| changed(&corpus, &mut random));
        for bytes in corpus.clone().into_iter().chain(made) {
            let _told = Told(name, &bytes);
            read(folder.path(), &bytes);
        }
    }
}

/// A reader that believes what a file says of its size ends the process.
#[cfg(not(miri))]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = Some(1 << 30);
    setrlimit(Resource::Data, Rlimit { current: most, maximum: most }).unwrap();
}

/// Tells the input when a reader panics.
struct Told<'a>(&'a str, &'a [u8]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input for {}: b\"{}\"", self.0, self.1.escape_ascii());
        }
    }
}

/// A file of the corpus after one to four changes.
fn changed(corpus: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    let mut bytes = random.choice(corpus).unwrap().clone();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(..=bytes.len());
        let end = random.usize(at..=bytes.len().min(at + 16));
        let put: Vec<u8> = match random.u8(..6) {
            0 => vec![],
            1 => vec![random.u8(..)],
            2 => random.choice(PIECES).unwrap().into(),
            3 => bytes[at..end].repeat(random.usize(2..40)),
            4 => bytes[at..end].iter().map(|byte| byte ^ (1 << random.u8(..8))).collect(),
            _ => {
                let other = random.choice(corpus).unwrap();
                other[random.usize(..=other.len())..].into()
            }
        };
        bytes.splice(at..end, put);
    }
    bytes
}

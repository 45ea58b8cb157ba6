//! `tape`: the notebook on the tape, with the verdict, or a picture of its graph.

use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use std::{env, fs, io};
use tch::notebook::matrix_inverse::{mse, notebook};
use tch::notebook::page::{Check, Page};
use tch::notebook::picture::frames;
use tch::{Tensor, kind::FLOAT_CPU, manual_seed};

const HELP: &str = "\
Runs the notebook on an autograd of its own, without libtorch, and checks every number.

Usage: cargo run -p tape [-- OPTION]

Options:
  --graph [FILE]     Write the graph of the first step as SVG instead [default: graph.svg]
  --frames [FOLDER]  Write its backward pass as SVG files, a gradient more in each [default: frames]
  -h, --help         Print this help

Exit codes: 0 every number is what it should be, or the pictures are written; 1 a number isn't; 2 bad input.
";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let is_path = |path: &&str| !path.starts_with('-') && !path.is_empty();
    let result = match arguments[..] {
        [] => checked_notebook(),
        ["-h" | "--help"] => print(HELP).map(|()| true),
        ["--graph"] => graph("graph.svg"),
        ["--graph", file] if is_path(&file) => graph(file),
        ["--frames"] => all_frames("frames"),
        ["--frames", folder] if is_path(&folder) => all_frames(folder),
        _ => Err(anyhow::anyhow!(
            "{}: expected nothing, --graph [FILE], --frames [FOLDER] or --help",
            arguments.join(" ")
        )),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn checked_notebook() -> Result<bool> {
    let start = Instant::now();
    let mut page = Page::default();
    notebook(&mut page, |steps| 0..steps)?;
    let check = Check::of(&page);
    print(&format!("{}; {:.1} s\n", check.report(&page), start.elapsed().as_secs_f64()))?;
    Ok(check.holds())
}

/// Pictures of the notebook's first step.
fn pictures() -> Result<Vec<String>> {
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], FLOAT_CPU).set_requires_grad(true);
    let matrix = Tensor::from_slice(&[1_f32, 2., 3., 4.]).diag(0);
    let loss = mse(&Tensor::eye(4, FLOAT_CPU), &random_inverse.matmul(&matrix));
    Ok(frames(&loss, &[(&random_inverse, "random_inverse")])?)
}

fn graph(file: &str) -> Result<bool> {
    write(Path::new(file), pictures()?.last().map_or("", String::as_str))?;
    print(&format!("written to {file}\n")).map(|()| true)
}

fn all_frames(folder: &str) -> Result<bool> {
    fs::create_dir_all(folder).with_context(|| format!("{folder}: can't be made; give the path of a folder"))?;
    let pictures = pictures()?;
    for (number, picture) in pictures.iter().enumerate() {
        write(&Path::new(folder).join(format!("{number}.svg")), picture)?;
    }
    print(&format!("written to {folder}: 0.svg to {}.svg\n", pictures.len() - 1)).map(|()| true)
}

/// Writes beside the file and renames: it's never half-written.
fn write(file: &Path, text: &str) -> Result<()> {
    let beside = file.with_extension("svg.new");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, file));
    written.with_context(|| {
        format!("{}: can't be written; give the path of a file in a folder that is there", file.display())
    })
}

/// Prints; a reader that has gone, as `head` goes, is no error.
fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output"),
    }
}

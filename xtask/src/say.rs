//! What the commands say.

use crate::Result;
use std::io::{self, ErrorKind, Write};

/// A line on standard error. It may quote other programs and files. Where nobody can hear it, that is no reason to stop.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", shown(&text.replace('\n', "\\n")));
}

/// A text in which control characters are shown, not sent: they could steer the terminal.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            c if c.is_control() => shown.extend(c.escape_debug()),
            c => shown.push(c),
        }
    }
    shown
}

/// A text on standard output that is what the command was run for.
pub fn print(text: &str) -> Result<()> {
    let mut output = io::stdout();
    match output.write_all(shown(text).as_bytes()).and_then(|()| output.flush()) {
        // A reader that closes the pipe early has read enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output can't be written to: {error}. Repeat the command with another output"))
        }
        _ => Ok(()),
    }
}

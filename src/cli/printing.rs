//! What the commands say on standard output and standard error.

use super::interrupt;
use crate::experiment::limited;
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::{Errno, write};
use rustix::pipe::PIPE_BUF;
use rustix::pty::ptsname;
use rustix::termios::tcgetsid;
use std::borrow::Cow;
use std::fs::File;
use std::io::{IsTerminal, stderr, stdout};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tch::TchError;

/// Writes to standard output; a reader that has gone (`| head`) is no error.
pub fn print(text: &str) -> Result<()> {
    print_styled(&printable(text))
}

/// Writes text of this program's own making, with its colours where a terminal shows them.
pub fn print_styled(text: &str) -> Result<()> {
    let stdout = stdout();
    let plain = AutoStream::choice(&stdout) == ColorChoice::Never;
    let text = if plain { Cow::Owned(strip_str(text).to_string()) } else { Cow::Borrowed(text) };
    match write_all(&stdout, &text) {
        Err(Errno::PIPE) => Ok(()),
        written => written.context("standard output can't be written"),
    }
}

/// Writes a line to standard error; the exit code of a command that was refused.
pub fn refuse(message: &str) -> ExitCode {
    let line = printable(message).replace('\n', "\\n") + "\n";
    // A closed standard error leaves nothing to say it with.
    let _ = write_all(&stderr(), &line);
    ExitCode::from(2)
}

/// After a signal, what nobody reads isn't waited for; nor is it an error that the terminal was closed.
fn write_all(stream: &(impl AsFd + IsTerminal), text: &str) -> Result<(), Errno> {
    const PATIENCE: Duration = Duration::from_millis(200);
    const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: PATIENCE.subsec_nanos() as i64 };
    let terminal = terminal(stream);
    let stream = terminal.as_ref().map_or(stream.as_fd(), AsFd::as_fd);
    let state = |wait| {
        let mut stream = [PollFd::from_borrowed_fd(stream, PollFlags::OUT)];
        poll(&mut stream, Some(&wait)).map(|_| stream[0].revents())
    };
    let (mut left, mut since) = (text.as_bytes(), Instant::now());
    while !left.is_empty() {
        // A pipe that is ready takes so many bytes without waiting.
        let chunk = &left[..left.len().min(PIPE_BUF)];
        match state(WAIT).and_then(|state| if state.is_empty() { Err(Errno::AGAIN) } else { write(stream, chunk) }) {
            Ok(written) => (left, since) = (&left[written..], Instant::now()),
            Err(Errno::INTR | Errno::AGAIN) if interrupt::has_come() && since.elapsed() >= PATIENCE => break,
            // A terminal says that it is ready when it has no room for the end of a line.
            Err(Errno::INTR | Errno::AGAIN) => sleep(Duration::from_millis(5)),
            Err(Errno::IO) if state(Timespec::default()).is_ok_and(|state| state.contains(PollFlags::HUP)) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The terminal behind this stream, opened anew: a write to it takes what there is room for and doesn't wait. `None` where
/// there is no terminal, or it can't be opened.
pub fn terminal(stream: &(impl AsFd + IsTerminal)) -> Option<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let open = |name: &str| File::options().read(true).write(true).custom_flags(flags.bits() as i32).open(name).ok();
    // It may be another user's (`su`), but this process's own all the same.
    let own = || tcgetsid(stream).ok().and_then(|_| open("/dev/tty"));
    let anew = || open(&format!("/dev/fd/{}", stream.as_fd().as_raw_fd())).or_else(own);
    // The master's side of a pseudoterminal would be that of another one.
    (stream.is_terminal() && ptsname(stream, vec![]).is_err()).then(anew).flatten()
}

/// Tells on standard error what is missing from the results. The exit code stays that of the results.
pub fn warn(problems: &[Error]) {
    const TOLD: usize = 2;
    for problem in problems.iter().take(TOLD) {
        refuse(&format!("Warning: {}", in_words(problem)));
    }
    if problems.len() > TOLD {
        refuse(&format!("Warning: {} more files are missing", problems.len() - TOLD));
    }
}

/// An error with its causes. Of libtorch's own, whose further lines trace its C++ calls, the first line.
pub fn in_words(error: &Error) -> String {
    let causes = error.chain().map(|cause| match cause.downcast_ref::<TchError>() {
        Some(TchError::Torch(text)) => format!("libtorch: {}", text.lines().next().unwrap_or("")),
        _ => cause.to_string(),
    });
    causes.collect::<Vec<_>>().join(": ")
}

/// What steers the terminal is written out, as JSON does, but for the end of a line and the tabulator.
fn printable(text: &str) -> Cow<'_, str> {
    let steers = |c: char| limited::steers(c) && c != '\n' && c != '\t';
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let written = |c| if steers(c) { format!("\\u{:04x}", c as u32) } else { c.to_string() };
    text.chars().map(written).collect()
}

/// This program as it was started, so that a command that begins with it works when it is typed again.
pub fn program() -> String {
    let name = std::env::args_os().next().unwrap_or_else(|| "reproduce".into());
    quoted(&name.to_string_lossy()).into_owned()
}

/// Quoted for a shell, where that is needed.
pub fn quoted(text: &str) -> Cow<'_, str> {
    // Only a NUL can't be quoted, and no argument of a process has one.
    shlex::try_quote(text).unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::{in_words, printable};
    use tch::{Device, Kind, Tensor};

    #[test]
    fn of_libtorchs_errors_the_first_line_is_told() {
        crate::libtorch::Libtorch::settle(None).unwrap();
        let error = Tensor::f_eye(2, (Kind::Float, Device::Cpu)).and_then(|eye| eye.f_reshape([3])).unwrap_err();
        assert!(error.to_string().lines().count() > 1, "{error}");
        let words = in_words(&anyhow::Error::from(error).context("--matrix"));
        assert!(words.starts_with("--matrix: libtorch: shape '[3]' is invalid"), "{words}");
        assert_eq!(words.lines().count(), 1);
    }

    #[test]
    fn no_name_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\u{9b}b\u{202e}\n"), "a\\u001b[2J\\u009bb\\u202e\n");
    }
}

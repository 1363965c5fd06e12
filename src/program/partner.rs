//! helmsum itself, started once more: a process that answers each line with a line.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::signals::Unfinished;

/// The most bytes that are read of what a process said before it ended.
const LAST_WORDS: u64 = 64 << 10;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It took too long.
    Late,
    /// The process has ended, or says more than it should.
    Ended,
    /// helmsum was interrupted.
    ToldToEnd,
}

/// A process of the same executable that waits for lines. It ends with its input, and is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Partner {
    child: Child,
    orders: Option<ChildStdin>,
    answers: ChildStdout,
}

impl Partner {
    /// Starts the executable of this process with one argument and no environment variables.
    ///
    /// # Errors
    ///
    /// Where it cannot be found or started.
    pub(crate) fn start(argument: &str) -> io::Result<Self> {
        let mut command = Command::new(own_executable()?);
        command.arg(argument).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (orders, answers) = (child.stdin.take(), child.stdout.take());
        match answers {
            Some(answers) => Ok(Self { child, orders, answers }),
            None => Err(io::Error::other("it has no standard output")),
        }
    }

    /// Hands over a line and waits for one of at most `longest` bytes.
    ///
    /// # Errors
    ///
    /// As [`Lost`] says. There is nothing more to be asked then.
    pub(crate) fn ask(&mut self, line: &[u8], longest: usize, patience: Duration) -> Result<Vec<u8>, Lost> {
        let unfinished = Unfinished::begin();
        let deadline = Instant::now() + patience;
        // It reads a line whole before it does anything, so this does not wait for long.
        let orders = self.orders.as_mut().ok_or(Lost::Ended)?;
        orders.write_all(line).and_then(|()| orders.write_all(b"\n")).map_err(|_| Lost::Ended)?;
        let answer = self.line(longest, deadline, &unfinished);
        if answer == Err(Lost::ToldToEnd) {
            // Before the signal does its work.
            self.end();
        }
        answer
    }

    fn line(&mut self, longest: usize, deadline: Instant, unfinished: &Unfinished) -> Result<Vec<u8>, Lost> {
        let mut line = Vec::new();
        let mut buffer = [0; 16_384];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).map_err(|_| Lost::Late)?;
            let signals = Unfinished::wakes();
            let signals = signals.map(|signals| PollFd::from_borrowed_fd(signals, PollFlags::IN));
            let mut waiting: Vec<PollFd<'_>> =
                [PollFd::new(&self.answers, PollFlags::IN)].into_iter().chain(signals).collect();
            match poll(&mut waiting, Some(&timeout)) {
                Ok(0) => return Err(Lost::Late),
                Ok(_) | Err(Errno::INTR) if unfinished.pending().is_some() => return Err(Lost::ToldToEnd),
                Ok(_) if waiting[0].revents().is_empty() => continue,
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(_) => return Err(Lost::Ended),
            }
            match self.answers.read(&mut buffer) {
                Ok(0) => return Err(Lost::Ended),
                Ok(count) => line.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Lost::Ended),
            }
            if line.ends_with(b"\n") {
                return Ok(line);
            }
            if line.len() > longest {
                return Err(Lost::Ended);
            }
        }
    }

    /// How a process that has ended did so, and what it said on standard error.
    ///
    /// # Errors
    ///
    /// Where that cannot be asked.
    pub(crate) fn last_words(mut self) -> io::Result<(ExitStatus, String)> {
        self.orders = None;
        let mut said = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            // What cannot be read explains nothing; the status still does.
            let _ = stderr.take(LAST_WORDS).read_to_end(&mut said);
        }
        Ok((self.child.wait()?, String::from_utf8_lossy(&said).into_owned()))
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.end();
    }
}

/// The executable of this process: the very file, even where another has taken its name meanwhile.
fn own_executable() -> io::Result<PathBuf> {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() { Ok(own) } else { std::env::current_exe() }
}

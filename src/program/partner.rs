//! A process that goes on running and answers what it is asked: helmsum itself, started once more, or another program.

use std::io::{self, Read, Write as _};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Program;
use super::signals::Unfinished;

/// The most bytes that are kept of what a process said before it ended.
const LAST_WORDS: usize = 64 << 10;

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

/// A process that waits for orders. It ends with its input, and is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Partner {
    child: Child,
    orders: Option<ChildStdin>,
    answers: ChildStdout,
    errors: Option<ChildStderr>,
    /// What it has answered, from `taken` on not taken yet.
    answered: Vec<u8>,
    taken: usize,
    /// What it has said on standard error.
    said: Vec<u8>,
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
        Self::spawn(command)
    }

    /// Starts a program, whose input and limits do not count.
    ///
    /// # Errors
    ///
    /// Where it cannot be started.
    pub(crate) fn of(program: &Program) -> io::Result<Self> {
        Self::spawn(program.command())
    }

    fn spawn(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (orders, answers, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        match answers {
            Some(answers) => {
                Ok(Self { child, orders, answers, errors, answered: Vec::new(), taken: 0, said: Vec::new() })
            }
            None => Err(io::Error::other("it has no standard output")),
        }
    }

    /// Hands over a line and waits for one of at most `longest` bytes.
    ///
    /// # Errors
    ///
    /// As [`Lost`] says. There is nothing more to be asked then.
    pub(crate) fn ask(&mut self, line: &[u8], longest: usize, patience: Duration) -> Result<Vec<u8>, Lost> {
        self.tell(line).and_then(|()| self.tell(b"\n"))?;
        self.line(longest, patience)
    }

    /// Hands over bytes, of which the process reads all before it answers, or no more than a pipe takes.
    ///
    /// # Errors
    ///
    /// Where it has ended.
    pub(crate) fn tell(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let orders = self.orders.as_mut().ok_or(Lost::Ended)?;
        orders.write_all(bytes).map_err(|_| Lost::Ended)
    }

    /// Waits for a line of at most `longest` bytes, with its end.
    ///
    /// # Errors
    ///
    /// As [`Lost`] says. There is nothing more to be asked then.
    pub(crate) fn line(&mut self, longest: usize, patience: Duration) -> Result<Vec<u8>, Lost> {
        self.until(b"\n", longest, patience)
    }

    /// Waits for an answer of at most `longest` bytes, and returns it with the bytes that it ends with.
    ///
    /// # Errors
    ///
    /// As [`Lost`] says. There is nothing more to be asked then.
    pub(crate) fn until(&mut self, end: &[u8], longest: usize, patience: Duration) -> Result<Vec<u8>, Lost> {
        let finder = memchr::memmem::Finder::new(end);
        let mut searched = 0;
        let look = |answered: &[u8]| {
            let found = finder.find(&answered[searched..]).map(|at| searched + at + end.len());
            searched = answered.len().saturating_sub(end.len().saturating_sub(1));
            if found.is_none() && answered.len() > longest { Err(Lost::Ended) } else { Ok(found) }
        };
        self.take(look, patience)
    }

    /// Waits for an answer of so many bytes.
    ///
    /// # Errors
    ///
    /// As [`Lost`] says. There is nothing more to be asked then.
    pub(crate) fn bytes(&mut self, count: usize, patience: Duration) -> Result<Vec<u8>, Lost> {
        self.take(|answered| Ok((answered.len() >= count).then_some(count)), patience)
    }

    /// Waits until `look` says how many of the bytes that were not taken yet are the answer.
    fn take(
        &mut self,
        mut look: impl FnMut(&[u8]) -> Result<Option<usize>, Lost>,
        patience: Duration,
    ) -> Result<Vec<u8>, Lost> {
        let mut waiting = None;
        loop {
            if let Some(count) = look(&self.answered[self.taken..])? {
                let from = self.taken;
                self.taken += count;
                return Ok(self.answered[from..self.taken].to_vec());
            }
            let (unfinished, deadline) =
                waiting.get_or_insert_with(|| (Unfinished::begin(), Instant::now() + patience));
            self.answered.drain(..std::mem::take(&mut self.taken));
            if let Err(lost) = self.hear(*deadline, unfinished) {
                if lost == Lost::ToldToEnd {
                    // Before the signal does its work.
                    self.end();
                }
                return Err(lost);
            }
        }
    }

    /// Waits for more of what it says.
    fn hear(&mut self, deadline: Instant, unfinished: &Unfinished) -> Result<(), Lost> {
        let mut buffer = [0; 16_384];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).map_err(|_| Lost::Late)?;
            let open =
                [Some(self.answers.as_fd()), self.errors.as_ref().map(AsFd::as_fd), Unfinished::wakes()];
            let open = open.into_iter().flatten();
            let mut waiting: Vec<PollFd<'_>> =
                open.map(|end| PollFd::from_borrowed_fd(end, PollFlags::IN)).collect();
            let count = match poll(&mut waiting, Some(&timeout)) {
                Err(Errno::INTR) => 0,
                Err(_) => return Err(Lost::Ended),
                Ok(0) => return Err(Lost::Late),
                Ok(count) => count,
            };
            if unfinished.pending().is_some() {
                return Err(Lost::ToldToEnd);
            }
            if count == 0 {
                continue;
            }
            let has_answered = !waiting[0].revents().is_empty();
            if self.errors.is_some() && !waiting[1].revents().is_empty() {
                self.hear_errors(&mut buffer);
            }
            if !has_answered {
                continue;
            }
            match self.answers.read(&mut buffer) {
                Ok(0) => return Err(Lost::Ended),
                Ok(count) => {
                    self.answered.extend_from_slice(&buffer[..count]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Lost::Ended),
            }
        }
    }

    /// Takes what it says on standard error, so that it never waits for somebody who does.
    fn hear_errors(&mut self, buffer: &mut [u8]) {
        let Some(errors) = &mut self.errors else { return };
        match errors.read(buffer) {
            Ok(count @ 1..) => {
                let room = LAST_WORDS.saturating_sub(self.said.len()).min(count);
                self.said.extend_from_slice(&buffer[..room]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => self.errors = None,
        }
    }

    /// How a process that has ended did so, and what it said on standard error.
    ///
    /// # Errors
    ///
    /// Where that cannot be asked.
    pub(crate) fn last_words(mut self) -> io::Result<(ExitStatus, String)> {
        self.orders = None;
        if let Some(errors) = self.errors.take() {
            let room = LAST_WORDS.saturating_sub(self.said.len());
            // What cannot be read explains nothing; the status still does.
            let _ = errors.take(room as u64).read_to_end(&mut self.said);
        }
        Ok((self.child.wait()?, String::from_utf8_lossy(&self.said).into_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{own_path, own_variables};

    const PATIENCE: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Partner {
        let shell = Program::find("sh", own_path().as_deref()).expect("a shell");
        Partner::of(&shell.arguments(["-c", script]).variables(own_variables())).expect("it starts")
    }

    #[test]
    fn answers_have_lengths_and_ends() {
        let mut partner = shell("cat");
        partner.tell(b"one\ntwo\nthree END four END\nfive\n").expect("it runs");
        assert_eq!(partner.line(10, PATIENCE).as_deref(), Ok(&b"one\n"[..]));
        assert_eq!(partner.bytes(4, PATIENCE).as_deref(), Ok(&b"two\n"[..]));
        assert_eq!(partner.until(b"END\n", 100, PATIENCE).as_deref(), Ok(&b"three END four END\n"[..]));
        assert_eq!(partner.bytes(0, PATIENCE).as_deref(), Ok(&b""[..]));
        assert_eq!(partner.ask(b"six", 10, PATIENCE).as_deref(), Ok(&b"five\n"[..]));
        assert_eq!(partner.line(10, PATIENCE).as_deref(), Ok(&b"six\n"[..]));
        let long = vec![b'x'; 50_000];
        partner.tell(&long).expect("it runs");
        assert_eq!(partner.bytes(50_000, PATIENCE), Ok(long));
    }

    #[test]
    fn an_end_may_come_in_two_parts() {
        let mut partner = shell("printf 'a\\nEN'; sleep 0.2; printf 'D\\nb\\n'; cat");
        assert_eq!(partner.until(b"\nEND\n", 100, PATIENCE).as_deref(), Ok(&b"a\nEND\n"[..]));
        assert_eq!(partner.line(10, PATIENCE).as_deref(), Ok(&b"b\n"[..]));
    }

    #[test]
    fn a_process_that_complains_much_answers_all_the_same() {
        let mut partner = shell("yes no | head -c 1000000 >&2; echo done; read -r line; exit 3");
        assert_eq!(partner.line(10, PATIENCE).as_deref(), Ok(&b"done\n"[..]));
        assert_eq!(partner.ask(b"x", 10, PATIENCE), Err(Lost::Ended));
        let (status, said) = partner.last_words().expect("it has ended");
        assert_eq!(status.code(), Some(3));
        assert!(said.starts_with("no\nno\n") && said.len() <= LAST_WORDS, "{}", said.len());
    }

    #[test]
    fn patience_and_length_are_limits() {
        let mut partner = shell("cat");
        assert_eq!(partner.line(10, Duration::from_millis(50)), Err(Lost::Late));
        let mut partner = shell("yes");
        assert_eq!(partner.until(b"no", 100_000, PATIENCE), Err(Lost::Ended));
    }
}

//! A program that runs: its pipes, its limits and its end.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};

use super::descendants::descendants;
use super::signals::Unfinished;
use super::{Failure, Finished};

/// How long a program that is told to end may take for that.
const GRACE: Duration = Duration::from_secs(1);

/// How long is waited, at most, between two looks at whether a program has ended that has closed its outputs.
const GLANCE: Duration = Duration::from_millis(10);

/// What a program may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) time: Option<Duration>,
    /// The bytes of each output.
    pub(super) output: usize,
}

/// A program that runs, or has ended without anybody knowing. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Running<'a> {
    child: Child,
    number: Option<Pid>,
    /// Whether it and its children are a process group.
    grouped: bool,
    reaped: bool,
    unfinished: &'a Unfinished,
}

/// Why a wait ended.
enum Woken {
    /// Something can be read or written, or the time is up.
    Ready(Vec<bool>),
    /// A signal that ends helmsum came.
    Told,
}

static STARTED: AtomicU64 = AtomicU64::new(0);

/// How many programs this process has started so far. What was seen of the files before another one is not sure to be so after it.
pub(crate) fn started() -> u64 {
    STARTED.load(Ordering::Relaxed)
}

impl<'a> Running<'a> {
    /// Starts a program, as a process group of its own: but not where helmsum is in the foreground of a terminal, for the
    /// program may ask for a passphrase there, and the terminal's signals reach both.
    pub(super) fn start(mut command: Command, unfinished: &'a Unfinished) -> io::Result<Self> {
        let grouped = !is_in_foreground();
        if grouped {
            command.process_group(0);
        }
        STARTED.fetch_add(1, Ordering::Relaxed);
        let child = command.spawn()?;
        let number = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Ok(Self { child, number, grouped, reaped: false, unfinished })
    }

    /// Writes the input while both outputs are read, and waits for the end.
    pub(super) fn exchange(mut self, input: &[u8], limits: Limits) -> Result<Finished, Failure> {
        let deadline = limits.time.map(|time| Instant::now() + time);
        let mut stdin = self.child.stdin.take();
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let mut written = 0;
        let mut input_error = None;
        let (mut output, mut errors) = (Output::of(stdout), Output::of(stderr));
        let mut combined = Vec::new();
        for end in [stdin.as_ref().map(AsFd::as_fd), output.fd(), errors.fd()].into_iter().flatten() {
            set_nonblocking(end).map_err(|error| Failure::Broken(error.into()))?;
        }
        while output.source.is_some() || errors.source.is_some() || stdin.is_some() {
            let ends = [
                (stdin.as_ref().map(AsFd::as_fd), PollFlags::OUT),
                (output.fd(), PollFlags::IN),
                (errors.fd(), PollFlags::IN),
            ];
            let ready = match self.wait_for(&ends, deadline, limits) {
                Ok(Woken::Ready(ready)) => ready,
                Ok(Woken::Told) => return Err(self.give_up(Failure::ToldToEnd)),
                Err(failure) => return Err(self.give_up(failure)),
            };
            if ready[0]
                && let Some(done) = write_some(&mut stdin, &input[written..], &mut written)
            {
                input_error = done.err();
                stdin = None;
            }
            for (is_ready, end) in ready[1..].iter().zip([&mut output, &mut errors]) {
                if *is_ready && let Err(failure) = end.read_some(&mut combined, limits.output) {
                    return Err(self.give_up(failure));
                }
            }
        }
        let status = match self.wait(deadline, limits) {
            Ok(status) => status,
            Err(failure) => return Err(self.give_up(failure)),
        };
        Ok(Finished { status, output: output.bytes, errors: errors.bytes, combined, input_error })
    }

    /// Waits until one of the pipes has something to do; the answer is in the order of `ends`.
    fn wait_for(
        &self,
        ends: &[(Option<BorrowedFd<'_>>, PollFlags)],
        deadline: Option<Instant>,
        limits: Limits,
    ) -> Result<Woken, Failure> {
        loop {
            let open = ends.iter().filter_map(|(end, flags)| Some(PollFd::from_borrowed_fd((*end)?, *flags)));
            let signals = Unfinished::wakes();
            let mut waiting: Vec<PollFd<'_>> =
                open.chain(signals.map(|signals| PollFd::from_borrowed_fd(signals, PollFlags::IN))).collect();
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut waiting, timeout.as_ref()) {
                Err(Errno::INTR) => continue,
                Err(error) => return Err(Failure::Broken(error.into())),
                Ok(0) => return Err(Failure::TooLong(limits.time.unwrap_or_default())),
                Ok(_) => {}
            }
            if self.unfinished.pending().is_some() {
                return Ok(Woken::Told);
            }
            let mut results = waiting.iter().map(|end| !end.revents().is_empty());
            let ready = ends.iter().map(|(end, _)| end.is_some() && results.next() == Some(true)).collect();
            return Ok(Woken::Ready(ready));
        }
    }

    /// Waits for the end of a program whose outputs are closed.
    fn wait(&mut self, deadline: Option<Instant>, limits: Limits) -> Result<ExitStatus, Failure> {
        let mut pause = Duration::from_micros(50);
        loop {
            if let Some(status) = self.child.try_wait().map_err(Failure::Broken)? {
                self.reaped = true;
                return Ok(status);
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(Failure::TooLong(limits.time.unwrap_or_default()));
            }
            let signals = Unfinished::wakes();
            let signals = signals.map(|signals| PollFd::from_borrowed_fd(signals, PollFlags::IN));
            let mut waiting: Vec<PollFd<'_>> = signals.into_iter().collect();
            let timeout = Timespec::try_from(pause).unwrap_or_default();
            // An interruption leads to one look more.
            let _ = poll(&mut waiting, Some(&timeout));
            if self.unfinished.pending().is_some() {
                return Err(Failure::ToldToEnd);
            }
            pause = (pause * 2).min(GLANCE);
        }
    }

    /// Ends the program for a reason.
    fn give_up(mut self, failure: Failure) -> Failure {
        self.end();
        failure
    }

    /// Ends the program and its children: politely at first.
    fn end(&mut self) {
        if self.reaped {
            return;
        }
        let signal = self.unfinished.pending().and_then(Signal::from_named_raw).unwrap_or(Signal::TERM);
        let begun = Instant::now();
        let known = match signal {
            // A terminal sends these to the whole foreground, and some programs take the second one for haste.
            Signal::INT | Signal::QUIT if !self.grouped => self.family(),
            signal => self.kill(signal, &[]),
        };
        while !self.has_ended() && begun.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(2));
        }
        // Children that outlive it; its number is still taken, since nobody has asked how it ended.
        self.kill(Signal::KILL, &known);
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.reaped = true;
    }

    /// Sends a signal to the program and its children, those that were known before too. The answer is who they are.
    fn kill(&self, signal: Signal, before: &[Pid]) -> Vec<Pid> {
        let Some(number) = self.number else { return Vec::new() };
        if self.grouped {
            // Whoever has ended needs no signal.
            let _ = rustix::process::kill_process_group(number, signal);
            return Vec::new();
        }
        let mut all = self.family();
        all.extend(before);
        for one in &all {
            let _ = rustix::process::kill_process(*one, signal);
        }
        all
    }

    /// The program and all that it has started.
    fn family(&self) -> Vec<Pid> {
        let mut all = self.number.map(descendants).unwrap_or_default();
        all.extend(self.number);
        all
    }

    /// Whether it has ended, without taking the answer away from [`Child::wait`].
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let Some(number) = self.number else { return true };
        !matches!(waitid(WaitId::Pid(number), options), Ok(None))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// One of the outputs of a program.
struct Output {
    source: Option<File>,
    bytes: Vec<u8>,
}

impl Output {
    fn of(source: Option<impl Into<OwnedFd>>) -> Self {
        Self { source: source.map(|source| File::from(source.into())), bytes: Vec::new() }
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.source.as_ref().map(AsFd::as_fd)
    }

    /// Reads what is there, also into what both outputs have in common.
    fn read_some(&mut self, combined: &mut Vec<u8>, most: usize) -> Result<(), Failure> {
        let mut buffer = [0; 16_384];
        let Some(source) = &mut self.source else { return Ok(()) };
        match source.read(&mut buffer) {
            Ok(0) => self.source = None,
            Ok(count) => {
                self.bytes.extend_from_slice(&buffer[..count]);
                if self.bytes.len() > most {
                    return Err(Failure::TooMuch(most));
                }
                combined.extend_from_slice(&buffer[..count]);
            }
            Err(error) if is_passing(&error) => {}
            Err(_) => self.source = None,
        }
        Ok(())
    }
}

/// Writes what the pipe takes; an answer where nothing more is to be written.
fn write_some(stdin: &mut Option<ChildStdin>, rest: &[u8], written: &mut usize) -> Option<io::Result<()>> {
    let stdin = stdin.as_mut()?;
    match stdin.write(rest) {
        Ok(count) => {
            *written += count;
            (count == rest.len()).then_some(Ok(()))
        }
        Err(error) if is_passing(&error) => None,
        Err(error) => Some(Err(error)),
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

fn set_nonblocking(end: BorrowedFd<'_>) -> Result<(), Errno> {
    fcntl_setfl(end, fcntl_getfl(end)? | OFlags::NONBLOCK)
}

/// Whether this process is in the foreground of a terminal.
fn is_in_foreground() -> bool {
    let terminal = std::fs::File::open("/dev/tty").ok();
    let group = terminal.and_then(|terminal| rustix::termios::tcgetpgrp(terminal).ok());
    group.is_some_and(|group| group == rustix::process::getpgrp())
}

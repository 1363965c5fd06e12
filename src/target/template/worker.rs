//! The process that templates are rendered in, seen from the run that starts it.
//!
//! A template may build a text that doubles with every step, and no part of tera bounds that. So a run starts its own
//! executable once more when it renders its first template, and that process limits its own memory before it reads anything.

use std::io::{self, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};

use super::engine::MOST;
use super::fault::Fault;

/// The argument that makes the executable such a process. It is not part of the command line.
pub const ARGUMENT: &str = "__render-templates";

/// The most memory that a template may take, in bytes, beside the stack.
pub(super) const MEMORY: u64 = 256 << 20;

/// How much longer than a template may take is waited for an answer.
const GRACE: Duration = Duration::from_secs(2);

/// The longest answer, in bytes: JSON writes a control character in six.
const LONGEST_ANSWER: usize = 6 * MOST + 1024;

/// The most bytes that are read of what a process said before it ended.
const LAST_WORDS: u64 = 64 << 10;

/// `SIGABRT`, with which Rust ends a process that gets no memory.
const ABORTED: i32 = 6;

/// Where templates are rendered.
#[derive(Clone, Debug)]
pub enum Renderer {
    /// In a process that is started for them, where time and memory are bounded. It is the executable of this process, so this is
    /// for `helmsum` itself.
    Process(Arc<Worker>),
    /// In a thread of this process, for callers whose executable is not helmsum. The time is bounded; the memory is not.
    Thread,
}

impl Renderer {
    /// A process of its own, which is started when there is something to render.
    #[must_use]
    pub fn process() -> Self {
        Self::Process(Arc::default())
    }
}

/// What a process is told: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The template.
    pub(super) source: String,
    /// Its variables.
    pub(super) data: serde_json::Value,
    /// How long it may take, in milliseconds.
    pub(super) patience: u64,
}

/// What a process answers: one line of JSON.
pub(super) type Answer = Result<String, Fault>;

/// The process, where one runs. It is ended when this is dropped.
#[derive(Debug, Default)]
pub struct Worker {
    running: Mutex<Option<Running>>,
}

impl Worker {
    /// Has a template rendered.
    ///
    /// # Errors
    ///
    /// What the process answers, and where it cannot be started, does not answer or has ended.
    pub(super) fn render(&self, source: &str, data: serde_json::Value, patience: Duration) -> Answer {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut process = match running.take() {
            Some(process) => process,
            None => Running::start().map_err(|error| {
                Fault::NotStarted(format!("helmsum cannot start itself for that: {error}"))
            })?,
        };
        let milliseconds = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let order = Order { source: source.to_owned(), data, patience: milliseconds };
        match process.ask(&order, patience + GRACE) {
            // A process in which a rendering goes on is of no more use.
            Ok(Err(fault @ (Fault::Endless | Fault::Memory))) => Err(fault),
            Ok(answer) => {
                *running = Some(process);
                answer
            }
            Err(Lost::Late) => Err(Fault::Endless),
            Err(Lost::Ended) => Err(process.cause_of_death()),
        }
    }
}

/// Why there is no answer.
enum Lost {
    /// It took too long.
    Late,
    /// The process has ended, or says what it should not.
    Ended,
}

/// A process that waits for orders.
#[derive(Debug)]
struct Running {
    child: Child,
    orders: Option<ChildStdin>,
    answers: ChildStdout,
}

impl Running {
    fn start() -> io::Result<Self> {
        let mut command = Command::new(own_executable()?);
        command.arg(ARGUMENT).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (orders, answers) = (child.stdin.take(), child.stdout.take());
        match answers {
            Some(answers) => Ok(Self { child, orders, answers }),
            None => Err(io::Error::other("it has no standard output")),
        }
    }

    fn ask(&mut self, order: &Order, patience: Duration) -> Result<Answer, Lost> {
        let deadline = Instant::now() + patience;
        let mut line = serde_json::to_vec(order).map_err(|_| Lost::Ended)?;
        line.push(b'\n');
        // It reads an order whole before it does anything, so this does not wait for long.
        let orders = self.orders.as_mut().ok_or(Lost::Ended)?;
        orders.write_all(&line).map_err(|_| Lost::Ended)?;
        let answer = self.line(deadline)?;
        serde_json::from_slice(&answer).map_err(|_| Lost::Ended)
    }

    /// The next line of its standard output.
    fn line(&mut self, deadline: Instant) -> Result<Vec<u8>, Lost> {
        let mut line = Vec::new();
        let mut buffer = [0; 16_384];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).map_err(|_| Lost::Late)?;
            let mut waiting = [PollFd::new(&self.answers, PollFlags::IN)];
            match poll(&mut waiting, Some(&timeout)) {
                Ok(0) => return Err(Lost::Late),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
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
            if line.len() > LONGEST_ANSWER {
                return Err(Lost::Ended);
            }
        }
    }

    /// Why it has ended. Rust says `memory allocation of N bytes failed` and aborts where the limit does not let it have memory.
    fn cause_of_death(mut self) -> Fault {
        self.orders = None;
        let mut said = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            // What cannot be read explains nothing; the status still does.
            let _ = stderr.take(LAST_WORDS).read_to_end(&mut said);
        }
        let said = String::from_utf8_lossy(&said);
        match self.child.wait() {
            Ok(status) if status.signal() == Some(ABORTED) && said.contains("memory allocation of ") => {
                Fault::Memory
            }
            Ok(status) => {
                let words = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
                let words = if words.is_empty() { String::new() } else { format!(": {words}") };
                Fault::Broken(format!("the process that renders the template has ended ({status}){words}"))
            }
            Err(error) => Fault::Broken(format!("the process that renders the template is lost: {error}")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The executable of this process: the very file, even where another has taken its name meanwhile.
fn own_executable() -> io::Result<PathBuf> {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() { Ok(own) } else { std::env::current_exe() }
}

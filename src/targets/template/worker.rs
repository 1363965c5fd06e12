//! The process that templates are rendered in, seen from the run that starts it.
//!
//! A template may build a text that doubles with every step, and no part of tera bounds that. So a run starts its own
//! executable once more when it renders its first template, and that process limits its own memory before it reads anything.

use std::os::unix::process::ExitStatusExt as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::engine::MOST;
use super::fault::Fault;
use crate::program::{Lost, Partner};

/// The argument that makes the executable such a process. It is not part of the command line.
pub(crate) const ARGUMENT: &str = "__render-templates";

/// The most memory that a template may take, in bytes, beside the stack.
pub(super) const MEMORY: u64 = 256 << 20;

/// How much longer than a template may take is waited for an answer.
const GRACE: Duration = Duration::from_secs(2);

/// The longest answer, in bytes: JSON writes a control character in six.
const LONGEST_ANSWER: usize = 6 * MOST + 1024;

/// `SIGABRT`, with which Rust ends a process that gets no memory.
const ABORTED: i32 = 6;

/// Where templates are rendered.
#[derive(Clone, Debug)]
pub(crate) enum Renderer {
    /// In a process that is started for them, where time and memory are bounded. It is the executable of this process, so this is
    /// for `helmsum` itself.
    Process(Arc<Worker>),
    /// In a thread of this process, for tests, whose executable is not helmsum. The time is bounded; the memory is not.
    #[cfg(test)]
    Thread,
}

impl Renderer {
    /// A process of its own, which is started when there is something to render.
    #[must_use]
    pub(crate) fn process() -> Self {
        Self::Process(Arc::default())
    }
}

/// What a process is told: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) source: String,
    pub(super) data: serde_json::Value,
    /// How long it may take, in milliseconds.
    pub(super) patience: u64,
}

/// What a process answers: one line of JSON.
pub(super) type Answer = Result<String, Fault>;

/// The process, where one runs. It is ended when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    running: Mutex<Option<Partner>>,
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
            None => Partner::start(ARGUMENT).map_err(|error| {
                Fault::NotStarted(format!("helmsum cannot start itself for that: {error}"))
            })?,
        };
        let milliseconds = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let order = Order { source: source.to_owned(), data, patience: milliseconds };
        let order = serde_json::to_vec(&order).map_err(|error| Fault::Broken(error.to_string()))?;
        match process.ask(&order, LONGEST_ANSWER, patience + GRACE) {
            Ok(line) => {
                let answer = serde_json::from_slice(&line);
                let answer: Answer = answer.map_err(|error| Fault::Broken(error.to_string()))?;
                // A process in which a rendering goes on is of no more use.
                if !matches!(answer, Err(Fault::Endless | Fault::Memory)) {
                    *running = Some(process);
                }
                answer
            }
            Err(Lost::Late) => Err(Fault::Endless),
            Err(Lost::ToldToEnd) => Err(Fault::Broken("helmsum was interrupted".into())),
            Err(Lost::Ended) => Err(cause_of_death(process)),
        }
    }
}

/// Why a process has ended. Rust says `memory allocation of N bytes failed` and aborts where the limit does not let it have memory.
fn cause_of_death(process: Partner) -> Fault {
    match process.last_words() {
        Ok((status, said)) if status.signal() == Some(ABORTED) && said.contains("memory allocation of ") => {
            Fault::Memory
        }
        Ok((status, said)) => {
            let words = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
            let words = if words.is_empty() { String::new() } else { format!(": {words}") };
            Fault::Broken(format!("the process that renders the template has ended ({status}){words}"))
        }
        Err(error) => Fault::Broken(format!("the process that renders the template is lost: {error}")),
    }
}

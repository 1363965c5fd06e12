//! What a rendering may take: steps, memory, depth.

use super::Run;
use crate::diagnostic::Refusal;
use crate::program::resident;
use crate::template::function::FunctionError;
use crate::text::Bytes;

/// What a string, list or map takes beside its content, in bytes.
pub(super) const HEAD: usize = 64;

/// How many bytes results take between two looks at the memory of the process.
const GLANCE: u64 = 64 << 20;

/// What an item of a list takes at least, in bytes.
pub(super) const ITEM: u64 = 32;

impl Run<'_> {
    /// Takes steps from the budget.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Stopped> {
        let left = self.steps.checked_sub(steps);
        self.steps = left.unwrap_or(0);
        left.map(|_| ())
            .ok_or_else(|| Stopped(format!("the template takes more than {} steps", self.options.steps)))
    }

    /// Counts what a result takes, in bytes, and looks at the memory of the process when there was enough to matter.
    pub(super) fn hold(&mut self, bytes: u64) -> Result<(), Stopped> {
        self.results = self.results.saturating_add(bytes);
        if self.results < GLANCE {
            return Ok(());
        }
        let taken = match resident() {
            Some(resident) => {
                self.results = 0;
                resident
            }
            None => self.results,
        };
        if taken <= self.options.memory {
            return Ok(());
        }
        Err(Stopped(format!("the template takes more than {} of memory", Bytes(self.options.memory))))
    }

    /// Goes one level deeper on the stack.
    pub(super) fn enter(&mut self) -> Result<(), Stopped> {
        self.depth += 1;
        if self.depth <= self.options.depth {
            return Ok(());
        }
        Err(Stopped(format!("blocks and pipelines are nested more than {} deep", self.options.depth)))
    }

    pub(super) const fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Goes into another template.
    pub(super) fn enter_template(&mut self) -> Result<(), Stopped> {
        self.templates += 1;
        if self.templates <= self.options.nesting {
            return self.enter();
        }
        Err(Stopped(format!("templates are nested more than {} deep", self.options.nesting)))
    }

    pub(super) fn leave_template(&mut self) {
        self.templates -= 1;
        self.leave();
    }
}

/// A limit was reached.
pub(super) struct Stopped(pub(super) String);

impl Stopped {
    pub(super) const HINT: &str =
        "helmsum stops templates that never end; a loop or a recursion may run too often";
}

impl From<Stopped> for FunctionError {
    fn from(Stopped(message): Stopped) -> Self {
        Self::Refused { refusal: Refusal::Limit, message, hint: Some(Stopped::HINT.to_owned()) }
    }
}

//! What goes wrong in a template.

use crate::text::{Excerpt, Problem, Refusal};

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The text is no template; helmfile refuses it too.
    Syntax,
    /// It failed while it ran; helmfile fails too.
    Execution,
    /// helmsum does not do what the template asks for, or stops it at a limit. helmfile may succeed.
    Refused(Refusal),
}

/// A template that gave no result.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Go's message where Go fails too: `template: stringTemplate:3:5: executing … at <.x>: …`.
    pub message: String,
    /// What kind of failure it is.
    pub reason: Reason,
    /// What to do about it, if there is something to say.
    pub hint: Option<String>,
    /// The source to show: where the failing expression stands, in the innermost file.
    pub excerpt: Option<Box<Excerpt>>,
}

impl Error {
    /// The error as the report shows it, with its place.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let refusal = match self.reason {
            Reason::Refused(refusal) => Some(refusal),
            Reason::Syntax | Reason::Execution => None,
        };
        Problem {
            refusal,
            message: self.message.clone(),
            place: self.excerpt.as_deref().map(Excerpt::place),
            hint: self.hint.clone(),
            excerpt: self.excerpt.as_deref().cloned(),
        }
    }
}

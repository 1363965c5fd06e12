//! Why a state could not be read.

use camino::{Utf8Path, Utf8PathBuf};

use crate::text::{Place, Problem};

/// Who refuses the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// helmfile refuses it too.
    Invalid,
    /// helmfile may accept it, but helmsum does not read it and does not guess.
    Unsupported,
}

/// Why a state could not be read: what, where, and what to do about it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.problem)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    cause: Cause,
    problem: Problem,
}

impl Error {
    /// What helmfile refuses as well.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::of(Cause::Invalid, Problem::new(message))
    }

    /// What helmsum does not read.
    #[must_use]
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::of(Cause::Unsupported, Problem::new(message))
    }

    /// An error with this problem.
    #[must_use]
    pub fn of(cause: Cause, problem: Problem) -> Self {
        Self(Box::new(Inner { cause, problem }))
    }

    /// A file that cannot be read.
    #[must_use]
    pub(super) fn reading(path: &Utf8Path, error: &std::io::Error) -> Self {
        Self::invalid(format!("cannot read `{path}`: {error}")).at(Place::file(path))
    }

    /// The same error with a place, unless it has one already.
    #[must_use]
    pub(super) fn at(mut self, place: Place) -> Self {
        if self.0.problem.place.is_none() {
            self.0.problem.place = Some(place);
        }
        self
    }

    /// The same error in this file, unless it has a place already.
    #[must_use]
    pub(super) fn within(self, file: impl Into<Utf8PathBuf>) -> Self {
        self.at(Place::file(file))
    }

    /// The same error with a hint, unless it has one already.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        if self.0.problem.hint.is_none() {
            self.0.problem.hint = Some(hint.into());
        }
        self
    }

    /// The same error with words before its message: where in the state it came up.
    #[must_use]
    pub(super) fn context(mut self, context: &str) -> Self {
        let problem = &mut self.0.problem;
        problem.message = format!("{context}: {}", problem.message);
        self
    }

    /// Who refuses the state.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.0.cause
    }

    /// What went wrong, where, and what to do.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// The problem, for the report.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        self.0.problem
    }
}

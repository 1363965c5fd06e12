//! Why a state could not be read.

use camino::{Utf8Path, Utf8PathBuf};

use crate::text::{Place, Problem, Refusal};

/// What to do about a state that helmsum does not read.
pub(super) const WITHOUT_STATE: &str = "`checksums:` in `helmsum.yaml` needs no state";

/// A file whose name helmfile takes for standard input.
pub(super) fn standard_input(file: &Utf8Path) -> Error {
    let message = format!("`{file}` is named `-`, which helmfile may take for standard input");
    Error::unsupported(Refusal::StandardInput, message).within(file).hint("give the file another name")
}

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
#[error("{0}")]
pub struct Error(Box<Problem>);

impl Error {
    /// What helmfile refuses as well.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::of(Problem::new(message))
    }

    /// What helmsum does not read, though helmfile may.
    #[must_use]
    pub fn unsupported(refusal: Refusal, message: impl Into<String>) -> Self {
        Self::of(Problem::new(message).refusal(refusal))
    }

    /// An error with this problem.
    #[must_use]
    pub fn of(problem: Problem) -> Self {
        Self(Box::new(problem))
    }

    /// A file that cannot be read.
    #[must_use]
    pub(super) fn reading(path: &Utf8Path, error: &std::io::Error) -> Self {
        Self::invalid(format!("cannot read `{path}`: {error}")).at(Place::file(path))
    }

    /// The same error with a place, unless it has one already.
    #[must_use]
    pub(super) fn at(mut self, place: Place) -> Self {
        if self.0.place.is_none() {
            self.0.place = Some(place);
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
        if self.0.hint.is_none() {
            self.0.hint = Some(hint.into());
        }
        self
    }

    /// The same error with words before its message: where in the state it came up.
    #[must_use]
    pub(super) fn context(mut self, context: &str) -> Self {
        let problem = &mut self.0;
        problem.message = format!("{context}: {}", problem.message);
        self
    }

    /// Who refuses the state.
    #[must_use]
    pub fn cause(&self) -> Cause {
        if self.0.refusal.is_some() { Cause::Unsupported } else { Cause::Invalid }
    }

    /// What went wrong, where, and what to do.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0
    }

    /// The problem, for the report.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        *self.0
    }
}

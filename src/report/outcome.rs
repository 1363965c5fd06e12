//! The verdict of a run.

use std::process::ExitCode;

/// What a run hands to the calling shell. The numbers are public and follow helmfile: `docs/exit-codes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to complain about.
    Clean,
    /// Something could not be read, understood or written, a finding was denied, or the command line was wrong.
    Failed,
    /// `check` found a checksum that is stale or missing, and nothing worse.
    Changed,
    /// The selectors left no release, or no state file defines the environment.
    NoMatch,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Changed => 2,
            Self::NoMatch => 3,
        }
    }

    /// The graver of two. Failure outranks everything: what could not be read proves nothing either way.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let weight = |outcome| match outcome {
            Self::Clean => 0,
            Self::Changed => 1,
            Self::NoMatch => 2,
            Self::Failed => 3,
        };
        if weight(self) >= weight(other) { self } else { other }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        outcome.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{self, Changed, Clean, Failed, NoMatch};

    #[test]
    fn the_numbers_are_those_of_helmfile() {
        assert_eq!([Clean, Failed, Changed, NoMatch].map(Outcome::code), [0, 1, 2, 3]);
    }

    #[test]
    fn a_failure_outranks_a_change_whatever_comes_first() {
        assert_eq!(Changed.worse(Failed), Failed);
        assert_eq!(Failed.worse(Changed), Failed);
        assert_eq!(Clean.worse(Changed), Changed);
        assert_eq!(NoMatch.worse(Changed), NoMatch);
    }
}

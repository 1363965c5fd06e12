//! From a report to the exit code of a run.

use crate::diagnostic::{Code, Diagnostic};
use crate::report::{Outcome, Report};

/// The verdict: a failure outranks a change, and that nothing matched counts where nothing else is wrong.
pub(super) fn of(report: &Report, nothing_matched: bool) -> Outcome {
    let change =
        |found: &Diagnostic| matches!(found.code(), Some(Code::StaleChecksum | Code::MissingChecksum));
    let mut denied = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_denied()).peekable();
    match (denied.peek().is_some(), denied.all(change)) {
        (false, _) if nothing_matched => Outcome::NoMatch,
        (false, _) => Outcome::Clean,
        (true, true) => Outcome::Changed,
        (true, false) => Outcome::Failed,
    }
}

//! The finding missing-checksum: a target does not exist or records no checksum.

use super::project::{Findings, Project};
use super::stale_checksum::HINT;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::consumer::Status;
use crate::plan::git_ignores;
use crate::text::Place;

/// Looks at every target. What git ignores is no part of a commit, so there is nothing to compare.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (index, contents) in project.consumers.iter().enumerate() {
        let consumer = &contents.consumer;
        let (Status::Missing, Some(target)) = (contents.status, &consumer.target) else { continue };
        let (owner, shown) = (&consumer.owner, project.shown(target));
        findings.about_consumer(
            index,
            if git_ignores(&consumer.root, target) {
                Diagnostic::note(format!("{owner}: git ignores `{shown}`, so there is nothing to compare"))
            } else {
                let message = format!("{owner}: the target `{shown}` does not exist or is empty");
                Diagnostic::finding(Code::MissingChecksum, message).hint(HINT).at(Place::file(target))
            },
        );
    }
}

//! The finding stale-checksum: the recorded checksum differs from the computed one.

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::contents::consumer::{Contents, Status};
use crate::text::{Place, listed};

/// How many files a message names.
const NAMED: usize = 3;

/// What to do about a target that is out of date.
pub(crate) fn hint(project: &Project<'_>) -> String {
    format!("run {} and commit the result", project.context.again)
}

/// Looks at every target that exists.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (index, contents) in project.consumers.iter().enumerate() {
        let (Status::Stale, Some(target)) = (contents.status, &contents.consumer.target) else { continue };
        let message = format!(
            "{}: the target `{}` is out of date{}",
            contents.consumer.owner,
            project.shown(target),
            moved(contents)
        );
        let finding =
            Diagnostic::finding(Code::StaleChecksum, message).hint(hint(project)).at(Place::file(target));
        findings.about_consumer(index, finding);
    }
}

/// Which files moved the checksum, as a message goes on.
pub(crate) fn moved(contents: &Contents) -> String {
    let changes: Vec<String> = contents
        .sources
        .iter()
        .flat_map(|source| {
            source.changed.iter().map(|change| match &change.name {
                // Of a secret nothing is named but itself.
                name if *name == source.label => format!("`{name}` {}", change.how.word()),
                name => format!("`{name}` of `{}` {}", source.label, change.how.word()),
            })
        })
        .collect();
    if changes.is_empty() { String::new() } else { format!(": {}", listed(&changes, NAMED)) }
}

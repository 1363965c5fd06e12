//! The finding unmatched-entry for a directive that accepts what no pod reads, or what another one accepts.

use crate::audit::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::contents::kept::Rendered;
use crate::plan::rules::project::{Findings, Project};
use crate::reference::Workload;
use crate::source::Accepted;

/// Looks at every directive of a release that was looked at.
pub(in crate::audit) fn unused_acceptance(
    made: &Made<'_>,
    subjects: &[Subject<'_>],
    findings: &mut Findings,
) {
    for subject in subjects.iter().filter(|subject| subject.is_selected) {
        let Ok(manifests) = &subject.manifests else { continue };
        let of_release = subject.environment.accepted.iter().filter(|(at, _)| *at == subject.at);
        let mut known: Vec<&Accepted> = Vec::new();
        for (_, accepted) in of_release {
            let first = known.iter().find(|one| (one.kind, &one.name) == (accepted.kind, &accepted.name));
            let fault = match first {
                Some(first) => Some(twice(&made.project, subject, accepted, first)),
                None if is_read(manifests, accepted) => None,
                None => Some(unread(subject, accepted)),
            };
            if let Some(fault) = fault {
                subject.say(fault.at(accepted.place.clone()), findings);
            }
            known.push(accepted);
        }
    }
}

/// Whether pods of a release read what a directive accepts.
fn is_read(manifests: &Rendered, accepted: &Accepted) -> bool {
    let mut references = manifests.workloads.iter().flat_map(Workload::references);
    references.any(|one| one.kind.object() == Some(accepted.kind) && one.name == accepted.name)
}

fn unread(subject: &Subject<'_>, accepted: &Accepted) -> Diagnostic {
    let message = format!(
        "release `{}` accepts {} `{}`, and none of its pods reads it",
        subject.release.id(),
        accepted.kind.name(),
        accepted.name,
    );
    Diagnostic::finding(Code::UnmatchedEntry, message).hint("correct the name, or remove the directive")
}

fn twice(project: &Project<'_>, subject: &Subject<'_>, accepted: &Accepted, first: &Accepted) -> Diagnostic {
    let line = first.place.line.map(|line| format!(":{line}")).unwrap_or_default();
    let message = format!(
        "release `{}` accepts {} `{}` twice, and the reason at `{}{line}` counts",
        subject.release.id(),
        accepted.kind.name(),
        accepted.name,
        project.shown(&first.place.file),
    );
    Diagnostic::finding(Code::UnmatchedEntry, message).hint("remove one of the two directives")
}

//! The finding unmatched-entry for a directive that accepts what no pod reads.

use std::collections::BTreeSet;

use crate::audit::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::rules::project::Findings;

/// Looks at every directive of a release that was looked at. `used` are those that a reading answers to: the environment, and which of
/// its directives.
pub(in crate::audit) fn unused_acceptance(
    made: &Made<'_>,
    subjects: &[Subject<'_>],
    used: &BTreeSet<(usize, usize)>,
    findings: &mut Findings,
) {
    for (environment, read) in made.project.environments.iter().enumerate() {
        for (index, (at, accepted)) in read.accepted.iter().enumerate() {
            let own = subjects.iter().find(|subject| subject.at == *at);
            let Some(subject) = own.filter(|own| own.is_selected && own.manifests.is_ok()) else { continue };
            if used.contains(&(environment, index)) {
                continue;
            }
            let message = format!(
                "release `{}` accepts {} `{}`, and none of its pods reads it",
                subject.release.id(),
                accepted.kind.name(),
                accepted.name,
            );
            let finding = Diagnostic::finding(Code::UnmatchedEntry, message)
                .hint("correct the name, or remove the directive")
                .at(accepted.place.clone());
            subject.say(finding, findings);
        }
    }
}

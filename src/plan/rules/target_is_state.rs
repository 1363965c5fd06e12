//! The finding target-is-state: helmfile would load a target as a state file.

use super::project::{Findings, Project};

/// Looks at every target.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases() {
        let Some(target) = &case.consumer.target else { continue };
        let shown = project.shown(target);
        let found = case.places.is_state(&case.release.id(), target, &case.consumer.root, &shown);
        if let Some(finding) = found {
            findings.about_consumer(case.index, finding);
        }
    }
}

//! The finding hidden-missing-file: `missingFileHandler` would hide that a target is missing.

use camino::Utf8Path;

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::state::{Release, Visit};

/// Looks at the consumers with a target.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases().filter(|case| !case.contents.sources.is_empty()) {
        let Some(target) = &case.consumer.target else { continue };
        let found = hidden_missing_file(case.visit, case.release, &project.shown(target));
        if let Some(finding) = found {
            findings.about_consumer(case.index, finding);
        }
    }
}

/// A missing target that helmfile would pass over in silence.
fn hidden_missing_file(visit: &Visit, release: &Release, shown: &Utf8Path) -> Option<Diagnostic> {
    let handler = release.missing_file_handler.as_deref().or(visit.missing_file_handler.as_deref())?;
    matches!(handler, "Warn" | "Info" | "Debug").then(|| {
        let message = format!(
            "release `{}`: with `missingFileHandler: {handler}` helmfile deploys it without its checksum where `{shown}` is missing",
            release.id()
        );
        let finding = Diagnostic::finding(Code::HiddenMissingFile, message)
            .hint("set `missingFileHandler: Error` for this release")
            .release(release.id());
        match &release.place {
            Some(place) => finding.at(place.clone()),
            None => finding,
        }
    })
}

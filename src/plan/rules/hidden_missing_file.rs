//! The finding hidden-missing-file: a target is missing after this run, and `missingFileHandler` hides it.

use camino::Utf8Path;

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Aim;
use crate::plan::contents::consumer::Status;
use crate::plan::facts::targets::at_release;
use crate::plan::ignored::git_ignores;

/// Looks at the consumers whose target is not there after this run. What git ignores is made on each machine, so a run that only
/// looks says nothing of that.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases().filter(|case| !case.contents.sources.is_empty()) {
        let Some(target) = &case.consumer.target else { continue };
        let Some(handler) = hiding_handler(&case).filter(|_| case.contents.is_absent) else { continue };
        let hint = match (project.context.aim, case.contents.status) {
            (Aim::Write, Status::Missing) => continue,
            (Aim::Write, _) => "correct what keeps it from being written before helmfile runs".to_owned(),
            (Aim::Check | Aim::Show, _) if git_ignores(&case.consumer.root, target) => continue,
            (Aim::Check | Aim::Show, _) => {
                format!("write it with {} before helmfile runs", project.context.again)
            }
        };
        let finding = hidden_missing_file(&case, handler, &project.shown(target));
        findings.about_consumer(case.index, finding.hint(hint));
    }
}

/// The handler of missing files that lets helmfile go on, where the release has one.
fn hiding_handler<'p>(case: &ReleaseCase<'p>) -> Option<&'p str> {
    let handler =
        case.release.missing_file_handler.as_deref().or(case.visit.missing_file_handler.as_deref())?;
    matches!(handler, "Warn" | "Info" | "Debug").then_some(handler)
}

/// A missing target that helmfile passes over.
fn hidden_missing_file(case: &ReleaseCase<'_>, handler: &str, shown: &Utf8Path) -> Diagnostic {
    let id = case.release.id();
    let message = format!(
        "release `{id}`: `{shown}` is missing, and with `missingFileHandler: {handler}` helmfile deploys it without its checksum"
    );
    let finding = Diagnostic::finding(Code::HiddenMissingFile, message).release(id);
    at_release(finding, case.release)
}

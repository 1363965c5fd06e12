//! The finding hidden-missing-file: a target is missing after this run, and `missingFileHandler` hides it.

use camino::Utf8Path;

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Aim;
use crate::plan::contents::consumer::Status;
use crate::plan::facts::targets::at_release;
use crate::plan::ignored::{Ignored, ignored_of};

/// Looks at the consumers whose target is not there after this run. What git ignores is made on each machine, so a run that only
/// looks says nothing of that.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    let writes = project.context.aim == Aim::Write;
    let ignored = if writes {
        Ignored::default()
    } else {
        ignored_of(hidden(project).map(|(case, target, _)| (&*case.consumer.root, target)))
    };
    for (case, target, handler) in hidden(project) {
        let hint = match case.contents.status {
            Status::Missing if writes => continue,
            _ if writes => "correct what keeps it from being written before helmfile runs".to_owned(),
            _ if ignored.contains(&(&*case.consumer.root, target)) => continue,
            _ => format!("write it with {} before helmfile runs", project.context.again),
        };
        let finding = hidden_missing_file(&case, handler, &project.shown(target));
        findings.about_consumer(case.index, finding.hint(hint));
    }
}

/// The consumers whose target is not there, where a handler hides that: with the target and the handler.
fn hidden<'p>(project: &Project<'p>) -> impl Iterator<Item = (ReleaseCase<'p>, &'p Utf8Path, &'p str)> {
    project
        .releases()
        .filter(|case| !case.contents.sources.is_empty() && case.contents.is_absent)
        .filter_map(|case| Some((case, case.consumer.target.as_deref()?, hiding_handler(&case)?)))
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

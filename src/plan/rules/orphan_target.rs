//! The finding orphan-target: a target among the values of a release that declares no sources.

use camino::Utf8Path;

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::facts::consumer::Wiring;
use crate::plan::facts::targets::Wired;
use crate::plan::facts::values_files::declares;
use crate::state::Release;
use crate::text::Place;

/// Looks at the releases with a target and without sources.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases().filter(|case| case.contents.sources.is_empty()) {
        let [target] = &case.consumer.wiring.targets[..] else { continue };
        let files = &case.consumer.wiring.files;
        if case.consumer.diagnostics.iter().any(Diagnostic::is_error) || declares_otherwise(&case) {
            continue;
        }
        let near = case.environment.files.misspelt(files).into_iter().next();
        let found = orphan_target(case.release, target, &project.shown(&target.path), near.as_ref());
        if let Some(finding) = found {
            findings.about_consumer(case.index, finding);
        }
    }
}

/// Whether a release without sources has some in another case: its directive stands in an `{{ if }}` or may come out of a
/// template that cannot be rendered here, or it declares some in another environment.
fn declares_otherwise(case: &ReleaseCase<'_>) -> bool {
    let Wiring { files, unsearched, .. } = &case.consumer.wiring;
    let in_text =
        |file: &Utf8Path| case.environment.files.raw(file).bytes.as_ref().is_ok_and(|bytes| declares(bytes));
    !unsearched.is_empty()
        || files.iter().any(|(_, file)| in_text(file))
        || case.environment.others.declares(case.visit, case.release)
}

/// A target, but nothing to hash. Quiet where the entry is inherited: then many releases have it that need none.
/// `near` is a comment that may have been meant as a directive.
fn orphan_target(
    release: &Release,
    wired: &Wired,
    shown: &Utf8Path,
    near: Option<&(Place, String)>,
) -> Option<Diagnostic> {
    if wired.inherited {
        return None;
    }
    let message = format!("release `{}` lists the target `{shown}`, but declares no sources", release.id());
    let hint = match near {
        Some((place, comment)) => {
            let file = place.file.file_name().unwrap_or_default();
            let line = place.line.unwrap_or_default();
            format!(
                "line {line} of `{file}` is a comment like any other: `{comment}`; a directive is written `# helmsum: ./apis`"
            )
        }
        None => "declare one in a values file of the release, as in `# helmsum: ./apis`, or remove the entry"
            .into(),
    };
    let finding = Diagnostic::finding(Code::OrphanTarget, message).hint(hint).release(release.id());
    Some(match &release.place {
        Some(place) => finding.at(place.clone()),
        None => finding,
    })
}

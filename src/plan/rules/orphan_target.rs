//! The finding orphan-target: a target among the values of a release that declares no sources.

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project, ReleaseCase};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::facts::consumer::Wiring;
use crate::plan::facts::targets::Wired;
use crate::plan::facts::values_files::declares;
use crate::state::Release;
use crate::text::Place;
use crate::tree::Kind;

/// How many files beside a target are looked at for a directive.
const MOST_FILES: usize = 200;

/// Looks at the releases with a target and without sources.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for case in project.releases().filter(|case| case.contents.sources.is_empty()) {
        let [target] = &case.consumer.wiring.targets[..] else { continue };
        let files = &case.consumer.wiring.files;
        let is_otherwise = case.consumer.auto.is_some() || declares_otherwise(&case);
        if case.consumer.diagnostics.iter().any(Diagnostic::is_error) || is_otherwise {
            continue;
        }
        let hint = match case.environment.files.misspelt(files).into_iter().next() {
            Some((place, comment)) => misspelt(&place, &comment),
            None => unlisted(project, &case, &target.path).unwrap_or_else(|| {
                "declare one in a values file of the release, as in `# helmsum: ./apis`, or remove the entry".into()
            }),
        };
        let found = orphan_target(case.release, target, &project.shown(&target.path), hint);
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

/// What to do about a comment that may have been meant as a directive.
fn misspelt(place: &Place, comment: &str) -> String {
    let file = place.file.file_name().unwrap_or_default();
    let line = place.line.unwrap_or_default();
    format!(
        "line {line} of `{file}` is a comment like any other: `{comment}`; a directive is written `# helmsum: ./apis`"
    )
}

/// What to do about a file beside a target that has a directive, where no release has it among its values. A list of values that
/// takes the place of an inherited one leaves such files behind.
fn unlisted(project: &Project<'_>, case: &ReleaseCase<'_>, target: &Utf8Path) -> Option<String> {
    let options = &project.reading.options;
    if !options.selector.is_empty() || !options.release.is_empty() {
        // Then not every release is looked at.
        return None;
    }
    let directory = target.parent()?;
    let entries = case.environment.request.tree.entries(directory).ok()?;
    let files = entries.into_iter().filter(|entry| entry.kind == Kind::File).take(MOST_FILES);
    let names = files.filter_map(|entry| entry.name.into_string().ok());
    let mut paths = names.map(|name| directory.join(name)).filter(|path| {
        let extension = path.extension().unwrap_or_default();
        ["yaml", "yml", "gotmpl"].contains(&extension) && path != target
    });
    let is_listed = |path: &Utf8PathBuf| project.visits().any(|(_, visited)| visited.read.contains(path));
    let declares = |path: &Utf8PathBuf| {
        case.environment.request.tree.read_aside(path).is_ok_and(|bytes| declares(&bytes))
    };
    let found = paths.find(|path| !is_listed(path) && declares(path))?;
    Some(format!(
        "`{}` has a directive, and no release that is read has that file among its `values`: list it there; a list of a release \
         replaces one that it inherits",
        project.shown(&found)
    ))
}

/// A target, but nothing to hash, and what to do. Quiet where the entry is inherited: then many releases have it that need none.
fn orphan_target(release: &Release, wired: &Wired, shown: &Utf8Path, hint: String) -> Option<Diagnostic> {
    if wired.inherited {
        return None;
    }
    let message = format!("release `{}` lists the target `{shown}`, but declares no sources", release.id());
    let finding = Diagnostic::finding(Code::OrphanTarget, message).hint(hint).release(release.id());
    Some(match &release.place {
        Some(place) => finding.at(place.clone()),
        None => finding,
    })
}

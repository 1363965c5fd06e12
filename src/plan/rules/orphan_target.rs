//! The finding orphan-target: a target among the values of a release that declares no sources.

use camino::Utf8Path;

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::facts::targets::Wired;
use crate::state::Release;
use crate::text::Place;

/// A target, but nothing to hash. Quiet where the entry is inherited: then many releases have it that need none.
/// `near` is a comment that may have been meant as a directive.
pub(crate) fn orphan_target(
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

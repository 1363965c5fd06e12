//! Which values entry of a release is its target, and what stands in the way.

use camino::{Utf8Path, Utf8PathBuf};

use super::locations::{Locations, Same};
use crate::diagnostic::{Code, Diagnostic};
use crate::report::relative;
use crate::state::{EntryContent, Release, Visit};
use crate::text::Place;
use crate::tree::matches;

/// A target among the values of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wired {
    /// The file, absolute.
    pub(super) path: Utf8PathBuf,
    /// What makes it the same one as another.
    pub(super) same: Same,
    /// Which entry of `values` it is.
    pub(super) index: usize,
    /// Whether the entry comes from a template that many releases may share.
    pub(super) inherited: bool,
}

/// Whether a values entry is a target, going by the name of its file.
fn is_target(path: &Utf8Path, patterns: &[String]) -> bool {
    let name = path.file_name().unwrap_or_default();
    patterns.iter().any(|pattern| matches(pattern, name).unwrap_or(false))
}

/// The entries of a release that are targets: none, one, or more than helmsum can serve. `named` is a target that the
/// configuration names, which then is the only one.
pub(super) fn targets(
    visit: &Visit,
    release: &Release,
    patterns: &[String],
    named: Option<&Utf8Path>,
    locations: &Locations,
) -> Vec<Wired> {
    let named = named.map(|named| (named.file_name(), locations.same(named)));
    let mut found: Vec<Wired> = Vec::new();
    for (index, entry) in release.values.iter().enumerate() {
        let EntryContent::Path(path) = &entry.content else { continue };
        let Some(path) = visit.entry_path(&release.values_path_prefix, path) else { continue };
        let wanted = match &named {
            // Only what is called alike is looked for on the disk.
            Some((name, same)) => path.file_name() == *name && locations.same(&path) == *same,
            None => is_target(&path, patterns),
        };
        if !wanted {
            continue;
        }
        let same = locations.same(&path);
        if !found.iter().any(|other| other.same == same) {
            found.push(Wired { path, same, index, inherited: entry.inherited });
        }
    }
    found
}

/// Two targets of one release.
pub(super) fn two_targets(release: &Release, wired: &[Wired], directory: &Utf8Path) -> Diagnostic {
    let names: Vec<String> =
        wired.iter().map(|wired| format!("`{}`", relative(&wired.path, directory))).collect();
    let problem = Diagnostic::error(format!(
        "release `{}` lists {} targets: {}",
        release.id(),
        names.len(),
        names.join(", ")
    ))
    .hint("keep one of them; `targets` in `helmsum.yaml` says which names are targets");
    at(problem, release)
}

/// A problem at the place of a release, where that is known.
pub(super) fn at(problem: Diagnostic, release: &Release) -> Diagnostic {
    match &release.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}

/// Sources, but nothing that would bring their checksum to the chart.
pub(super) fn unwired_release(
    visit: &Visit,
    release: &Release,
    declared: &Place,
    named: Option<&Utf8Path>,
) -> Diagnostic {
    let beside = || declared.file.parent().unwrap_or(&visit.directory).join("checksum.yaml");
    let target = relative(&named.map_or_else(beside, Utf8Path::to_owned), &visit.directory);
    let file = visit.file.file_name().unwrap_or_default();
    let message =
        format!("release `{}` declares sources, but lists no target among its `values`", release.id());
    Diagnostic::finding(Code::UnwiredRelease, message)
        .hint(format!("add a line to its `values` in `{file}`: `- {target}`"))
        .release(release.id())
        .at(declared.clone())
}

/// A target, but nothing to hash. Quiet where the entry is inherited: then many releases have it that need none.
/// `near` is a comment that may have been meant as a directive.
pub(super) fn orphan_target(
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

/// A missing target that helmfile would pass over in silence.
pub(super) fn hidden_missing_file(visit: &Visit, release: &Release, shown: &Utf8Path) -> Option<Diagnostic> {
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

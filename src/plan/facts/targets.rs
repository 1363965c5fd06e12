//! Which values entry of a release is its target, and what stands in the way.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::go::filepath::matches;
use crate::plan::facts::locations::{Locations, Same};
use crate::state::{EntryContent, Release, Visit};
use crate::text::relative;

/// A target among the values of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wired {
    /// The file, absolute.
    pub(crate) path: Utf8PathBuf,
    /// What makes it the same one as another.
    pub(crate) same: Same,
    /// Which entry of `values` it is.
    pub(crate) index: usize,
    /// Whether the entry comes from a template that many releases may share.
    pub(crate) inherited: bool,
}

/// Whether a values entry is a target, going by the name of its file.
fn is_target(path: &Utf8Path, patterns: &[String]) -> bool {
    let name = path.file_name().unwrap_or_default();
    patterns.iter().any(|pattern| matches(pattern, name).unwrap_or(false))
}

/// The entries of a release that are targets: none, one, or more than helmsum can serve. `named` is a target that the
/// configuration names, which then is the only one.
pub(crate) fn targets(
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
pub(crate) fn two_targets(release: &Release, wired: &[Wired], directory: &Utf8Path) -> Diagnostic {
    let names: Vec<String> =
        wired.iter().map(|wired| format!("`{}`", relative(&wired.path, directory))).collect();
    let problem = Diagnostic::error(format!(
        "release `{}` lists {} targets: {}",
        release.id(),
        names.len(),
        names.join(", ")
    ))
    .hint("keep one of them; `targets` in `helmsum.yaml` says which names are targets");
    at_release(problem, release)
}

/// A problem at the place of a release, where that is known.
pub(crate) fn at_release(problem: Diagnostic, release: &Release) -> Diagnostic {
    match &release.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}

//! Which of the changed files a release is made of, and which of them no release is.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::changed_files::ChangedFile;
use super::compare::Sides;
use super::differing::Moved;
use super::result::{FileChange, Own};
use super::side::SideRelease;
use crate::audit::Inputs;
use crate::plan::Made;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::Rendering;
use crate::reference::{Identity, Pod, Workload};

/// What of a release's own moves its pods, beside the checksum; nothing where that is all, or it is not known.
pub(super) fn own(
    (base, head): (&SideRelease, &SideRelease),
    moved: &Moved,
    changed: &[ChangedFile],
    made: &Made<'_>,
    rendering: &mut Rendering<'_>,
) -> Option<Own> {
    let Moved::Pods(moved) = moved else { return None };
    let moved: BTreeSet<&Identity> = moved.iter().map(|one| &one.identity).collect();
    if checksum_differs(base, head) && !moves_without((base, head), &moved, made, rendering)? {
        return None;
    }
    let inputs = Inputs::of(made.project.locations, rendering, head.at).all();
    let files = changed.iter().filter(|file| inputs.contains(&file.path));
    let of_release = |file: &ChangedFile| FileChange {
        name: file.name.to_string(),
        from: file.from.as_ref().map(ToString::to_string),
        fate: file.fate,
    };
    Some(Own { files: files.map(of_release).collect() })
}

fn checksum_differs(base: &SideRelease, head: &SideRelease) -> bool {
    match (base.consumer(), head.consumer()) {
        (Some(before), Some(after)) => before.differs(after),
        (None, None) => false,
        _ => true,
    }
}

/// Whether pods are others with the checksum of the first side, too; nothing where that cannot be seen.
fn moves_without(
    (base, head): (&SideRelease, &SideRelease),
    moved: &BTreeSet<&Identity>,
    made: &Made<'_>,
    rendering: &mut Rendering<'_>,
) -> Option<bool> {
    let (before, after) = (base.rendered()?, head.rendered()?);
    let (Some(consumer), Some(now)) = (base.consumer(), head.consumer()) else { return None };
    let of_itself = differing(before, after, |pod| &pod.bare_digest);
    if consumer.is_annotated && now.is_annotated {
        return Some(!of_itself.is_disjoint(moved));
    }
    let target = now.target.as_ref().filter(|target| consumer.target.as_ref() == Some(target));
    let (Some(target), Some(content)) = (target, &consumer.content) else {
        // The checksum of the first side cannot be tried. Where nothing but checksums differs, that is all.
        return of_itself.is_disjoint(moved).then_some(false);
    };
    let look = Look::plain(head.at).with_files(vec![(target.clone(), content.clone().into_bytes())]);
    let answers = rendering.manifests(&[look], made.progress);
    let other = answers.into_iter().next()?.ok()?;
    Some(!differing(before, &other, |pod| &pod.digest).is_disjoint(moved))
}

/// The workloads that two renderings have whose pods differ in something.
fn differing<'r>(
    one: &'r Rendered,
    other: &'r Rendered,
    of: impl Fn(&'r Pod) -> &'r String,
) -> BTreeSet<&'r Identity> {
    let pods = |workload: &'r Workload| -> (&'r Identity, Vec<&'r String>) {
        (&workload.identity, workload.pods.iter().map(&of).collect())
    };
    let others: BTreeMap<&Identity, Vec<&String>> = other.workloads.iter().map(pods).collect();
    let differ = one
        .workloads
        .iter()
        .map(pods)
        .filter(|(identity, pods)| others.get(identity).is_some_and(|other| other != pods));
    differ.map(|(identity, _)| identity).collect()
}

/// The changed files that were read on neither side, relative to the root of the repository.
pub(super) fn unreached(sides: Sides<'_>) -> Vec<Utf8PathBuf> {
    let is_read = |file: &ChangedFile| {
        file.paths().any(|path| sides.base.has_read(&path) || sides.head.has_read(&path))
    };
    sides.changed.iter().filter(|file| !is_read(file)).map(|file| file.name.clone()).collect()
}

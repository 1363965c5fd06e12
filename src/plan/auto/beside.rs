//! State files that helmfile may deploy together with those of a run that does not read them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::rules::parent_states::Parents;
use crate::state::Visit;
use crate::tree::{Kind, Tree};

/// A state file that was not read, although helmfile reads it with that of a release: one above that lists it, or one beside it in
/// `helmfile.d`.
pub(super) fn unread_state(environment: &Environment, at: ReleaseAt, root: &Utf8Path) -> Option<Utf8PathBuf> {
    let visits = &environment.resolved.visits;
    let mut first = &visits[at.visit];
    while let Some(parent) = first.parent {
        first = &visits[parent];
    }
    let tree = &*environment.request.tree;
    let is_read = |file: &Utf8Path| {
        visits.iter().any(|visit| visit.file == file || visit.bases.iter().any(|base| base == file))
    };
    let own: BTreeSet<Utf8PathBuf> = visits.iter().map(|visit| visit.directory.clone()).collect();
    let parents = Parents::default();
    let above = |listed: &Utf8Path| parents.listing(tree, listed, root, &own, is_read);
    above(&first.directory).or_else(|| above(&first.file)).or_else(|| sibling(tree, first, is_read))
}

/// A state file in the same `helmfile.d`.
fn sibling(tree: &dyn Tree, visit: &Visit, is_read: impl Fn(&Utf8Path) -> bool) -> Option<Utf8PathBuf> {
    let folder = visit.file.parent().filter(|folder| folder.file_name() == Some("helmfile.d"))?;
    let entries = tree.entries(folder).ok()?.into_iter().filter(|entry| entry.kind == Kind::File);
    let names = entries.filter_map(|entry| entry.name.into_string().ok());
    let mut files: Vec<Utf8PathBuf> = names
        .filter(|name| [".yaml", ".yaml.gotmpl"].iter().any(|end| name.ends_with(end)))
        .map(|name| folder.join(name))
        .filter(|file| !is_read(file))
        .collect();
    files.sort();
    files.into_iter().next()
}

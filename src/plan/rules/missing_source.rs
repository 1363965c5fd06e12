//! The finding missing-source: a declared path does not exist.

use super::Surroundings;
use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::join_clean;
use crate::source::{Shape, Source};
use crate::text::{nearest, relative};

/// The kinds of sources that name an object or a release.
const KINDS: [&str; 3] = ["configmap", "secret", "release"];

/// Whether the path of a source exists. Says where it was looked for, and where else it is.
pub(crate) fn missing_source(
    source: &Source,
    hashed: &Hashed,
    around: Surroundings<'_>,
) -> Option<Diagnostic> {
    if hashed.listing.shape != Shape::Missing || source.options.optional {
        return None;
    }
    let tried = &hashed.listing.base;
    let message =
        format!("{}: the source `{}` does not exist; looked for `{tried}`", around.owner, source.text);
    let base = relative(&source.directory, around.directory);
    let mut hint = format!("paths are relative to `{base}`, the directory of the file that declares them");
    let elsewhere = [(around.root, "the root of the repository"), (around.state, "the state file")];
    for (directory, name) in elsewhere {
        let there = join_clean(directory, &source.text);
        if directory != source.directory && around.tree.stat(&there).is_ok() {
            hint = format!("{hint}; `{}` exists relative to {name}", source.text);
            break;
        }
    }
    if let Some(meant) = object_meant(source, around).or_else(|| path_meant(source, around)) {
        hint = format!("did you mean `{meant}`? {hint}");
    }
    Some(Diagnostic::finding(Code::MissingSource, message).hint(hint).at(source.place.clone()))
}

/// The source of another kind that was written as `kubectl` writes it: `configmap/NAME` for `configmap:NAME`.
fn object_meant(source: &Source, around: Surroundings<'_>) -> Option<String> {
    let (kind, name) = source.text.split_once('/')?;
    let lower = kind.to_lowercase();
    let kind_meant = KINDS.iter().find(|known| lower.trim_end_matches('s') == **known)?;
    let is_folder = around.tree.stat(&join_clean(&source.directory, kind)).is_ok();
    (!is_folder && !name.is_empty()).then(|| format!("{kind_meant}:{name}"))
}

/// The path that exists when each part that does not is taken for the nearest one that does.
fn path_meant(source: &Source, around: Surroundings<'_>) -> Option<String> {
    let mut directory = source.directory.clone();
    let mut meant: Vec<String> = Vec::new();
    let mut changed = false;
    let mut parts = source.text.split('/');
    while let Some(part) = parts.next() {
        if part.contains(['*', '?', '[']) {
            meant.extend([part].into_iter().chain(parts).map(str::to_owned));
            break;
        }
        let mut there = join_clean(&directory, part);
        let mut name = part.to_owned();
        if around.tree.stat(&there).is_err() {
            let entries = around.tree.entries(&directory).ok()?;
            let names = entries.iter().filter_map(|entry| entry.name.to_str());
            nearest(part, names)?.clone_into(&mut name);
            there = join_clean(&directory, &name);
            changed = true;
        }
        directory = there;
        meant.push(name);
    }
    changed.then(|| meant.join("/"))
}

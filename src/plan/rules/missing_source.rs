//! The finding missing-source: a declared path does not exist.

use super::Surroundings;
use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::join_clean;
use crate::source::{Shape, Source};
use crate::text::relative;

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
    Some(Diagnostic::finding(Code::MissingSource, message).hint(hint).at(source.place.clone()))
}

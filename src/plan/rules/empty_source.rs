//! The finding empty-source: a source in which no file counts.

use super::Surroundings;
use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Left, Shape, Source};
use crate::text::listed;

/// How many names a message lists.
const NAMED: usize = 5;

/// Whether any file of a source counts. Says what was left out.
pub(crate) fn empty_source(source: &Source, hashed: &Hashed, around: Surroundings<'_>) -> Option<Diagnostic> {
    if !hashed.files.is_empty() || hashed.listing.shape == Shape::Missing || source.options.optional {
        return None;
    }
    let what = match hashed.listing.shape {
        Shape::Glob => "matches no file that counts",
        _ => "contains no file that counts",
    };
    let left_out = &hashed.listing.left_out;
    let names: Vec<String> = left_out
        .iter()
        .map(|left| {
            let why = match left.why {
                Left::Junk => "never counts",
                Left::Excluded => "excluded",
                Left::Target => "written by helmsum",
            };
            format!("`{}` ({why})", left.name)
        })
        .collect();
    let tail =
        if names.is_empty() { String::new() } else { format!("; left out: {}", listed(&names, NAMED)) };
    let message = format!("{}: the source `{}` {what}{tail}", around.owner, source.text);
    Some(
        Diagnostic::finding(Code::EmptySource, message)
            .hint("its checksum never changes; say `optional=true` if it may be empty")
            .at(source.place.clone()),
    )
}

/// A source that is rendered, and has nothing in it that pods could read.
pub(crate) fn without_data(source: &str) -> Diagnostic {
    Diagnostic::finding(Code::EmptySource, format!("the source `{source}` contains no data"))
        .hint("its checksum never changes; look at what `helmfile template` prints for it")
}

//! The finding empty-source: a source in which no file counts, and an `auto` that finds nothing.

use super::Surroundings;
use super::project::{Findings, Project};
use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic, Level};
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

/// Says of every release whose `auto` finds nothing that it has no checksum, where it has no other source.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (index, contents) in project.consumers.iter().enumerate() {
        let consumer = &contents.consumer;
        let Some(auto) = consumer.auto.as_ref().filter(|_| contents.sources.is_empty()) else { continue };
        if consumer.diagnostics.iter().any(Diagnostic::is_error) {
            continue;
        }
        let is_incomplete = consumer.diagnostics.iter().any(|one| one.code() == Some(Code::IncompleteAuto));
        let message = if is_incomplete {
            "`auto` finds nothing that can be computed, so there is no checksum"
        } else {
            "`auto` finds no object of another release that its pods read, so there is no checksum"
        };
        // Many releases may declare it so that those have it which need it.
        let finding =
            Diagnostic::finding(Code::EmptySource, message).level(Level::Note).context(&consumer.owner);
        findings.about_consumer(index, finding.at(auto.place.clone()));
    }
}

//! Findings about the places that sources name.

use camino::Utf8Path;

use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic};
use crate::report::relative;
use crate::source::{Left, Outside, Shape, Source};
use crate::tree::Tree;

/// How many names a message lists.
const NAMED: usize = 5;

/// What a reader of a message knows about the surroundings of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    /// The release or the entry of `checksums:`, as a message starts.
    pub(super) owner: &'a str,
    /// The root of the repository.
    pub(super) root: &'a Utf8Path,
    /// The directory of the state file.
    pub(super) state: &'a Utf8Path,
    /// The working directory.
    pub(super) directory: &'a Utf8Path,
}

/// What there is to say about where a source leads.
pub(super) fn place_findings(
    tree: &dyn Tree,
    source: &Source,
    hashed: &Hashed,
    surroundings: Surroundings<'_>,
) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> =
        hashed.listing.outside.iter().map(|outside| outside_source(source, outside, surroundings)).collect();
    if !source.options.optional && findings.is_empty() {
        findings.extend(if hashed.listing.shape == Shape::Missing {
            Some(missing_source(tree, source, hashed, surroundings))
        } else {
            empty_source(source, hashed, surroundings)
        });
    }
    findings.into_iter().map(|finding| finding.at(source.place.clone())).collect()
}

fn missing_source(tree: &dyn Tree, source: &Source, hashed: &Hashed, around: Surroundings<'_>) -> Diagnostic {
    let tried = &hashed.listing.base;
    let message =
        format!("{}: the source `{}` does not exist; looked for `{tried}`", around.owner, source.text);
    let base = relative(&source.directory, around.directory);
    let mut hint = format!("paths are relative to `{base}`, the directory of the file that declares them");
    let elsewhere = [(around.root, "the root of the repository"), (around.state, "the state file")];
    for (directory, name) in elsewhere {
        let there = crate::text::join_clean(directory, &source.text);
        if directory != source.directory && tree.stat(&there).is_ok() {
            hint = format!("{hint}; `{}` exists relative to {name}", source.text);
            break;
        }
    }
    Diagnostic::finding(Code::MissingSource, message).hint(hint)
}

fn empty_source(source: &Source, hashed: &Hashed, around: Surroundings<'_>) -> Option<Diagnostic> {
    if !hashed.files.is_empty() {
        return None;
    }
    let what = match hashed.listing.shape {
        Shape::Glob => "matches no file that counts",
        _ => "holds no file that counts",
    };
    let left_out = &hashed.listing.left_out;
    let names: Vec<String> = left_out
        .iter()
        .take(NAMED)
        .map(|left| {
            let why = match left.why {
                Left::Junk => "never counts",
                Left::Excluded => "excluded",
                Left::Target => "written by helmsum",
            };
            format!("`{}` ({why})", left.name)
        })
        .collect();
    let more = left_out.len().saturating_sub(NAMED);
    let tail = match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("; left out: {}", names.join(", ")),
        (false, more) => format!("; left out: {} and {more} more", names.join(", ")),
    };
    let message = format!("{}: the source `{}` {what}{tail}", around.owner, source.text);
    Some(
        Diagnostic::finding(Code::EmptySource, message)
            .hint("its checksum never changes; say `optional=true` if it may be empty"),
    )
}

fn outside_source(source: &Source, outside: &Outside, around: Surroundings<'_>) -> Diagnostic {
    let leads = &outside.leads_to;
    let message = match &outside.link {
        Some(link) => format!(
            "{}: the link `{link}` in `{}` leads out of the repository, to `{leads}`",
            around.owner, source.text
        ),
        None => {
            format!(
                "{}: the source `{}` leads out of the repository, to `{leads}`",
                around.owner, source.text
            )
        }
    };
    let hint = format!(
        "the repository is `{}`: what lies outside differs between machines; copy it in",
        around.root
    );
    Diagnostic::finding(Code::OutsideSource, message).hint(hint)
}

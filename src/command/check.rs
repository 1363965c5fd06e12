//! `helmsum check`: what is out of date, and which files moved it.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Consumer, Contents, Plan, Status, git_ignores};
use crate::report::{Outcome, Report};
use crate::text::{Place, relative};

/// How many files a message names.
const NAMED: usize = 3;

/// Adds the findings of targets that are out of date.
pub(super) fn judge(plan: &mut Plan, directory: &Utf8Path) {
    for contents in &mut plan.consumers {
        let diagnostic = match contents.status {
            Status::Stale => stale_checksum(contents, directory),
            Status::Missing => match ignored(&contents.consumer) {
                Some(path) => {
                    let shown = relative(path, directory);
                    let owner = &contents.consumer.owner;
                    Diagnostic::note(format!(
                        "{owner}: git ignores `{shown}`, so there is nothing to compare"
                    ))
                }
                None => missing_checksum(&contents.consumer, directory),
            },
            _ => continue,
        };
        contents.consumer.say(diagnostic);
    }
}

/// The verdict: a failure outranks a change.
pub(super) fn outcome(report: &Report) -> Outcome {
    let change =
        |found: &Diagnostic| matches!(found.code(), Some(Code::StaleChecksum | Code::MissingChecksum));
    let mut denied = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_denied()).peekable();
    match (denied.peek().is_some(), denied.all(change)) {
        (false, _) => Outcome::Clean,
        (true, true) => Outcome::Changed,
        (true, false) => Outcome::Failed,
    }
}

fn stale_checksum(contents: &Contents, directory: &Utf8Path) -> Diagnostic {
    let changes: Vec<String> = contents
        .sources
        .iter()
        .flat_map(|source| {
            source.changed.iter().map(|change| match &change.name {
                // Of a secret nothing is named but itself.
                name if *name == source.label => format!("`{name}` {}", change.how.word()),
                name => format!("`{name}` of `{}` {}", source.label, change.how.word()),
            })
        })
        .collect();
    let more = changes.len().saturating_sub(NAMED);
    let tail = match (changes.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", changes.join(", ")),
        (false, more) => format!(": {} and {more} more", changes[..NAMED].join(", ")),
    };
    finding(Code::StaleChecksum, &contents.consumer, &format!("is out of date{tail}"), directory)
}

fn missing_checksum(consumer: &Consumer, directory: &Utf8Path) -> Diagnostic {
    finding(Code::MissingChecksum, consumer, "does not exist or is empty", directory)
}

fn finding(code: Code, consumer: &Consumer, what: &str, directory: &Utf8Path) -> Diagnostic {
    let path = consumer.target.clone().unwrap_or_default();
    let message = format!("{}: the target `{}` {what}", consumer.owner, relative(&path, directory));
    Diagnostic::finding(code, message)
        .hint("run `helmsum generate` and commit the result")
        .at(Place::file(path))
}

/// The target, if git ignores it.
fn ignored(consumer: &Consumer) -> Option<&Utf8PathBuf> {
    let path = consumer.target.as_ref()?;
    git_ignores(&consumer.root, path).then_some(path)
}

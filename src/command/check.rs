//! `helmsum check`: what is out of date, and which files moved it.

use camino::{Utf8Path, Utf8PathBuf};

use super::ignored::git_ignores;
use super::plan::{Consumer, Plan};
use crate::finding::{Code, Finding, Level};
use crate::report::{Outcome, Report, Status, relative};

/// How many files a message names.
const NAMED: usize = 3;

/// Adds the findings of targets that are out of date.
pub(super) fn judge(plan: &mut Plan, directory: &Utf8Path) {
    for consumer in &mut plan.consumers {
        let finding = match consumer.row.target.status {
            Status::Stale => stale_checksum(consumer, directory),
            Status::Missing => match ignored(consumer) {
                Some(path) => {
                    let shown = relative(path, directory);
                    consumer.notes.push(format!(
                        "{}: git ignores `{shown}`, so there is nothing to compare",
                        consumer.owner
                    ));
                    continue;
                }
                None => missing_checksum(consumer, directory),
            },
            _ => continue,
        };
        consumer.findings.extend(consumer.levels.settle(finding));
    }
}

/// The verdict: a failure outranks a change.
pub(super) fn outcome(report: &Report) -> Outcome {
    let denied = |finding: &&Finding| finding.level == Level::Deny;
    let change = |finding: &&Finding| matches!(finding.code, Code::StaleChecksum | Code::MissingChecksum);
    if !report.problems.is_empty() || report.findings.iter().filter(denied).any(|finding| !change(&finding)) {
        Outcome::Failed
    } else if report.findings.iter().any(|finding| denied(&finding)) {
        Outcome::Changed
    } else {
        Outcome::Clean
    }
}

fn stale_checksum(consumer: &Consumer, directory: &Utf8Path) -> Finding {
    let changes: Vec<String> = consumer
        .row
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
    finding(Code::StaleChecksum, consumer, &format!("is out of date{tail}"), directory)
}

fn missing_checksum(consumer: &Consumer, directory: &Utf8Path) -> Finding {
    finding(Code::MissingChecksum, consumer, "does not exist or is empty", directory)
}

fn finding(code: Code, consumer: &Consumer, what: &str, directory: &Utf8Path) -> Finding {
    let environment = Some(consumer.row.environment.clone()).filter(|name| !name.is_empty());
    let path = consumer.row.target.path.clone().unwrap_or_default();
    let message = format!("{}: the target `{}` {what}", consumer.owner, relative(&path, directory));
    let finding = Finding::new(code, message)
        .hint("run `helmsum generate` and commit the result")
        .release(consumer.row.id())
        .at(path, None);
    Finding { environment, ..finding }
}

/// The target, if git ignores it.
fn ignored(consumer: &Consumer) -> Option<&Utf8PathBuf> {
    let path = consumer.row.target.path.as_ref()?;
    git_ignores(&consumer.root, path).then_some(path)
}

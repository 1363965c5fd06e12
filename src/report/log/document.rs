//! What `helmsum log` prints with `--output json`.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::LogView;
use crate::history::{Effect, History, Past, Step, StepSource};
use crate::plan::How;
use crate::report::json::{Changed, Entries, ErrorEntry, FindingEntry, NoteEntry, entries};
use crate::text::relative;

/// What `helmsum log` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LogDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The environments that were read.
    environments: Vec<String>,
    /// The commits that moved checksums, newest first.
    commits: Vec<CommitEntry>,
    /// Targets that no commit has.
    uncommitted: Vec<UncommittedEntry>,
    /// The commit at which this clone ends, where there are older ones that it does not have.
    ends_at: Option<String>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
}

/// A commit that moved checksums.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Commit")]
struct CommitEntry {
    /// Its full hash.
    hash: String,
    /// The day of the commit, where its committer was: `2026-12-24`.
    date: String,
    author: String,
    /// The first line of its message.
    subject: String,
    targets: Vec<TargetStep>,
}

/// What a commit did to a target.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TargetStep {
    /// `namespace/name`, or `name`; several where environments share the target.
    releases: Vec<String>,
    /// Relative to the working directory.
    target: String,
    /// Whether pods restart, once it is deployed.
    effect: Effect,
    /// The sources that moved it.
    sources: Vec<MovedSource>,
}

/// A source that moved a checksum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MovedSource {
    /// What stands for it in the checksum.
    label: String,
    /// What happened to the source as a whole; null where it was declared before and after.
    how: Option<How>,
    /// Its files that moved it, as far as the target names them.
    files: Vec<Changed>,
}

/// A target that no commit has.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Uncommitted")]
struct UncommittedEntry {
    release: String,
    /// Relative to the working directory.
    target: String,
}

impl LogDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(view: LogView<'_>, directory: &Utf8Path) -> Self {
        let Entries { findings, notes, errors } = entries(&view.report.diagnostics, directory);
        let History { commits, uncommitted, ends_at } = view.history;
        let uncommitted = uncommitted.iter().map(|(release, target)| UncommittedEntry {
            release: release.clone(),
            target: relative(target, directory).into_string(),
        });
        Self {
            format: 1,
            environments: view.report.environments.clone(),
            commits: commits.iter().map(|past| commit(past, directory)).collect(),
            uncommitted: uncommitted.collect(),
            ends_at: ends_at.clone(),
            findings,
            notes,
            errors,
        }
    }
}

fn commit(past: &Past, directory: &Utf8Path) -> CommitEntry {
    CommitEntry {
        hash: past.commit.hash.clone(),
        date: past.commit.date.clone(),
        author: past.commit.author.clone(),
        subject: past.commit.subject.clone(),
        targets: past.steps.iter().map(|step| target(step, directory)).collect(),
    }
}

fn target(step: &Step, directory: &Utf8Path) -> TargetStep {
    TargetStep {
        releases: step.releases.clone(),
        target: relative(&step.target, directory).into_string(),
        effect: step.effect,
        sources: step.sources.iter().map(MovedSource::of).collect(),
    }
}

impl MovedSource {
    /// A source that moved a checksum, as documents list it.
    pub(crate) fn of(source: &StepSource) -> Self {
        Self {
            label: source.label.clone(),
            how: source.how,
            files: source.changes.iter().map(Changed::of).collect(),
        }
    }
}

//! What `helmsum audit` says: findings, what was looked at, and why it kept quiet about the rest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::drawing::{Layout, draw, wrapped};
use super::human::WIDTH;
use super::json::{Entries, ErrorEntry, FindingEntry, NoteEntry, entries};
use super::model::Report;
use crate::audit::{Audit, Audited, Reading, Verdict};
use crate::diagnostic::{Kind, Level};
use crate::reference::{Identity, Why};
use crate::text::{Shown, counted, relative};

/// An audit as it is shown: with what was said, and how long it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuditView<'r> {
    /// What was said.
    pub report: &'r Report,
    pub audit: &'r Audit,
    pub took: Duration,
    /// Whether every reading is listed.
    pub verbose: bool,
    /// Whether only findings are shown.
    pub quiet: bool,
}

/// The report for people: what goes to standard output. Errors are not in it.
#[must_use]
pub(crate) fn audit(view: AuditView<'_>, layout: Layout<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let said = view.report.said();
    let is_shown = |kind: Kind| matches!(kind, Kind::Finding(_)) || (kind == Kind::Note && !view.quiet);
    parts.extend(said.iter().filter(|one| is_shown(one.kind)).map(|one| draw(one, layout)));
    if view.verbose && !view.quiet && !view.audit.readings.is_empty() {
        parts.push(listed(&view.audit.readings));
    }
    if !view.quiet {
        let width = layout.width.unwrap_or(WIDTH);
        let lines = closing(view).into_iter().map(|line| wrapped(&line, width, width) + "\n");
        parts.push(lines.collect());
    }
    parts.join("\n")
}

/// Every reading on a line, those of a release together.
fn listed(readings: &[Reading]) -> String {
    let mut text = String::new();
    let mut last = None;
    for reading in readings {
        let head = (&reading.environment, &reading.release);
        if last != Some(head) {
            let _ = writeln!(text, "{}", Shown(&reading.release));
            last = Some(head);
        }
        let line = format!(
            "  {} {} reads {} {} ({}): {}",
            reading.workload.kind,
            reading.workload.name,
            reading.kind.name(),
            reading.name,
            reading.how,
            words(&reading.verdict),
        );
        let _ = writeln!(text, "{}", Shown(&line));
    }
    text
}

/// A verdict in words.
fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Own => "made by the release itself, not judged here".into(),
        Verdict::Needless(why) => match why {
            Why::Reloader(by) => format!("reloaded by {by}"),
            Why::Controller(by) => format!("restarted by a controller ({by})"),
            other => reason(other).into(),
        },
        Verdict::Covered(source) => format!("covered by {source}"),
        Verdict::Accepted(why) => format!("accepted: {why}"),
        Verdict::Controlled(resource) => format!("made by a controller of {resource}, so not computable"),
        Verdict::Named => "only named".into(),
        Verdict::Unmade => "made by no release that was looked at".into(),
        Verdict::Unbridged => "nothing restarts it".into(),
        Verdict::Partial => "sources leave out some of it".into(),
        Verdict::Missed => "the checksum does not reach it".into(),
    }
}

/// Why a reading needs nothing, as the closing lines count it.
const fn reason(why: &Why) -> &'static str {
    match why {
        Why::ReadLive => "read live",
        Why::Reloader(_) => "reloaded by a program beside",
        Why::ThroughApi => "read through the API",
        Why::NextRun => "read anew by the next run",
        Why::Controller(_) => "restarted by a controller",
        Why::Operator => "left to an operator",
        Why::InTemplate => "a part of the pod template",
        Why::Unmounted => "mounted by no container",
    }
}

/// The counts of an audit. Each reading is in exactly one of them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    looked: usize,
    /// Releases that were not looked at since a chart is not at hand.
    lacking: usize,
    /// Releases that could not be rendered for another reason.
    failed: usize,
    needless: BTreeMap<&'static str, usize>,
    covered: usize,
    accepted: usize,
    own: usize,
    controlled: usize,
    named: usize,
    unmade: usize,
    found: usize,
}

impl Counts {
    fn of(audit: &Audit) -> Self {
        let mut counts = Self::default();
        for release in &audit.releases {
            match &release.why_not {
                None => counts.looked += 1,
                Some(why) if why.lacks_chart => counts.lacking += 1,
                Some(_) => counts.failed += 1,
            }
        }
        for reading in &audit.readings {
            match &reading.verdict {
                Verdict::Own => counts.own += 1,
                Verdict::Needless(why) => *counts.needless.entry(reason(why)).or_default() += 1,
                Verdict::Covered(_) => counts.covered += 1,
                Verdict::Accepted(_) => counts.accepted += 1,
                Verdict::Controlled(_) => counts.controlled += 1,
                Verdict::Named => counts.named += 1,
                Verdict::Unmade => counts.unmade += 1,
                Verdict::Unbridged | Verdict::Partial | Verdict::Missed => counts.found += 1,
            }
        }
        counts
    }
}

/// What was looked at, and why nothing is said about the rest.
fn closing(view: AuditView<'_>) -> Vec<String> {
    let AuditView { report, audit, took, .. } = view;
    let counts = Counts::of(audit);
    let (errors, warnings) = (report.errors() + report.count(Level::Deny), report.count(Level::Warn));
    let mut verdict = Vec::new();
    if errors > 0 {
        verdict.push(counted(errors, "error"));
    }
    if warnings > 0 {
        verdict.push(counted(warnings, "warning"));
    }
    let verdict = if verdict.is_empty() { "nothing found".to_owned() } else { verdict.join(", ") };
    let mut lines = vec![format!(
        "{} of {} looked at in {}.{} s: {verdict}",
        counts.looked,
        counted(audit.releases.len(), "release"),
        took.as_secs(),
        took.subsec_millis() / 100,
    )];
    let unseen = [(counts.lacking, "without a chart at hand"), (counts.failed, "that could not be rendered")];
    let unseen: Vec<String> =
        unseen.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
    if !unseen.is_empty() {
        lines.push(format!("{} not looked at: {}", counts.lacking + counts.failed, unseen.join(", ")));
    }
    let mut parts = Vec::new();
    let needless: usize = counts.needless.values().sum();
    if needless > 0 {
        let mut why: Vec<(&str, usize)> = counts.needless.iter().map(|(why, count)| (*why, *count)).collect();
        why.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let why: Vec<String> = why.iter().map(|(why, count)| format!("{count} {why}")).collect();
        let need = if needless == 1 { "needs" } else { "need" };
        parts.push(format!("{needless} {need} nothing ({})", why.join(", ")));
    }
    let rest = [
        (counts.covered, "covered"),
        (counts.accepted, "accepted"),
        (counts.own, "of the own release (not judged here)"),
        (counts.controlled, "of objects that a controller makes"),
        (counts.named, "only named"),
        (counts.unmade, "of objects that no release makes"),
        (counts.found, "with a finding"),
    ];
    parts.extend(rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    if !parts.is_empty() {
        lines.push(format!("{}: {}", counted(audit.readings.len(), "reading"), parts.join(", ")));
    }
    lines
}

/// What `helmsum audit` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// The environments that were read.
    environments: Vec<String>,
    /// The releases that were asked for.
    releases: Vec<AuditedEntry>,
    /// What the pods of these releases read.
    readings: Vec<ReadingEntry>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: AuditSummary,
}

/// A release that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuditedEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    /// The state file that declares it.
    file: String,
    /// Why it was not looked at; null where it was.
    why_not: Option<String>,
    /// Whether it was not looked at since its chart, or one that this depends on, is not at hand.
    lacks_chart: bool,
    /// The workloads whose pods its checksum restarts; null where it has no checksum.
    restarts: Option<Vec<Workload>>,
}

/// A resource that owns pods.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Workload {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

/// An object that a workload reads.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReadingEntry {
    /// The release of the workload.
    release: String,
    environment: String,
    workload: Workload,
    /// The kind of the object: `ConfigMap` or `Secret`.
    kind: &'static str,
    namespace: String,
    name: String,
    /// How it is read, by the gravest of the ways.
    how: String,
    /// Where in the manifest.
    path: String,
    /// The other releases that make it.
    makers: Vec<String>,
    /// What there is to say about it.
    verdict: &'static str,
    /// The source, the reason, or why it needs nothing.
    because: Option<String>,
}

/// Counts. Each reading is in exactly one of those from `needless` on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuditSummary {
    releases: usize,
    looked_at: usize,
    /// Releases that were not looked at since a chart is not at hand.
    lacks_chart: usize,
    /// Releases that could not be rendered for another reason.
    not_rendered: usize,
    readings: usize,
    needless: usize,
    covered: usize,
    accepted: usize,
    own: usize,
    controlled: usize,
    named: usize,
    unmade: usize,
    /// Readings with a finding.
    found: usize,
    /// Findings at level `warn`.
    warnings: usize,
    /// Errors, and findings at level `deny`.
    errors: usize,
}

impl AuditDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(report: &Report, audit: &Audit, directory: &Utf8Path) -> Self {
        let counts = Counts::of(audit);
        let Entries { findings, notes, errors } = entries(&report.diagnostics, directory);
        Self {
            format: 1,
            environments: report.environments.clone(),
            releases: audit.releases.iter().map(|release| audited(release, directory)).collect(),
            readings: audit.readings.iter().map(reading).collect(),
            summary: AuditSummary {
                releases: audit.releases.len(),
                looked_at: counts.looked,
                lacks_chart: counts.lacking,
                not_rendered: counts.failed,
                readings: audit.readings.len(),
                needless: counts.needless.values().sum(),
                covered: counts.covered,
                accepted: counts.accepted,
                own: counts.own,
                controlled: counts.controlled,
                named: counts.named,
                unmade: counts.unmade,
                found: counts.found,
                warnings: report.count(Level::Warn),
                errors: report.errors() + report.count(Level::Deny),
            },
            findings,
            notes,
            errors,
        }
    }
}

fn audited(release: &Audited, directory: &Utf8Path) -> AuditedEntry {
    AuditedEntry {
        release: release.id.clone(),
        environment: release.environment.clone(),
        file: relative(&release.file, directory).into_string(),
        why_not: release.why_not.as_ref().map(|why| why.message.clone()),
        lacks_chart: release.why_not.as_ref().is_some_and(|why| why.lacks_chart),
        restarts: release.restarts.as_ref().map(|all| all.iter().map(workload).collect()),
    }
}

fn workload(identity: &Identity) -> Workload {
    Workload {
        api_version: identity.api_version.clone(),
        kind: identity.kind.clone(),
        namespace: identity.namespace.clone(),
        name: identity.name.clone(),
    }
}

fn reading(reading: &Reading) -> ReadingEntry {
    let (verdict, because) = match &reading.verdict {
        Verdict::Own => ("own", None),
        Verdict::Needless(why) => ("needless", Some(reason(why).to_owned())),
        Verdict::Covered(source) => ("covered", Some(source.clone())),
        Verdict::Accepted(why) => ("accepted", Some(why.clone())),
        Verdict::Controlled(resource) => ("controlled", Some(resource.clone())),
        Verdict::Named => ("named", None),
        Verdict::Unmade => ("unmade", None),
        Verdict::Unbridged => ("unbridged", None),
        Verdict::Partial => ("partial", None),
        Verdict::Missed => ("missed", None),
    };
    ReadingEntry {
        release: reading.release.clone(),
        environment: reading.environment.clone(),
        workload: workload(&reading.workload),
        kind: reading.kind.name(),
        namespace: reading.namespace.clone(),
        name: reading.name.clone(),
        how: reading.how.clone(),
        path: reading.path.clone(),
        makers: reading.makers.clone(),
        verdict,
        because,
    }
}

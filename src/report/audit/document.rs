//! What `helmsum audit` prints with `--output json`.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::AuditView;
use super::counts::{Summary, reason};
use super::proof::ProofEntry;
use crate::audit::{Audited, Reading, Verdict};
use crate::reference::Identity;
use crate::report::json::{Entries, ErrorEntry, FindingEntry, NoteEntry, entries};
use crate::text::relative;

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
    /// The command that fetches charts which are not at hand; null where none is missing.
    fetch: Option<String>,
    /// What the pods of these releases read.
    readings: Vec<ReadingEntry>,
    /// What came of the proof by mutation; null where it was not asked for.
    proof: Option<ProofEntry>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
    /// Counts of the above.
    summary: Summary,
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
pub(in crate::report) struct Workload {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

/// An object that a workload reads.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReadingEntry {
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

impl AuditDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(view: AuditView<'_>, directory: &Utf8Path) -> Self {
        let AuditView { report, audit, .. } = view;
        let Entries { findings, notes, errors } = entries(&report.diagnostics, directory);
        Self {
            format: 1,
            environments: report.environments.clone(),
            releases: audit.releases.iter().map(|release| audited(release, directory)).collect(),
            readings: audit.readings.iter().map(ReadingEntry::of).collect(),
            fetch: audit.fetch.clone(),
            proof: view.proof.map(|proof| ProofEntry::of(proof, directory)),
            summary: Summary::of(audit, &report.diagnostics),
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
        restarts: release.restarts.as_ref().map(|all| all.iter().map(Workload::of).collect()),
    }
}

impl Workload {
    /// A workload as documents have it.
    pub(in crate::report) fn of(identity: &Identity) -> Self {
        Self {
            api_version: identity.api_version.clone(),
            kind: identity.kind.clone(),
            namespace: identity.namespace.clone(),
            name: identity.name.clone(),
        }
    }
}

impl ReadingEntry {
    /// A reading as documents list it.
    pub(crate) fn of(reading: &Reading) -> Self {
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
        Self {
            release: reading.release.clone(),
            environment: reading.environment.clone(),
            workload: Workload::of(&reading.workload),
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
}

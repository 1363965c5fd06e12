//! What `helmsum diff` prints with `--output json`.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::DiffView;
use crate::diagnostic::Level;
use crate::diff::{
    Fate, FileChange, Gone, Lost, MovedWorkload, Named, OtherWorkloads, Refused, RefusedChange, Restarting,
    SourceChange, Uncompared, Unnoticed, Waiting, WhoseObject, Workloads,
};
use crate::plan::How;
use crate::reference::{Identity, Moves, Size};
use crate::report::json::{Entries, ErrorEntry, FindingEntry, NoteEntry, entries};

/// What `helmsum diff` prints with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DiffDocument {
    /// The format of this document.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// Why nothing could be compared: `could not compare: …`. Null where it was.
    failed: Option<String>,
    /// What was compared; null where that was not found out.
    compared: Option<ComparedEntry>,
    /// Whether it was looked at what helm renders.
    rendered: bool,
    /// The environments that were read.
    environments: Vec<String>,
    /// Releases whose pods restart.
    restarts: Vec<RestartEntry>,
    /// Workloads that keep old data.
    unnoticed: Vec<UnnoticedEntry>,
    /// Immutable objects that are to change, so that deployments fail.
    refused: Vec<RefusedEntry>,
    /// Releases whose checksum stays although their sources have moved.
    held: Vec<HeldEntry>,
    /// Releases that have a checksum from now on, and restart once.
    first: Vec<RestartEntry>,
    /// Releases with other workloads than before.
    workloads: Vec<OtherWorkloadsEntry>,
    /// Releases that are deployed for the first time.
    new: Vec<ReleaseEntry>,
    /// Releases, or checksums, that are no longer there.
    gone: Vec<GoneEntry>,
    /// Releases that are not compared.
    uncompared: Vec<UncomparedEntry>,
    /// How many releases stay as they are.
    unchanged: usize,
    /// Releases whose targets are out of date on the second side.
    stale: Vec<String>,
    /// Changed files that reach no release, relative to the root of the repository.
    unreached: Vec<String>,
    /// What the user should know.
    findings: Vec<FindingEntry>,
    /// What a reader may wonder about.
    notes: Vec<NoteEntry>,
    /// What went wrong.
    errors: Vec<ErrorEntry>,
}

/// What was compared.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Compared")]
struct ComparedEntry {
    /// The abbreviated hash of the first commit.
    base: String,
    /// How it was found, or how it was named.
    base_is: Option<String>,
    /// The abbreviated hash of the second commit; null where it is the work tree.
    head: Option<String>,
}

/// A release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Release")]
struct ReleaseEntry {
    /// `namespace/name`, or `name`.
    release: String,
    /// Empty for an entry of `checksums:`.
    environment: String,
}

/// A release whose pods restart.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Restart")]
struct RestartEntry {
    /// `namespace/name`, or `name`.
    release: String,
    /// Empty for an entry of `checksums:`.
    environment: String,
    /// The workloads whose pod templates are others; null where they are not known.
    workloads: Option<Vec<WorkloadEntry>>,
    /// Why they are not known.
    unknown: Option<String>,
    /// The sources that moved its checksum.
    sources: Vec<SourceEntry>,
    /// Its own files that move its pods; null where only the checksum does, or that is not known.
    own: Option<Vec<FileEntry>>,
}

/// A workload whose pod template is another one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Workload")]
struct WorkloadEntry {
    kind: String,
    namespace: String,
    name: String,
    /// Whether its pods restart, as far as that is known.
    restarts: bool,
    /// Why they do not.
    reason: Option<String>,
    /// How many pods it has; null where that is decided elsewhere.
    pods: Option<PodsEntry>,
    /// Whether all of them stop before the first new one starts.
    at_once: bool,
}

/// How many pods a workload has.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Pods")]
struct PodsEntry {
    /// Null where there is one on every node.
    least: Option<u64>,
    /// Null where there is one on every node.
    most: Option<u64>,
}

/// A source that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Source")]
struct SourceEntry {
    /// What stands for it in the checksum.
    label: String,
    /// What happened to the source as a whole; null where both sides declare it.
    how: Option<How>,
    /// Its files that differ; none of what is secret.
    files: Vec<FileEntry>,
}

/// A file that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "File")]
struct FileEntry {
    name: String,
    /// What it was called before, where it has another name now.
    from: Option<String>,
    how: Fate,
}

/// A workload that keeps old data.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Unnoticed")]
struct UnnoticedEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    workload: ObjectEntry,
    object: ObjectEntry,
    /// How it is read.
    how: String,
    /// What happened to the object.
    change: How,
    /// The other releases that make it; none where its own does.
    makers: Vec<String>,
    /// How bad that is, before somebody chose another level.
    level: Level,
    /// What brings the restart about from now on.
    fix: String,
}

/// Something in the cluster.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Object")]
struct ObjectEntry {
    kind: String,
    namespace: String,
    name: String,
}

/// A release with other workloads than before.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OtherWorkloads")]
struct OtherWorkloadsEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    /// Those whose pods start.
    new: Vec<ObjectEntry>,
    /// Those whose pods stop.
    gone: Vec<ObjectEntry>,
}

/// A release whose checksum stays.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Held")]
struct HeldEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    reason: String,
    /// The last day: `2026-12-24`.
    until: Option<String>,
    /// The abbreviated hash of the commit since which something waits.
    since: Option<String>,
    /// What waits.
    sources: Vec<SourceEntry>,
}

/// Something that is no longer there.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Gone")]
struct GoneEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    what: GoneWhat,
    /// The workloads that restart once, where it is the checksum.
    workloads: Option<Vec<WorkloadEntry>>,
}

/// What is no longer there.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum GoneWhat {
    /// The release.
    Release,
    /// Its checksum.
    Checksum,
}

/// An immutable object that is to change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Refused")]
struct RefusedEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    object: ObjectEntry,
    /// What of it Kubernetes does not let change.
    change: RefusedChange,
    /// How the deployment goes through.
    fix: String,
}

/// A release that is not compared.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Uncompared")]
struct UncomparedEntry {
    /// `namespace/name`, or `name`.
    release: String,
    environment: String,
    why: String,
    hint: Option<String>,
}

impl ObjectEntry {
    fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
    }

    fn of(Identity { kind, namespace, name, .. }: &Identity) -> Self {
        Self::new(kind, namespace, name)
    }
}

impl DiffDocument {
    /// The document of a run.
    #[must_use]
    pub(crate) fn new(view: DiffView<'_>, directory: &Utf8Path) -> Self {
        let Entries { findings, notes, errors } = entries(&view.report.diagnostics, directory);
        let diff = view.diff;
        Self {
            format: 1,
            failed: super::words::failure(view),
            compared: view.compared.map(|compared| ComparedEntry {
                base: compared.base.clone(),
                base_is: compared.how.clone(),
                head: compared.head.clone(),
            }),
            rendered: diff.renders,
            environments: view.report.environments.clone(),
            restarts: diff.restarts.iter().map(restart).collect(),
            unnoticed: diff.unnoticed.iter().map(unnoticed).collect(),
            refused: diff.refused.iter().map(refused).collect(),
            held: diff.held.iter().map(held).collect(),
            first: diff.first.iter().map(restart).collect(),
            workloads: diff.workloads.iter().map(other_workloads).collect(),
            new: diff.new.iter().map(release).collect(),
            gone: diff.gone.iter().map(gone).collect(),
            uncompared: diff.uncompared.iter().map(uncompared).collect(),
            unchanged: diff.unchanged,
            stale: diff.stale.clone(),
            unreached: diff.unreached.iter().map(ToString::to_string).collect(),
            findings,
            notes,
            errors,
        }
    }
}

fn release(named: &Named) -> ReleaseEntry {
    ReleaseEntry { release: named.release.clone(), environment: named.environment.clone() }
}

fn restart(one: &Restarting) -> RestartEntry {
    let (workloads, unknown) = match &one.workloads {
        Workloads::Known(all) => (Some(all.iter().map(workload).collect()), None),
        Workloads::Unknown(why) => (None, Some(why.clone())),
    };
    RestartEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        workloads,
        unknown,
        sources: one.sources.iter().map(source).collect(),
        own: one.own.as_ref().map(|own| own.files.iter().map(file).collect()),
    }
}

fn workload(one: &MovedWorkload) -> WorkloadEntry {
    let pods = |least, most| PodsEntry { least, most };
    WorkloadEntry {
        kind: one.identity.kind.clone(),
        namespace: one.identity.namespace.clone(),
        name: one.identity.name.clone(),
        restarts: one.restarts(),
        reason: match &one.moves {
            Moves::Inert(why) => Some(why.clone()),
            _ => None,
        },
        pods: match one.size {
            Size::Count(count) => Some(pods(Some(count), Some(count))),
            Size::Range(least, most) => Some(pods(Some(least), Some(most))),
            Size::EveryNode => Some(pods(None, None)),
            Size::Unknown => None,
        },
        at_once: one.is_recreated,
    }
}

fn source(one: &SourceChange) -> SourceEntry {
    SourceEntry { label: one.label.clone(), how: one.how, files: one.files.iter().map(file).collect() }
}

fn file(one: &FileChange) -> FileEntry {
    FileEntry { name: one.name.clone(), from: one.from.clone(), how: one.fate }
}

fn unnoticed(one: &Unnoticed) -> UnnoticedEntry {
    UnnoticedEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        workload: ObjectEntry::of(&one.workload),
        object: ObjectEntry::new(one.kind, &one.namespace, &one.name),
        how: one.how.clone(),
        change: one.change,
        makers: match &one.whose {
            WhoseObject::Own => Vec::new(),
            WhoseObject::Others(makers) => makers.clone(),
        },
        level: one.level,
        fix: one.fix.clone(),
    }
}

fn other_workloads(one: &OtherWorkloads) -> OtherWorkloadsEntry {
    OtherWorkloadsEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        new: one.new.iter().map(ObjectEntry::of).collect(),
        gone: one.gone.iter().map(ObjectEntry::of).collect(),
    }
}

fn refused(one: &Refused) -> RefusedEntry {
    RefusedEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        object: ObjectEntry::new(one.kind, &one.namespace, &one.name),
        change: one.change,
        fix: one.fix(),
    }
}

fn held(one: &Waiting) -> HeldEntry {
    HeldEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        reason: one.reason.clone(),
        until: one.until.clone(),
        since: one.since.clone(),
        sources: one.sources.iter().map(source).collect(),
    }
}

fn gone(one: &Gone) -> GoneEntry {
    let (what, workloads) = match &one.what {
        Lost::Release => (GoneWhat::Release, None),
        Lost::Checksum(Workloads::Known(all)) => {
            (GoneWhat::Checksum, Some(all.iter().map(workload).collect()))
        }
        Lost::Checksum(Workloads::Unknown(_)) => (GoneWhat::Checksum, None),
    };
    GoneEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        what,
        workloads,
    }
}

fn uncompared(one: &Uncompared) -> UncomparedEntry {
    UncomparedEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        why: one.why.clone(),
        hint: one.hint.clone(),
    }
}

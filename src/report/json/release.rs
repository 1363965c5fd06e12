//! Releases as documents list them, with their sources, their targets and what restarts.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Utf8Text, named};
use crate::audit::{Reached, Restarts};
use crate::checksum::{Hashed, HashedFile};
use crate::plan::{Change, How, Status};
use crate::report::effect::{Effect, effect};
use crate::report::model::{ReleaseRow, SourceRow};
use crate::text::Place;

/// A release, or an entry of `checksums:` in `helmsum.yaml`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Release")]
pub(crate) struct ReleaseEntry {
    name: String,
    /// Empty without one.
    namespace: String,
    /// Empty where no state was read.
    environment: String,
    /// Empty without one.
    kube_context: String,
    /// The file that declares it.
    file: Utf8Text,
    sources: Vec<SourceEntry>,
    target: TargetEntry,
    /// What restarts when its checksum moves: with `--render`, of a release that has a checksum.
    #[serde(skip_serializing_if = "Option::is_none")]
    restarts: Option<RestartsEntry>,
}

/// What restarts when the checksum of a release moves.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Restarts")]
pub(crate) struct RestartsEntry {
    /// Why the release could not be rendered; null where it was.
    why_not: Option<String>,
    /// What to do about that.
    hint: Option<String>,
    /// The workloads whose pod templates the checksum reaches, in the order of the manifests.
    workloads: Vec<ReachedEntry>,
}

/// A workload whose pod template the checksum reaches.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Reached")]
struct ReachedEntry {
    api_version: String,
    kind: String,
    /// Empty without one.
    namespace: String,
    name: String,
    /// What a change of its pod template does.
    effect: Effect,
    /// Why it does not restart; null where it does.
    because: Option<String>,
}

/// One thing a checksum covers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Source")]
pub(super) struct SourceEntry {
    /// What stands for it in the checksum.
    label: String,
    /// `path` for a directory, file or glob, else what stands before the colon of its declaration.
    kind: &'static str,
    /// The name given with `as`.
    name: Option<String>,
    /// As declared, after templating.
    path: String,
    /// Options as declared.
    options: serde_json::Map<String, serde_json::Value>,
    /// Where it was declared.
    declared: Option<Declared>,
    /// The release that renders it, that it is, or that turns its files into objects: `namespace/name`, or `name`.
    producer: Option<String>,
    /// The SHA-256 over its files, or with a key for secrets the HMAC-SHA-256; null where it could not be computed.
    digest: Option<String>,
    /// The size of its files together; null for secrets.
    bytes: Option<u64>,
    /// How many names in it do not count.
    excluded: usize,
    /// Its files, keys or parts; empty for secrets.
    files: Vec<File>,
    /// How it differs from what the target records.
    changed: Vec<Changed>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declared {
    file: Utf8Text,
    /// From 1.
    line: Option<usize>,
}

/// A file of a source.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// Relative to the source.
    name: String,
    /// The SHA-256 of what is hashed of it.
    digest: String,
    bytes: u64,
}

/// A file that moved a checksum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changed {
    /// Relative to the source.
    name: String,
    how: How,
}

impl Changed {
    pub(crate) fn of(change: &Change) -> Self {
        Self { name: change.name.clone(), how: change.how }
    }
}

/// The values file a checksum goes to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Target")]
struct TargetEntry {
    /// Null where the release lists none.
    path: Option<Utf8Text>,
    /// Where in it the checksum is, the first key of several. Empty where a template decides.
    key: String,
    /// How it was found, before anything was written.
    status: Status,
    /// The checksum found in it.
    recorded: Option<String>,
    /// The checksum computed now.
    checksum: Option<String>,
    /// Whether this run wrote it.
    written: bool,
}

impl ReleaseEntry {
    /// A row of a report.
    pub(crate) fn of(release: &ReleaseRow, directory: &Utf8Path) -> Self {
        Self {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            environment: release.environment.clone(),
            kube_context: release.kube_context.clone(),
            file: named(&release.file, directory),
            sources: release.sources.iter().map(|source| source_entry(source, directory)).collect(),
            target: TargetEntry {
                path: release.target.path.as_ref().map(|path| named(path, directory)),
                key: release.target.key.clone(),
                status: release.target.status,
                recorded: release.target.recorded.clone(),
                checksum: release.target.checksum.map(|digest| digest.to_string()),
                written: release.target.written,
            },
            restarts: release.restarts.as_ref().map(RestartsEntry::of),
        }
    }
}

impl SourceEntry {
    /// A path that was given on the command line.
    pub(super) fn of_path(label: &str, hashed: &Hashed) -> Self {
        Self {
            label: label.to_owned(),
            kind: "path",
            name: None,
            path: label.to_owned(),
            options: serde_json::Map::new(),
            declared: None,
            producer: None,
            digest: Some(hashed.digest.to_string()),
            bytes: Some(hashed.bytes),
            excluded: hashed.listing.left_out.len(),
            files: hashed.files.iter().map(file_entry).collect(),
            changed: Vec::new(),
        }
    }
}

impl Declared {
    /// A place as documents name it.
    pub(crate) fn of(place: &Place, directory: &Utf8Path) -> Self {
        Self { file: named(&place.file, directory), line: place.line }
    }
}

impl RestartsEntry {
    /// What restarts, as documents list it.
    pub(crate) fn of(restarts: &Restarts) -> Self {
        match restarts {
            Restarts::Unknown(why, hint) => {
                Self { why_not: Some(why.clone()), hint: hint.clone(), workloads: Vec::new() }
            }
            Restarts::Reached(reached) => {
                Self { why_not: None, hint: None, workloads: reached.iter().map(reached_entry).collect() }
            }
        }
    }
}

fn reached_entry(reached: &Reached) -> ReachedEntry {
    let identity = &reached.identity;
    let (effect, because) = effect(&reached.moves);
    ReachedEntry {
        api_version: identity.api_version.clone(),
        kind: identity.kind.clone(),
        namespace: identity.namespace.clone(),
        name: identity.name.clone(),
        effect,
        because,
    }
}

fn source_entry(source: &SourceRow, directory: &Utf8Path) -> SourceEntry {
    let option = |(key, values): &(String, Vec<String>)| {
        let value = match &values[..] {
            [value] if key != "exclude" && key != "on" => value.clone().into(),
            several => several.to_vec().into(),
        };
        (key.clone(), value)
    };
    SourceEntry {
        label: source.label.clone(),
        kind: source.kind,
        name: source.name.clone(),
        path: source.path.clone(),
        options: source.options.iter().map(option).collect(),
        declared: source.declared.as_ref().map(|place| Declared::of(place, directory)),
        producer: source.producer.clone(),
        digest: source.digest.map(|digest| digest.to_string()),
        bytes: source.bytes,
        excluded: source.excluded,
        files: source.files.iter().map(file_entry).collect(),
        changed: source.changed.iter().map(Changed::of).collect(),
    }
}

fn file_entry(file: &HashedFile) -> File {
    File { name: file.name.clone(), digest: file.digest.to_string(), bytes: file.bytes }
}
